// SPDX-License-Identifier: LGPL-2.1-or-later
// Events on their way to webhooks of every kind.
#include "publish/http_message.h"
#include "publish/http_target.h"
#include "publish/webhook_signature.h"
#include "support/certificates.h"
#include "support/http2_proxy.h"
#include "support/inbox.h"
#include "support/raw_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using publish::Credentials;
using publish::HttpTargetSettings;
using publish::Outgoing;
using publish::Verdict;
using system::Secret;
using Kind = Verdict::Kind;

constexpr auto patience = 20s;
constexpr const char *event = R"({"type":"answered","event-id":"01hq4-17","name":"Anna"})";
/** In each uri here, as in those of people. */
constexpr const char *hiddenPath = "/hook-of-nobodys-business";
constexpr const char *hiddenQuery = "?key=k3y-of-it";

struct Done {
    std::int64_t id = 0;
    Verdict verdict;
};

/** A target on a thread of its own. */
class Publisher
{
public:
    explicit Publisher(HttpTargetSettings settings, Credentials credentials = {})
        : credentials_(std::move(credentials))
    {
        target_ = publish::makeHttpTarget(std::move(settings), thread_,
                                          [this] { return *credentials_.lock(); });
        thread_.runAndWait([this] {
            target_->open({.onDone =
                               [this, done = done_](std::int64_t id, const Verdict &verdict) {
                                   EXPECT_FALSE(sending_) << "told from within send()";
                                   done->put({id, verdict});
                               },
                           .onState = nullptr,
                           .onReady = nullptr});
        });
    }
    ~Publisher() { close(); }

    void send(Outgoing outgoing)
    {
        thread_.runAndWait([this, &outgoing] {
            sending_ = true;
            target_->send(std::move(outgoing));
            sending_ = false;
        });
    }
    Verdict verdictOf(Outgoing outgoing)
    {
        const std::size_t before = done_->all().size();
        const std::int64_t id = outgoing.id;
        send(std::move(outgoing));
        const auto all = done_->waitFor(before + 1, patience);
        if (all.size() != before + 1) {
            ADD_FAILURE() << "no verdict, or several";
            return {};
        }
        EXPECT_EQ(all.back().id, id);
        return all.back().verdict;
    }
    void setCredentials(Credentials credentials) { *credentials_.lock() = std::move(credentials); }
    void close()
    {
        thread_.runAndWait([this] {
            if (target_)
                target_->close(1s);
            target_.reset();
        });
    }
    const std::shared_ptr<Inbox<Done>> &done() const { return done_; }
    publish::Window window() const { return target_->window(); }

private:
    core::Guarded<Credentials> credentials_;
    const std::shared_ptr<Inbox<Done>> done_ = std::make_shared<Inbox<Done>>();
    std::unique_ptr<publish::Target> target_;
    bool sending_ = false;
    http::NetworkThread thread_; ///< last: it ends first
};

HttpTargetSettings settingsFor(const std::string &url)
{
    HttpTargetSettings settings;
    settings.uri = url + hiddenPath + hiddenQuery;
    return settings;
}

Outgoing outgoing(std::int64_t id = 17)
{
    Outgoing one;
    one.id = id;
    one.eventId = "01hq4-17";
    one.camera = "gate";
    one.body = event;
    one.json = event;
    return one;
}

WebServer::Handler answering(int status, std::map<std::string, std::string> headers = {},
                             std::string body = "{}")
{
    return [=](const WebRequest &) { return WebResponse{status, body, headers}; };
}

/** Whatever is told to people: a sentence with the host, and nothing that was to be kept. */
void expectFitForPeople(const std::string &text)
{
    EXPECT_NE(text, "");
    for (const char *hidden : {"nobodys", "k3y", "identify", "t0ken", "pa55word", "whsec_"})
        EXPECT_EQ(text.find(hidden), std::string::npos) << text;
}

void expectMention(const std::string &text, const std::string &mention)
{
    EXPECT_NE(text.find(mention), std::string::npos) << "'" << mention << "' in: " << text;
}

Verdict verdictBy(const WebServer::Handler &handler, Outgoing what = outgoing())
{
    WebServer server(handler);
    Publisher publisher(settingsFor(server.url()));
    const Verdict verdict = publisher.verdictOf(std::move(what));
    EXPECT_EQ(server.requests().size(), 1U);
    if (verdict.kind != Kind::Delivered) {
        expectFitForPeople(verdict.text);
        expectMention(verdict.text, "http://127.0.0.1 ");
    }
    return verdict;
}

Verdict verdictByScript(const RawServer::Script &script, Outgoing what = outgoing(),
                        std::chrono::milliseconds timeout = patience)
{
    RawServer server(script);
    HttpTargetSettings settings = settingsFor(server.url());
    settings.timeout = timeout;
    Publisher publisher(settings);
    return publisher.verdictOf(std::move(what));
}

TEST(HttpTarget, deliversOneRequestAnEvent)
{
    WebServer server(answering(204));
    HttpTargetSettings settings = settingsFor(server.url());
    settings.extraHeaders = {{"X-Site", "gate 1"}};
    settings.userAgent = "gst-ooto/9";
    Publisher publisher(settings);
    const std::time_t before = std::time(nullptr);
    EXPECT_EQ(publisher.verdictOf(outgoing()).kind, Kind::Delivered);

    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].path, std::string("/identify") + hiddenPath);
    EXPECT_EQ(requests[0].query, hiddenQuery + 1);
    EXPECT_EQ(requests[0].body, event);
    const auto &headers = requests[0].headers;
    EXPECT_EQ(headers.at("Content-Type"), "application/json");
    EXPECT_EQ(headers.at("X-Site"), "gate 1");
    EXPECT_EQ(headers.at("User-Agent"), "gst-ooto/9");
    EXPECT_EQ(headers.at("webhook-id"), "01hq4-17");
    EXPECT_GE(std::stoll(headers.at("webhook-timestamp")), before);
    EXPECT_LE(std::stoll(headers.at("webhook-timestamp")), std::time(nullptr));
    EXPECT_EQ(headers.count("webhook-signature"), 0U);
    EXPECT_EQ(headers.count("Authorization"), 0U);
}

TEST(HttpTarget, keepsItsConnection)
{
    WebServer server(answering(200));
    Publisher publisher(settingsFor(server.url()));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(publisher.verdictOf(outgoing(i)).kind, Kind::Delivered);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpTarget, judgesEachStatus)
{
    struct Case {
        int status;
        Kind kind;
        const char *mention;
    };
    const Case cases[] = {
        {200, Kind::Delivered, ""},
        {202, Kind::Delivered, ""},
        {299, Kind::Delivered, ""},
        {300, Kind::NotThere, "a redirect"},
        {304, Kind::NotThere, "a redirect"},
        {400, Kind::Rejected, "refused this event"},
        {401, Kind::Unauthorized, "`credentials-file`"},
        {402, Kind::Rejected, "refused this event"},
        {403, Kind::Unauthorized, "`user-id` and `user-pw`"},
        {404, Kind::NotThere, "check the path of `uri`"},
        {405, Kind::NotThere, "`method`"},
        {408, Kind::Again, "tried again later"},
        {410, Kind::Gone, "no events any more"},
        {413, Kind::Rejected, "too large"},
        {415, Kind::Rejected, "type of content"},
        {418, Kind::Rejected, "refused this event"},
        {422, Kind::Rejected, "refused this event"},
        {425, Kind::Again, "tried again later"},
        {429, Kind::Again, "too many requests"},
        {500, Kind::Again, "trouble at the receiver"},
        {501, Kind::Again, "trouble at the receiver"},
        {503, Kind::Again, "trouble at the receiver"},
        {599, Kind::Again, "trouble at the receiver"},
        {999, Kind::Again, "HTTP 999"},
    };
    std::atomic<int> status = 200;
    WebServer server([&status](const WebRequest &) { return WebResponse{status, "{}", {}}; });
    Publisher publisher(settingsFor(server.url()));
    for (const Case &one : cases) {
        status = one.status;
        const Verdict verdict = publisher.verdictOf(outgoing());
        EXPECT_EQ(verdict.kind, one.kind) << one.status;
        EXPECT_FALSE(verdict.connectionFailed) << one.status;
        EXPECT_EQ(verdict.retryAfter, std::nullopt) << one.status;
        if (one.kind != Kind::Delivered) {
            expectFitForPeople(verdict.text);
            expectMention(verdict.text,
                          "http://127.0.0.1 answered HTTP " + std::to_string(one.status));
            expectMention(verdict.text, one.mention);
        }
    }
}

TEST(HttpTarget, heedsTheReceiversWishInBothForms)
{
    for (const int status : {429, 500, 503})
        EXPECT_EQ(verdictBy(answering(status, {{"Retry-After", "120"}})).retryAfter, 120s);
    const system::DateHandle now(g_date_time_new_now_utc());
    const system::DateHandle later(g_date_time_add_minutes(now.get(), 10));
    const system::CharsHandle date(g_date_time_format(later.get(), "%a, %d %b %Y %H:%M:%S GMT"));
    const auto wish = verdictBy(answering(503, {{"Retry-After", date.get()}})).retryAfter;
    ASSERT_TRUE(wish);
    EXPECT_GT(*wish, 500s);
    EXPECT_LE(*wish, 600s);
    EXPECT_EQ(verdictBy(answering(503, {{"Retry-After", "soon"}})).retryAfter, std::nullopt);
    for (const int status : {408, 400, 401, 404})
        EXPECT_EQ(verdictBy(answering(status, {{"Retry-After", "120"}})).retryAfter, std::nullopt);
}

TEST(HttpTarget, followsNoRedirectAndSaysWhereItLeads)
{
    WebServer other(answering(200));
    const std::pair<std::string, std::string> cases[] = {
        {other.url() + "/geheim", "another path"}, // another port is another origin: see below
        {"https://elsewhere.example/geheim?key=geheim", "https://elsewhere.example,"},
        {"https://anna:geheim@elsewhere.example/", "https://elsewhere.example,"},
        {"/geheim", "another path of its own"},
        {"https://hook-of-nobodys-business.example/", "another host"},
        {"javascript:geheim", "no URL with a host"},
        {"", "did not name"},
    };
    for (const int status : {301, 302, 303, 307, 308}) {
        for (const auto &[location, mention] : cases) {
            std::map<std::string, std::string> headers;
            if (!location.empty())
                headers["Location"] = location;
            const Verdict verdict = verdictBy(answering(status, headers));
            EXPECT_EQ(verdict.kind, Kind::NotThere);
            EXPECT_EQ(verdict.text.find("geheim"), std::string::npos) << verdict.text;
            expectMention(verdict.text,
                          &location == &cases[0].first ? "http://127.0.0.1," : mention);
        }
    }
    EXPECT_EQ(other.requests().size(), 0U);
}

TEST(HttpTarget, showsNoTokenThatARedirectRepeats)
{
    WebServer server(answering(302, {{"Location", "https://T0KEN-of-mine.example/"}}));
    Credentials credentials;
    credentials.token = Secret("t0ken-of-mine");
    Publisher publisher(settingsFor(server.url()), credentials);
    const Verdict verdict = publisher.verdictOf(outgoing());
    expectFitForPeople(verdict.text);
    expectMention(verdict.text, "another host");
}

TEST(HttpTarget, wantsTheAnswerThatATemplateNames)
{
    Outgoing one = outgoing();
    one.expectedAnswer = "<Ok/>";
    EXPECT_EQ(verdictBy(answering(200, {}, "<Answer><Ok/></Answer>"), one).kind, Kind::Delivered);
    const Verdict other = verdictBy(answering(200, {}, "<Error>no such event</Error>"), one);
    EXPECT_EQ(other.kind, Kind::Again);
    expectMention(other.text, "`answer`");
    EXPECT_EQ(verdictBy(answering(204), one).kind, Kind::Again);
    EXPECT_EQ(verdictBy(answering(422, {}, "<Ok/>"), one).kind, Kind::Rejected);

    const std::string padding(100'000, ' ');
    EXPECT_EQ(verdictBy(answering(200, {}, "<Ok/>" + padding), one).kind, Kind::Delivered);
    expectMention(verdictBy(answering(200, {}, padding + "<Ok/>"), one).text, "64 KiB");
}

TEST(HttpTarget, countsTheStatusHoweverLongTheAnswerIs)
{
    const std::string mebibyte(std::size_t{1} << 20, 'x');
    EXPECT_EQ(verdictBy(answering(200, {}, mebibyte)).kind, Kind::Delivered);
    EXPECT_EQ(verdictBy(answering(422, {}, mebibyte)).kind, Kind::Rejected);
}

TEST(HttpTarget, countsTheStatusWhenTheAnswerBreaksOffOrNeverEnds)
{
    const auto begin = [](RawConnection &connection, const char *status) {
        connection.readRequest();
        connection.write("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 100\r\n\r\n{");
    };
    const auto broken = [&begin](const char *status) {
        return verdictByScript([&](RawConnection &connection) { begin(connection, status); });
    };
    const auto endless = [&begin](const char *status, Outgoing what = outgoing()) {
        return verdictByScript(
            [&](RawConnection &connection) {
                begin(connection, status);
                connection.hold();
            },
            std::move(what), 300ms);
    };
    EXPECT_EQ(broken("200 OK").kind, Kind::Delivered);
    EXPECT_EQ(broken("401 No").kind, Kind::Unauthorized);
    EXPECT_EQ(endless("200 OK").kind, Kind::Delivered);
    EXPECT_EQ(endless("422 No").kind, Kind::Rejected);
    Outgoing one = outgoing();
    one.expectedAnswer = "<Ok/>";
    EXPECT_EQ(endless("200 OK", one).kind, Kind::Again);
}

TEST(HttpTarget, waitsForSlowReceivers)
{
    const Verdict verdict = verdictByScript([](RawConnection &connection) {
        connection.readRequest();
        connection.pause(500ms);
        connection.write(RawServer::response("200 OK", "{}"));
        connection.hold();
    });
    EXPECT_EQ(verdict.kind, Kind::Delivered);
}

TEST(HttpTarget, givesUpOnThoseWhoNeverAnswer)
{
    const Verdict verdict = verdictByScript(
        [](RawConnection &connection) {
            connection.readRequest();
            connection.hold();
        },
        outgoing(), 300ms);
    EXPECT_EQ(verdict.kind, Kind::Again);
    EXPECT_FALSE(verdict.connectionFailed) << "it may be this event that it cannot digest";
    expectFitForPeople(verdict.text);
    expectMention(verdict.text, "http://127.0.0.1 did not answer within 300 ms");
    expectMention(verdict.text, "`timeout`");
}

TEST(HttpTarget, tellsThatNobodyIsThere)
{
    Publisher publisher(settingsFor("http://127.0.0.1:" + std::to_string(freePort())));
    const Verdict verdict = publisher.verdictOf(outgoing());
    EXPECT_EQ(verdict.kind, Kind::Again);
    EXPECT_TRUE(verdict.connectionFailed);
    expectFitForPeople(verdict.text);
    expectMention(verdict.text, "http://127.0.0.1 refuses connections");
}

TEST(HttpTarget, tellsThatAHostHasNoAddress)
{
    HttpTargetSettings settings = settingsFor("http://no-such-host.invalid");
    Publisher publisher(settings);
    const Verdict verdict = publisher.verdictOf(outgoing());
    EXPECT_EQ(verdict.kind, Kind::Again);
    EXPECT_TRUE(verdict.connectionFailed);
    expectFitForPeople(verdict.text);
    expectMention(verdict.text, "http://no-such-host.invalid");
}

TEST(HttpTarget, survivesHostileAnswers)
{
    const std::string longLine(1u << 20, 'x');
    const std::string answers[] = {
        "",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 000 \r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200\x01 t0ken\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 500 t0ken pa55word\r\nRetry-After: 99999999999999999999\r\n"
        "Content-Length: 0\r\n\r\n",
        "HTTP/1.1 302 x\r\nLocation: \x1b[31mhttp://\xff\xfe/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        "HTTP/1.1 500 x\r\nX: " + longLine + "\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 x\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        std::string("\x16\x03\x01\x00\x05hello", 10),
    };
    for (const std::string &answer : answers) {
        const Verdict verdict = verdictByScript([&answer](RawConnection &connection) {
            connection.readRequest();
            connection.write(answer);
        });
        const std::string shown = answer.substr(0, 60);
        EXPECT_TRUE(verdict.kind == Kind::Again || verdict.kind == Kind::NotThere ||
                    verdict.kind == Kind::Delivered)
            << shown;
        EXPECT_FALSE(verdict.connectionFailed) << shown;
        if (verdict.kind != Kind::Delivered)
            expectFitForPeople(verdict.text);
        EXPECT_EQ(verdict.text.find('\x1b'), std::string::npos) << shown;
        EXPECT_TRUE(g_utf8_validate(verdict.text.c_str(), -1, nullptr)) << shown;
        EXPECT_LE(verdict.text.size(), 600U) << shown;
        EXPECT_LE(verdict.retryAfter.value_or(0s), 24h) << shown;
    }
}

TEST(HttpTarget, sendsOnceMoreWhenAKeptConnectionHadGone)
{
    RawServer server([](RawConnection &connection) {
        connection.readRequest();
        connection.write(RawServer::response("200 OK", "{}"));
        if (connection.number() == 1)
            connection.readRequest(); // and closes
        else
            connection.hold();
    });
    Publisher publisher(settingsFor(server.url()));
    EXPECT_EQ(publisher.verdictOf(outgoing(1)).kind, Kind::Delivered);
    EXPECT_EQ(publisher.verdictOf(outgoing(2)).kind, Kind::Delivered);
    EXPECT_EQ(server.connections(), 2U);
}

TEST(HttpTarget, sendsFourAtOnce)
{
    WebServer server([](const WebRequest &) { return WebResponse{200, "{}", {}}; });
    Publisher publisher(settingsFor(server.url()));
    EXPECT_EQ(publisher.window().all, 4U);
    EXPECT_EQ(publisher.window().perCamera, 1U);
    for (int i = 1; i <= 4; ++i)
        publisher.send(outgoing(i));
    std::set<std::int64_t> ids;
    for (const Done &done : publisher.done()->waitFor(4, patience)) {
        EXPECT_EQ(done.verdict.kind, Kind::Delivered);
        ids.insert(done.id);
    }
    EXPECT_EQ(ids, (std::set<std::int64_t>{1, 2, 3, 4}));
}

TEST(HttpTarget, isClosedAtOnceAndThenSilent)
{
    Inbox<int> arrived;
    RawServer server([&arrived](RawConnection &connection) {
        connection.readRequest();
        arrived.put(1);
        connection.hold();
        arrived.put(2);
    });
    std::shared_ptr<Inbox<Done>> done;
    {
        Publisher publisher(settingsFor(server.url()));
        done = publisher.done();
        for (int i = 0; i < 4; ++i)
            publisher.send(outgoing(i));
        ASSERT_EQ(arrived.waitFor(4, patience).size(), 4U);
        publisher.close();
        EXPECT_EQ(arrived.waitFor(8, patience).size(), 8U) << "connections were left open";
    }
    EXPECT_TRUE(done->all().empty());
}

TEST(HttpTarget, signsTheBytesItSendsForEachSecret)
{
    WebServer server(answering(200));
    Credentials credentials;
    credentials.secrets = {Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                           Secret("whsec_AAECAwQFBgcICQoLDA0ODw==")};
    Publisher publisher(settingsFor(server.url()), credentials);
    Outgoing withPhoto = outgoing();
    withPhoto.photo.bytes =
        std::make_shared<std::vector<std::uint8_t>>(std::vector<std::uint8_t>{0xff, 0xd8, 0, 13});
    EXPECT_EQ(publisher.verdictOf(outgoing()).kind, Kind::Delivered);
    EXPECT_EQ(publisher.verdictOf(withPhoto).kind, Kind::Delivered);

    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 2U);
    for (const WebRequest &request : requests) {
        const auto &headers = request.headers;
        EXPECT_EQ(headers.at("webhook-signature"),
                  publish::webhookSignature(credentials.secrets, headers.at("webhook-id"),
                                            std::stoll(headers.at("webhook-timestamp")),
                                            request.body));
        EXPECT_EQ(headers.at("webhook-signature").size(), 2 * 47U + 1);
    }
    EXPECT_NE(requests[0].body, requests[1].body);
}

TEST(HttpTarget, signsNothingWhereThatIsNotWanted)
{
    WebServer server(answering(200));
    Credentials credentials;
    credentials.secrets = {Secret("whsec_AAECAwQFBgcICQoLDA0ODw==")};
    HttpTargetSettings settings = settingsFor(server.url());
    settings.signs = false;
    Publisher publisher(settings, credentials);
    EXPECT_EQ(publisher.verdictOf(outgoing()).kind, Kind::Delivered);
    EXPECT_EQ(server.requests().at(0).headers.count("webhook-signature"), 0U);
}

TEST(HttpTarget, sendsNothingUnsignedByASecretThatIsNone)
{
    WebServer server(answering(200));
    Credentials credentials;
    credentials.secrets = {Secret("whsec_AAECAwQFBgcICQoLDA0ODw=="), Secret("pa55word")};
    Publisher publisher(settingsFor(server.url()), credentials);
    const Verdict verdict = publisher.verdictOf(outgoing());
    EXPECT_EQ(verdict.kind, Kind::Unauthorized);
    EXPECT_EQ(verdict.text.find("pa55word"), std::string::npos) << verdict.text;
    expectMention(verdict.text, "`credentials-file`");
    EXPECT_EQ(server.requests().size(), 0U);
}

/** The parts of a multipart body, as another one would read them. */
struct ReadPart {
    std::string name;
    std::string fileName;
    std::string contentType;
    std::string bytes;
};

std::vector<ReadPart> partsOf(const WebRequest &request)
{
    std::vector<ReadPart> parts;
    const system::Handle<SoupMessageHeaders, soup_message_headers_unref> headers(
        soup_message_headers_new(SOUP_MESSAGE_HEADERS_REQUEST));
    soup_message_headers_append(headers.get(), "Content-Type",
                                request.headers.at("Content-Type").c_str());
    const system::BytesHandle body(g_bytes_new(request.body.data(), request.body.size()));
    const system::Handle<SoupMultipart, soup_multipart_free> multipart(
        soup_multipart_new_from_message(headers.get(), body.get()));
    for (int i = 0; multipart && i < soup_multipart_get_length(multipart.get()); ++i) {
        SoupMessageHeaders *partHeaders = nullptr;
        GBytes *bytes = nullptr;
        soup_multipart_get_part(multipart.get(), i, &partHeaders, &bytes);
        char *disposition = nullptr;
        GHashTable *parameters = nullptr;
        EXPECT_TRUE(
            soup_message_headers_get_content_disposition(partHeaders, &disposition, &parameters));
        EXPECT_STREQ(disposition, "form-data");
        const auto parameter = [parameters](const char *key) {
            const auto *value = static_cast<char *>(g_hash_table_lookup(parameters, key));
            return std::string(value ? value : "");
        };
        gsize size = 0;
        const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
        parts.push_back({parameter("name"), parameter("filename"),
                         soup_message_headers_get_one(partHeaders, "Content-Type"),
                         std::string(data, size)});
        g_hash_table_unref(parameters);
        g_free(disposition);
    }
    return parts;
}

TEST(HttpTarget, sendsPicturesAlong)
{
    WebServer server(answering(200));
    Publisher publisher(settingsFor(server.url()));
    const std::string photo("\xff\xd8\r\n--\0\r\n\r\nend", 14);
    const std::string frame("\x89PNG\r\n\x1a\n", 8);
    const auto bytesOf = [](const std::string &text) {
        return std::make_shared<std::vector<std::uint8_t>>(text.begin(), text.end());
    };
    Outgoing one = outgoing();
    one.photo = {bytesOf(photo), false};
    EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Delivered);
    one.frame = {bytesOf(frame), true};
    EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Delivered);
    one.photo = {bytesOf(""), false};
    EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Delivered);

    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 3U);
    for (const WebRequest &request : requests) {
        EXPECT_TRUE(request.headers.at("Content-Type").starts_with("multipart/form-data"));
        const auto parts = partsOf(request);
        ASSERT_FALSE(parts.empty());
        EXPECT_EQ(parts[0].name, "event");
        EXPECT_EQ(parts[0].fileName, "");
        EXPECT_EQ(parts[0].contentType, "application/json");
        EXPECT_EQ(parts[0].bytes, event);
    }
    EXPECT_NE(requests[0].body.find("name=\"photo\"; filename=\"photo.jpg\""), std::string::npos)
        << "without quotes, which not all can read";
    const auto both = partsOf(requests[1]);
    ASSERT_EQ(both.size(), 3U);
    EXPECT_EQ(both[1].name, "photo");
    EXPECT_EQ(both[1].fileName, "photo.jpg");
    EXPECT_EQ(both[1].contentType, "image/jpeg");
    EXPECT_EQ(both[1].bytes, photo);
    EXPECT_EQ(both[2].name, "frame");
    EXPECT_EQ(both[2].fileName, "frame.png");
    EXPECT_EQ(both[2].contentType, "image/png");
    EXPECT_EQ(both[2].bytes, frame);
    EXPECT_EQ(partsOf(requests[0]).size(), 2U);
    EXPECT_EQ(partsOf(requests[2]).size(), 2U);
}

TEST(HttpTarget, showsItsTokenOrElseUserAndPassword)
{
    WebServer server(answering(200));
    HttpTargetSettings settings = settingsFor(server.url());
    settings.extraHeaders = {{"authorization", "Splunk 1"}};
    Publisher publisher(settings);
    const auto authorization = [&](const Credentials &credentials) {
        publisher.setCredentials(credentials);
        EXPECT_EQ(publisher.verdictOf(outgoing()).kind, Kind::Delivered);
        std::string shown;
        const WebRequest last = server.requests().back();
        for (const auto &[name, value] : last.headers) {
            if (g_ascii_strcasecmp(name.c_str(), "authorization") == 0)
                shown += value;
        }
        return shown;
    };
    Credentials credentials;
    EXPECT_EQ(authorization(credentials), "Splunk 1");
    credentials.userId = "Aladdin";
    credentials.password = Secret("open sesame");
    EXPECT_EQ(authorization(credentials), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    credentials.token = Secret("t0ken");
    EXPECT_EQ(authorization(credentials), "Bearer t0ken");
}

TEST(HttpTarget, refusesCredentialsThatCannotBeSent)
{
    WebServer server(answering(200));
    Publisher publisher(settingsFor(server.url()));
    Credentials credentials;
    credentials.token = Secret("t0ken\r\nX-Evil: 1");
    publisher.setCredentials(credentials);
    Verdict verdict = publisher.verdictOf(outgoing());
    EXPECT_EQ(verdict.kind, Kind::Unauthorized);
    expectFitForPeople(verdict.text);
    credentials.token = {};
    credentials.userId = "a:b";
    publisher.setCredentials(credentials);
    verdict = publisher.verdictOf(outgoing());
    EXPECT_EQ(verdict.kind, Kind::Unauthorized);
    expectMention(verdict.text, "`user-id`");
    EXPECT_EQ(server.requests().size(), 0U);
}

TEST(HttpTarget, leavesOutExtraHeadersThatAreOurs)
{
    WebServer server(answering(200));
    HttpTargetSettings settings = settingsFor(server.url());
    settings.extraHeaders = {{"Webhook-Id", "another"},    {"CONTENT-TYPE", "text/plain"},
                             {"Content-Length", "1"},      {"host", "elsewhere.example"},
                             {"Proxy-Authorization", "x"}, {"X-Site", "gate"}};
    Publisher publisher(settings);
    EXPECT_EQ(publisher.verdictOf(outgoing()).kind, Kind::Delivered);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].body, event);
    const auto &headers = requests[0].headers;
    EXPECT_EQ(headers.at("webhook-id"), "01hq4-17");
    EXPECT_EQ(headers.count("Webhook-Id"), 0U);
    EXPECT_EQ(headers.at("Content-Type"), "application/json");
    EXPECT_EQ(headers.count("Proxy-Authorization"), 0U);
    EXPECT_TRUE(headers.at("Host").starts_with("127.0.0.1"));
    EXPECT_EQ(headers.at("X-Site"), "gate");
}

TEST(HttpTarget, saysAtTheStartWhichExtraHeaderIsNone)
{
    HttpTargetSettings settings;
    settings.extraHeaders = {{"X-Site", "gate"}, {"Authorization", "Splunk t0ken"}};
    EXPECT_EQ(publish::checkHttpTarget(settings), "");
    const std::pair<const char *, const char *> cases[] = {
        {"Webhook-Signature", "t0ken"},
        {"host", "t0ken"},
        {"content-Length", "t0ken"},
        {"user-agent", "t0ken"},
        {"X Site", "t0ken"},
        {"", "t0ken"},
        {"X:Y", "t0ken"},
        {"X-Site", "t0ken\r\n"},
        {"X-Site", "t0ken\xc3\xa9"},
    };
    for (const auto &[name, value] : cases) {
        settings.extraHeaders = {{name, value}};
        const std::string text = publish::checkHttpTarget(settings);
        expectFitForPeople(text);
        expectMention(text, "`extra-headers`");
        expectMention(text, std::string("'") + name + "'");
    }
}

TEST(HttpTarget, asksForAnotherPathOrByPut)
{
    WebServer server(answering(200));
    Publisher publisher(settingsFor(server.url()));
    Outgoing one = outgoing();
    one.path = "/api/gate";
    one.method = "PUT";
    one.contentType = "text/xml";
    one.body = "<Face/>";
    EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Delivered);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "PUT");
    EXPECT_EQ(requests[0].path, "/api/gate");
    EXPECT_EQ(requests[0].query, hiddenQuery + 1);
    EXPECT_EQ(requests[0].headers.at("Content-Type"), "text/xml");
    EXPECT_EQ(requests[0].body, "<Face/>");
}

TEST(HttpTarget, sendsByEachMethodThatATemplateMayName)
{
    for (const char *method : {"POST", "PUT", "PATCH"}) {
        WebServer server(answering(200));
        Publisher publisher(settingsFor(server.url()));
        Outgoing one = outgoing();
        one.method = method;
        EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Delivered) << method;
        ASSERT_EQ(server.requests().size(), 1U);
        EXPECT_EQ(server.requests()[0].method, method);
        EXPECT_EQ(server.requests()[0].body, one.body);
    }
}

TEST(HttpTarget, rejectsWhatCannotBeARequest)
{
    WebServer server(answering(200));
    Publisher publisher(settingsFor(server.url()));
    Outgoing one = outgoing();
    one.method = "DELETE";
    EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Rejected);
    one = outgoing();
    one.contentType = "text/xml\r\nX-Evil: 1";
    EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Rejected);
    one = outgoing();
    one.eventId = "1\n2";
    EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Rejected);
    EXPECT_EQ(server.requests().size(), 0U);
}

TEST(HttpTarget, goesWhereTheCredentialsSay)
{
    WebServer one(answering(200));
    WebServer other(answering(200));
    Publisher publisher(settingsFor(one.url()));
    EXPECT_EQ(publisher.verdictOf(outgoing(1)).kind, Kind::Delivered);
    Credentials credentials;
    credentials.uri = other.url();
    publisher.setCredentials(credentials);
    EXPECT_EQ(publisher.verdictOf(outgoing(2)).kind, Kind::Delivered);
    publisher.setCredentials({});
    EXPECT_EQ(publisher.verdictOf(outgoing(3)).kind, Kind::Delivered);
    EXPECT_EQ(one.requests().size(), 2U);
    EXPECT_EQ(other.requests().size(), 1U);
}

TEST(HttpTarget, doesNotGoWhereTheCredentialsMustNotSay)
{
    WebServer server(answering(200));
    Publisher publisher(settingsFor(server.url()));
    Credentials credentials;
    for (const char *uri : {"http://elsewhere.invalid/nobodys", "https://u:pa55word@127.0.0.1/",
                            "nobodys", "file:///nobodys"}) {
        credentials.uri = uri;
        publisher.setCredentials(credentials);
        const Verdict verdict = publisher.verdictOf(outgoing());
        EXPECT_EQ(verdict.kind, Kind::Unauthorized) << uri;
        expectFitForPeople(verdict.text);
    }
    EXPECT_EQ(server.requests().size(), 0U);
}

class HttpTargetTls : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!certificates().made())
            GTEST_SKIP() << "the openssl program is missing or does not work";
    }

    static const Certificates &certificates()
    {
        static const Certificates certificates;
        return certificates;
    }

    static HttpTargetSettings settingsOf(const std::string &url)
    {
        HttpTargetSettings settings = settingsFor(url);
        settings.sslCaFile = certificates().ca();
        return settings;
    }
};

TEST_F(HttpTargetTls, trustsTheGivenCa)
{
    WebServer server(answering(200), certificates().good());
    Publisher publisher(settingsOf(server.url()));
    EXPECT_EQ(publisher.verdictOf(outgoing()).kind, Kind::Delivered);
}

TEST_F(HttpTargetTls, sendsNothingToWhomItDoesNotTrust)
{
    WebServer server(answering(200), certificates().good());
    HttpTargetSettings settings = settingsOf(server.url());
    settings.sslCaFile.clear();
    Credentials credentials;
    credentials.token = Secret("t0ken");
    {
        Publisher publisher(settings, credentials);
        const Verdict verdict = publisher.verdictOf(outgoing());
        EXPECT_EQ(verdict.kind, Kind::Again);
        EXPECT_TRUE(verdict.connectionFailed);
        expectFitForPeople(verdict.text);
        expectMention(verdict.text, "certificate of https://127.0.0.1 is refused");
        expectMention(verdict.text, "`ssl-ca-file`");
        EXPECT_EQ(server.requests().size(), 0U);
    }
    settings.sslStrict = false;
    Publisher careless(settings, credentials);
    EXPECT_EQ(careless.verdictOf(outgoing()).kind, Kind::Delivered);
}

TEST_F(HttpTargetTls, showsItsCertificateToThoseWhoAsk)
{
    WebServer server(answering(200), certificates().good(), certificates().ca());
    HttpTargetSettings settings = settingsOf(server.url());
    {
        Publisher publisher(settings);
        const Verdict verdict = publisher.verdictOf(outgoing());
        EXPECT_EQ(verdict.kind, Kind::Again);
        expectFitForPeople(verdict.text);
        EXPECT_EQ(server.requests().size(), 0U);
    }
    settings.sslCertFile = certificates().clientCertificate();
    settings.sslKeyFile = certificates().clientKey();
    EXPECT_EQ(publish::checkHttpTarget(settings), "");
    Publisher publisher(settings);
    EXPECT_EQ(publisher.verdictOf(outgoing()).kind, Kind::Delivered);
}

TEST_F(HttpTargetTls, tellsOfFilesThatCannotBeUsed)
{
    HttpTargetSettings settings = settingsOf("https://127.0.0.1:9");
    settings.sslCertFile = "/no/such.pem";
    expectMention(publish::checkHttpTarget(settings), "`ssl-cert-file`");
    {
        Publisher publisher(settings);
        const Verdict verdict = publisher.verdictOf(outgoing());
        EXPECT_EQ(verdict.kind, Kind::Again);
        EXPECT_TRUE(verdict.connectionFailed);
        expectMention(verdict.text, "`ssl-cert-file`");
    }
    settings.sslCaFile = "/no/such-ca.pem";
    expectMention(publish::checkHttpTarget(settings), "`ssl-ca-file`");
}

TEST_F(HttpTargetTls, speaksHttp2)
{
    if (!Http2Proxy::installed())
        GTEST_SKIP() << "nghttpx is missing (Debian: nghttp2-proxy)";
    WebServer server(answering(200));
    const Http2Proxy proxy(certificates().good(), server.url());
    HttpTargetSettings settings = settingsOf(proxy.url());
    Publisher publisher(settings);
    Outgoing one = outgoing();
    one.photo.bytes = std::make_shared<std::vector<std::uint8_t>>(200'000, std::uint8_t{0x42});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(publisher.verdictOf(one).kind, Kind::Delivered);
    for (const std::string &line : proxy.log())
        expectMention(line, " h2 ");
    EXPECT_EQ(server.requests().size(), 3U);
}

} // namespace
} // namespace ooto::test
