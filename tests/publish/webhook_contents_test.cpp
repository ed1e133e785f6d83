// SPDX-License-Identifier: LGPL-2.1-or-later
// What a webhook gets: the event, its photos, and a signature over every byte.
#include "publish_support.h"

#include "support/identify_support.h"
#include "support/photos.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
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

/** ootoidentify and ootopublish in one line, which is shown pictures. */
class Line
{
public:
    Line(const std::string &identify, GstElement *publish)
    {
        const std::string line = std::string("appsrc name=in format=time caps=") + caps +
                                 " ! ootoidentify camera=hall detector=cascade backpressure=true "
                                 "analysis-rate=0/1 relink-time=100 " +
                                 identify + " ! queue name=queue ! fakesink name=out sync=false";
        pipeline_ = gst_parse_launch(line.c_str(), nullptr);
        in_ = gst_bin_get_by_name(GST_BIN(pipeline_), "in");
        GstElement *queue = gst_bin_get_by_name(GST_BIN(pipeline_), "queue");
        GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline_), "out");
        gst_element_unlink(queue, out);
        gst_bin_add(GST_BIN(pipeline_), publish);
        EXPECT_TRUE(gst_element_link_many(queue, publish, out, nullptr));
        gst_object_unref(queue);
        gst_object_unref(out);
        gst_element_set_state(pipeline_, GST_STATE_PLAYING);
    }
    ~Line()
    {
        gst_element_set_state(pipeline_, GST_STATE_NULL);
        gst_object_unref(in_);
        gst_object_unref(pipeline_);
    }
    Line(const Line &) = delete;
    Line &operator=(const Line &) = delete;

    /** Takes the frame. @return whether it came to hold while it was shown */
    bool showUntil(GstBuffer *frame, const std::function<bool()> &condition)
    {
        const bool held = eventually([&] {
            GstBuffer *next = gst_buffer_copy(frame);
            GST_BUFFER_PTS(next) = time_;
            time_ += 40 * GST_MSECOND;
            GstFlowReturn flow = GST_FLOW_OK;
            g_signal_emit_by_name(in_, "push-buffer", next, &flow);
            gst_buffer_unref(next);
            g_usleep(20'000);
            return condition();
        });
        gst_buffer_unref(frame);
        return held;
    }

    static constexpr const char *caps =
        "video/x-raw,format=I420,width=1600,height=900,framerate=25/1";

private:
    GstElement *pipeline_ = nullptr;
    GstElement *in_ = nullptr;
    GstClockTime time_ = 0;
};

/** How much there is to see at eyes, nose and mouth of a frame that was made smaller. */
double contrastOf(const std::string &jpeg, const Portrait &portrait, const ooto::core::Box &face)
{
    const cv::Mat picture = cv::imdecode(bytesOf(jpeg), cv::IMREAD_GRAYSCALE);
    if (picture.cols != 1280 || picture.rows != 720) {
        ADD_FAILURE() << "a frame of " << picture.cols << " x " << picture.rows;
        return 0;
    }
    const double scale = 1280.0 / 1600;
    const double pixel = portrait.size / 512.0 * scale; // the photographs have 512
    const cv::Rect place(static_cast<int>(portrait.x * scale + (face.x + face.width / 4) * pixel),
                         static_cast<int>(portrait.y * scale + (face.y + face.height / 4) * pixel),
                         static_cast<int>(face.width / 2 * pixel),
                         static_cast<int>(face.height / 2 * pixel));
    cv::Scalar mean;
    cv::Scalar deviation;
    cv::meanStdDev(picture(place), mean, deviation);
    return deviation[0];
}

} // namespace

TEST(WebhookContents, ofRealFacesAreThePhotosThatTheServiceWasAskedAbout)
{
    const ScratchDirectory scratch;
    Service service(true);
    WebServer server([](const WebRequest &) { return WebResponse{204, {}, {}}; });
    GstElement *publish = makePublisher(
        scratch, {{"uri", server.url()}, {"photos", "both"}, {"frame-photos", "true"}});
    const auto answered = [&] {
        std::vector<WebRequest> found;
        for (WebRequest &request : server.requests()) {
            if (request.body.find(R"("type":"answered")") != std::string::npos)
                found.push_back(std::move(request));
        }
        return found;
    };
    const Portrait left{ooto::photos::hopperFile, 100, 200, 512};
    const Portrait right{ooto::photos::collinsFile, 1000, 200, 512};
    {
        Line line(service.properties(), publish);
        EXPECT_TRUE(line.showUntil(makeScene(infoOf(Line::caps), {left, right}),
                                   [&] { return answered().size() >= 2; }));
    }
    gst_object_unref(publish);

    std::map<std::string, int> names;
    for (const WebRequest &request : answered()) {
        auto parts = partsOf(request);
        const std::string &event = parts["event"];
        ++names[member(event, "template-id")];
        EXPECT_EQ(member(event, "status"), "identified") << event;
        EXPECT_EQ(member(event, "camera"), "hall");
        const auto asked = service->requests();
        EXPECT_TRUE(std::any_of(asked.begin(), asked.end(), [&](const auto &one) {
            const auto bytes = one.part("photo")->bytes;
            return std::string(bytes.begin(), bytes.end()) == parts["photo"];
        }));
        EXPECT_FALSE(cv::imdecode(bytesOf(parts["photo"]), cv::IMREAD_COLOR).empty());
        // The same on the disk.
        EXPECT_EQ(contentOf(member(event, "photo-uri").substr(7)), parts["photo"]);
        EXPECT_EQ(contentOf(member(event, "frame-uri").substr(7)), parts["frame"]);
        const bool isLeft = member(event, "template-id") == "Grace Hopper";
        const double hopper = contrastOf(parts["frame"], left, ooto::photos::hopperFace);
        const double collins = contrastOf(parts["frame"], right, ooto::photos::collinsFace);
        EXPECT_GT(isLeft ? hopper : collins, 10) << "whom it is about";
        EXPECT_LT(isLeft ? collins : hopper, 4) << "the other one";
    }
    EXPECT_GE(names["Grace Hopper"], 1);
    EXPECT_GE(names["Eileen Collins"], 1);
    // Each visit from its beginning to its end.
    std::map<std::string, std::string> visits;
    for (const WebRequest &request : server.requests()) {
        const bool hasParts = request.headers.at("Content-Type").starts_with("multipart/");
        const std::string event = hasParts ? partsOf(request)["event"] : request.body;
        visits[member(event, "visit-id")] += member(event, "type") + " ";
    }
    EXPECT_GE(visits.size(), 2U);
    for (const auto &[visit, types] : visits) {
        EXPECT_TRUE(types.starts_with("new ")) << visit << ": " << types;
        EXPECT_TRUE(types.ends_with(" end ")) << visit << ": " << types;
    }
}

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
    ASSERT_TRUE(
        eventually([&] { return publish.stat("spooled") == 1 && !server.requests().empty(); }));
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
