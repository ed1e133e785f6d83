// SPDX-License-Identifier: LGPL-2.1-or-later
// What a webhook gets: the event, its photos, and a signature over every byte.
#include "publish_support.h"

#include "support/web_server.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <map>

using namespace ooto::test;

namespace
{

using Bytes = std::vector<std::uint8_t>;

// Of the two the receiver knows one: whsec_, and base64 of this.
const std::string oldKey = "old-secret-of-24-bytes--";
const std::string newKey = "new-secret-of-24-bytes--";

std::string base64(const std::string &bytes)
{
    char *text = g_base64_encode(reinterpret_cast<const guchar *>(bytes.data()), bytes.size());
    std::string result = text;
    g_free(text);
    return result;
}

/** As docs/publishing.md says it is made. */
std::string signatureOf(const WebRequest &request, const std::string &key)
{
    const std::string content = request.headers.at("webhook-id") + "." +
                                request.headers.at("webhook-timestamp") + "." + request.body;
    GHmac *hmac =
        g_hmac_new(G_CHECKSUM_SHA256, reinterpret_cast<const guchar *>(key.data()), key.size());
    g_hmac_update(hmac, reinterpret_cast<const guchar *>(content.data()),
                  static_cast<gssize>(content.size()));
    std::string digest(32, '\0');
    gsize size = digest.size();
    g_hmac_get_digest(hmac, reinterpret_cast<guint8 *>(digest.data()), &size);
    g_hmac_unref(hmac);
    EXPECT_EQ(size, 32U);
    return "v1," + base64(digest);
}

/** The parts of a multipart body by their names, parsed by libsoup. */
std::map<std::string, std::string> partsOf(const WebRequest &request,
                                           std::map<std::string, std::string> *types = nullptr)
{
    SoupMessageHeaders *headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_REQUEST);
    soup_message_headers_append(headers, "Content-Type",
                                request.headers.at("Content-Type").c_str());
    GBytes *body = g_bytes_new(request.body.data(), request.body.size());
    SoupMultipart *multipart = soup_multipart_new_from_message(headers, body);
    std::map<std::string, std::string> parts;
    for (int i = 0; multipart && i < soup_multipart_get_length(multipart); ++i) {
        SoupMessageHeaders *head = nullptr;
        GBytes *bytes = nullptr; // the multipart's
        soup_multipart_get_part(multipart, i, &head, &bytes);
        GHashTable *disposition = nullptr;
        soup_message_headers_get_content_disposition(head, nullptr, &disposition);
        const auto *name = static_cast<const char *>(g_hash_table_lookup(disposition, "name"));
        gsize size = 0;
        const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
        parts[name ? name : ""] = std::string(data ? data : "", size);
        if (types)
            (*types)[name ? name : ""] = soup_message_headers_get_content_type(head, nullptr);
        g_hash_table_destroy(disposition);
    }
    if (multipart)
        soup_multipart_free(multipart);
    g_bytes_unref(body);
    soup_message_headers_unref(headers);
    return parts;
}

Bytes bytesOf(const std::string &text)
{
    return {text.begin(), text.end()};
}

std::string writtenSecrets(const ScratchDirectory &scratch, const std::string &secrets)
{
    const std::string file = scratch / "publish.conf";
    std::ofstream(file) << "[publish]\nsecret=" << secrets << "\n";
    ::chmod(file.c_str(), 0600);
    return file;
}

// What could end a part, or be taken for text.
const std::string photo = "\xff\xd8\r\n--x\r\n\r\n" + std::string(3, '\0') + "photo\xff\xd9";
const std::string frame = "\xff\xd8 the frame \xff\xd9";

} // namespace

TEST(WebhookContents, areSignedInEachAttemptAnew)
{
    const ScratchDirectory scratch;
    std::atomic<int> count{0};
    WebServer server([&](const WebRequest &) {
        return WebResponse{++count < 4 ? 500 : 204, {}, {}};
    });
    Publish publish(scratch,
                    {{"uri", server.url()},
                     {"retry-backoff-factor", "1"},
                     {"retry-backoff-max", "1"},
                     {"credentials-file", writtenSecrets(scratch, "whsec_" + base64(newKey))}});
    // Waits for more than two seconds: then its body is another one.
    publish.push({.eventId = "run-1"});
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    std::string lastStamp = "0";
    for (const WebRequest &request : server.requests()) {
        EXPECT_EQ(request.headers.at("webhook-id"), "run-1");
        EXPECT_EQ(request.headers.at("webhook-signature"), signatureOf(request, newKey));
        const std::string stamp = request.headers.at("webhook-timestamp");
        EXPECT_LE(lastStamp, stamp) << "the time of the attempt";
        lastStamp = stamp;
    }
    EXPECT_GT(lastStamp, server.requests().front().headers.at("webhook-timestamp"));
}

TEST(WebhookContents, areSignedByBothSecretsWhileTheyAreExchanged)
{
    const ScratchDirectory scratch;
    WebServer server([&](const WebRequest &) { return WebResponse{204, {}, {}}; });
    Publish publish(
        scratch, {{"uri", server.url()},
                  {"credentials-file", writtenSecrets(scratch, "whsec_" + base64(newKey) +
                                                                   " whsec_" + base64(oldKey))}});
    publish.push({.eventId = "run-1"});
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    const WebRequest request = server.requests().front();
    EXPECT_EQ(request.headers.at("webhook-signature"),
              signatureOf(request, newKey) + " " + signatureOf(request, oldKey));
    // While it plays.
    writtenSecrets(scratch, "whsec_" + base64(oldKey));
    EXPECT_TRUE(eventually([&] {
        publish.push({.type = "updated", .eventId = "run-2"});
        const WebRequest last = server.requests().back();
        return last.headers.at("webhook-signature") == signatureOf(last, oldKey);
    }));
}

TEST(WebhookContents, areEventAndPhotosInPartsUnderOneSignature)
{
    const ScratchDirectory scratch;
    std::atomic<int> count{0};
    WebServer server([&](const WebRequest &) {
        return WebResponse{++count < 3 ? 503 : 204, {}, {}};
    });
    Publish publish(scratch,
                    {{"uri", server.url()},
                     {"retry-backoff-factor", "0.02"},
                     {"photos", "message"},
                     {"frame-photos", "true"},
                     {"credentials-file", writtenSecrets(scratch, "whsec_" + base64(newKey))}});
    publish.push({.type = "answered",
                  .eventId = "run-1",
                  .status = "identified",
                  .templateId = "anna",
                  .photo = bytesOf(photo),
                  .frame = bytesOf(frame)});
    publish.push({.type = "end", .eventId = "run-2"});
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }));
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 4U);
    for (std::size_t i = 0; i < 3; ++i) {
        const WebRequest &request = requests[i];
        EXPECT_EQ(request.headers.at("webhook-id"), "run-1");
        EXPECT_EQ(request.headers.at("webhook-signature"), signatureOf(request, newKey));
        EXPECT_TRUE(request.headers.at("Content-Type").starts_with("multipart/form-data;"));
        std::map<std::string, std::string> types;
        auto parts = partsOf(request, &types);
        EXPECT_EQ(parts.size(), 3U);
        EXPECT_EQ(member(parts["event"], "event-id"), "run-1");
        EXPECT_EQ(member(parts["event"], "template-id"), "anna");
        EXPECT_EQ(parts["photo"], photo);
        EXPECT_EQ(parts["frame"], frame);
        EXPECT_EQ(types["event"], "application/json");
        EXPECT_EQ(types["photo"], "image/jpeg");
        EXPECT_EQ(types["frame"], "image/jpeg");
    }
    EXPECT_EQ(requests[3].headers.at("Content-Type"), "application/json");
    EXPECT_EQ(requests[3].headers.at("webhook-signature"), signatureOf(requests[3], newKey));
}

TEST(WebhookContents, haveThePhotoAfterARestartToo)
{
    const ScratchDirectory scratch;
    std::atomic<bool> well{false};
    WebServer server([&](const WebRequest &) { return WebResponse{well ? 204 : 503, {}, {}}; });
    const Properties properties = {{"uri", server.url()}, {"photos", "message"}};
    {
        Publish publish(scratch, properties);
        publish.push({.type = "answered",
                      .eventId = "run-1",
                      .status = "identified",
                      .photo = bytesOf(photo)});
        ASSERT_TRUE(eventually([&] { return !server.requests().empty(); }));
    }
    well = true;
    Publish publish(scratch, properties);
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }))
        << "it, and the end that was made when the first one stopped";
    const auto requests = server.requests();
    const WebRequest &again = requests[requests.size() - 2];
    EXPECT_EQ(again.headers.at("webhook-id"), "run-1");
    auto parts = partsOf(again);
    EXPECT_EQ(member(parts["event"], "event-id"), "run-1");
    EXPECT_EQ(parts["photo"], photo);
    EXPECT_FALSE(parts.contains("frame"));
}

TEST(WebhookContents, haveNoPhotoThatIsNeverStoredInTheSpool)
{
    const ScratchDirectory scratch;
    WebServer server([&](const WebRequest &) { return WebResponse{503, {}, {}}; });
    Publish publish(scratch, {{"uri", server.url()}, {"photos", "message"}, {"keep-unknown", "0"}});
    publish.push(
        {.type = "answered", .eventId = "run-1", .status = "unknown", .photo = bytesOf(photo)});
    ASSERT_TRUE(eventually([&] { return publish.stat("spooled") == 1 && publish.stat("sent"); }));
    auto parts = partsOf(server.requests().front());
    EXPECT_EQ(parts["photo"], photo) << "what is in memory may go";
    bool spooled = false;
    for (const auto &entry : std::filesystem::directory_iterator(scratch / "spool")) {
        const std::string content = contentOf(entry.path());
        spooled = spooled || content.find("run-1") != std::string::npos;
        EXPECT_EQ(content.find(photo), std::string::npos) << entry.path();
    }
    EXPECT_TRUE(spooled);
}
