// SPDX-License-Identifier: LGPL-2.1-or-later
// What goes over the wire, and what each kind of answer becomes.
#include "support/asking.h"
#include "support/raw_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace ooto::test
{
namespace
{

using core::Outcome;
using namespace std::chrono_literals;

WebResponse answerWith(int status, std::string body = {},
                       std::map<std::string, std::string> headers = {})
{
    return {status, std::move(body), std::move(headers)};
}

core::Reply replyTo(const WebResponse &response)
{
    WebServer server([&response](const WebRequest &) { return response; });
    const core::Reply reply = askOnce(server.url());
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(reply.text.find("the-key-of-this-test"), std::string::npos) << reply.text;
    return reply;
}

TEST(ClientWire, sendsOnePartNamedPhotoWithTheExactBytes)
{
    WebServer server([](const WebRequest &) { return answerWith(200, matchBody); });
    const service::Request request = photoRequest();
    const core::Reply reply = askOnce(server.url(), request);
    EXPECT_EQ(reply.outcome, Outcome::Answered);
    EXPECT_EQ(reply.httpStatus, 200);
    EXPECT_EQ(reply.answer.templateId, "someone");
    EXPECT_EQ(reply.answer.similarity, 0.9);
    EXPECT_GT(reply.roundTrip.count(), 0);

    ASSERT_EQ(server.requests().size(), 1U);
    WebRequest seen = server.requests().front();
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.path, "/identify");
    EXPECT_EQ(seen.query, "");
    EXPECT_EQ(seen.headers["APP-ID"], "the-id-of-this-test");
    EXPECT_EQ(seen.headers["APP-KEY"], "the-key-of-this-test");
    EXPECT_EQ(seen.headers["User-Agent"], "ooto-test");
    EXPECT_EQ(seen.headers.count("Cookie"), 0U);
    EXPECT_EQ(seen.headers.count("Authorization"), 0U);
    EXPECT_EQ(reply.bytesSent, seen.body.size());

    const std::string start = "multipart/form-data; boundary=";
    const std::string type = seen.headers["Content-Type"];
    ASSERT_EQ(type.substr(0, start.size()), start);
    std::string boundary = type.substr(start.size());
    std::erase(boundary, '"');
    const std::string photo(request.photo->begin(), request.photo->end());
    EXPECT_EQ(seen.body,
              "--" + boundary +
                  "\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"photo.jpg\"\r\n"
                  "Content-Type: image/jpeg\r\n\r\n" +
                  photo + "\r\n--" + boundary + "--\r\n");
}

TEST(ClientWire, saysPngWhenThePhotoIsOne)
{
    WebServer server([](const WebRequest &) { return answerWith(200, matchBody); });
    service::Request request = photoRequest();
    request.png = true;
    askOnce(server.url(), request);
    const std::string body = server.requests().front().body;
    EXPECT_NE(body.find("filename=\"photo.png\""), std::string::npos);
    EXPECT_NE(body.find("Content-Type: image/png"), std::string::npos);
}

TEST(ClientWire, asksForLivenessAndDeepfakeOnlyWhenToldTo)
{
    WebServer server([](const WebRequest &) { return answerWith(200, matchBody); });
    const auto caller = openCaller(settingsFor(server.url()));
    for (const bool liveness : {false, true}) {
        for (const bool deepfake : {false, true}) {
            service::Request request = photoRequest();
            request.checkLiveness = liveness;
            request.checkDeepfake = deepfake;
            ask(*caller, request);
        }
    }
    const auto seen = server.requests();
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0].query, "");
    EXPECT_EQ(seen[1].query, "check_deepfake=true");
    EXPECT_EQ(seen[2].query, "check_liveness=true");
    EXPECT_EQ(seen[3].query, "check_liveness=true&check_deepfake=true");
}

TEST(ClientWire, usesOneConnectionForTwentyRequestsInARow)
{
    WebServer server([](const WebRequest &) { return answerWith(200, matchBody); });
    const auto caller = openCaller(settingsFor(server.url()));
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(ask(*caller, photoRequest(), [] { ADD_FAILURE(); }).outcome, Outcome::Answered);
    EXPECT_EQ(server.requests().size(), 20U);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(ClientWire, sendsTheWholePhotoAgainWhenAKeptConnectionHasGone)
{
    Inbox<std::string> seen;
    RawServer server([&seen](RawConnection &connection) {
        // The first connection answers one request and closes when it sees a second.
        for (int served = 0;; ++served) {
            const std::string request = connection.readRequest();
            if (request.empty() || (connection.number() == 1 && served == 1))
                return;
            seen.put(request);
            connection.write(RawServer::response("200 OK", matchBody));
        }
    });
    const auto caller = openCaller(settingsFor(server.url()));
    EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    const auto restarted = std::make_shared<Inbox<bool>>();
    const auto replied = std::make_shared<Inbox<core::Reply>>();
    auto permit = waitForPermit(*caller);
    ASSERT_TRUE(permit);
    caller->send(
        std::move(*permit), photoRequest(),
        [replied](const core::Reply &reply) { replied->put(reply); },
        [restarted] { restarted->put(true); });
    const auto replies = replied->waitFor(1);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].outcome, Outcome::Answered);
    EXPECT_EQ(restarted->all().size(), 1U);
    const auto requests = seen.all();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].size(), requests[1].size());
}

TEST(ClientWire, offersHttp2AndHttp1)
{
    Inbox<std::string> hello;
    RawServer server([&hello](RawConnection &connection) { hello.put(connection.read()); });
    askOnce("https://127.0.0.1:" + std::to_string(server.port()) + "/identify");
    ASSERT_FALSE(hello.all().empty());
    // The list of protocols in a TLS ClientHello: names behind a byte of length.
    EXPECT_NE(hello.all()[0].find("\x08http/1.1"), std::string::npos);
    EXPECT_NE(hello.all()[0].find("\x02h2"), std::string::npos);
}

TEST(ClientOutcome, followsTheStatus)
{
    const std::map<int, Outcome> expected = {
        {201, Outcome::NoAnswer},      {204, Outcome::NoAnswer},      {301, Outcome::Redirected},
        {302, Outcome::Redirected},    {307, Outcome::Redirected},    {308, Outcome::Redirected},
        {400, Outcome::Refused},       {401, Outcome::Unauthorized},  {403, Outcome::Unauthorized},
        {404, Outcome::WrongEndpoint}, {405, Outcome::WrongEndpoint}, {406, Outcome::Refused},
        {407, Outcome::WrongEndpoint}, {408, Outcome::ServerError},   {409, Outcome::Refused},
        {413, Outcome::TooLarge},      {415, Outcome::Refused},       {429, Outcome::RateLimited},
        {500, Outcome::ServerError},   {502, Outcome::ServerError},   {503, Outcome::ServerError},
        {504, Outcome::ServerError},   {599, Outcome::ServerError}};
    for (const auto &[status, outcome] : expected) {
        const core::Reply reply = replyTo(answerWith(status));
        EXPECT_EQ(reply.outcome, outcome) << status;
        EXPECT_EQ(reply.httpStatus, status);
        EXPECT_NE(reply.text.find(std::to_string(status)), std::string::npos) << reply.text;
        EXPECT_NE(reply.text.find("127.0.0.1"), std::string::npos) << reply.text;
        EXPECT_FALSE(reply.retryAfter) << status;
    }
}

TEST(ClientOutcome, tellsTheServicesOwnCodeAndInfo)
{
    const core::Reply reply =
        replyTo(answerWith(400, R"({"transactionId":"t","result":{"status":"error","code":5,)"
                                R"("info":"can not detect\nface %s%n the-key-of-this-test"}})"));
    EXPECT_EQ(reply.outcome, Outcome::Refused);
    EXPECT_EQ(reply.errorCode, 5);
    EXPECT_NE(reply.text.find("code 5: can not detect face %s%n ****"), std::string::npos)
        << reply.text;
}

TEST(ClientOutcome, takesAnErrorInA200ForARefusal)
{
    const core::Reply reply =
        replyTo(answerWith(200, R"({"result":{"status":"error","code":6,"info":"two faces"}})"));
    EXPECT_EQ(reply.outcome, Outcome::Refused);
    EXPECT_EQ(reply.errorCode, 6);
}

TEST(ClientOutcome, takesA200WithoutAResultForNoAnswer)
{
    for (const char *body : {"", "null", "[]", "{}", "{\"result\":null}", "<html>hello</html>",
                             "{\"result\":{\"search\":{\"templateId\":\"x\""}) {
        const core::Reply reply = replyTo(answerWith(200, body));
        EXPECT_EQ(reply.outcome, Outcome::NoAnswer) << body;
        EXPECT_FALSE(reply.text.empty());
    }
}

TEST(ClientOutcome, readsRetryAfterOfWhatMayPassOnly)
{
    for (const int status : {408, 429, 500, 502, 503, 504, 599})
        EXPECT_EQ(replyTo(answerWith(status, "", {{"Retry-After", "30"}})).retryAfter, 30s)
            << status;
    EXPECT_EQ(replyTo(answerWith(429, "", {{"Retry-After", "7"}})).retryAfter, 7s);
    EXPECT_EQ(replyTo(answerWith(503, "", {{"Retry-After", " 120 "}})).retryAfter, 120s);
    EXPECT_FALSE(replyTo(answerWith(503, "", {{"Retry-After", "soon"}})).retryAfter);
    for (const int status : {301, 400, 401, 404, 413})
        EXPECT_FALSE(replyTo(answerWith(status, "", {{"Retry-After", "7"}})).retryAfter) << status;
}

TEST(ClientOutcome, doesNotFollowRedirects)
{
    WebServer elsewhere([](const WebRequest &) { return answerWith(200, matchBody); });
    for (const int status : {301, 302, 303, 307, 308}) {
        const core::Reply reply =
            replyTo(answerWith(status, "", {{"Location", elsewhere.url("localhost")}}));
        EXPECT_EQ(reply.outcome, Outcome::Redirected);
        EXPECT_NE(reply.text.find("http://localhost"), std::string::npos) << reply.text;
    }
    EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(ClientOutcome, saysWhereARelativeRedirectLeads)
{
    const std::pair<const char *, const char *> expected[] = {
        {"/v2/identify", "another path of its own"},
        {"v2", "another path of its own"},
        {"?x", "another path of its own"},
        {"//evil.example/x", "http://evil.example,"},
        {"//127.0.0.1/x", "http://127.0.0.1,"},
        {"https:///x", "no URL with a host"},
        {"", "did not name"}};
    for (const auto &[location, target] : expected) {
        const core::Reply reply = replyTo(answerWith(302, "", {{"Location", location}}));
        EXPECT_NE(reply.text.find(target), std::string::npos) << location << ": " << reply.text;
    }
}

TEST(ClientOutcome, showsNoMoreOfARedirectThanItsHost)
{
    for (const std::string &location :
         {"http://" + std::string(4000, 'h') + ".example/", std::string("//other/x"),
          std::string("http://user:password@other.example/secret?token=1"), std::string(":"),
          std::string("http://%0a%0aevil/")}) {
        const core::Reply reply = replyTo(answerWith(302, "", {{"Location", location}}));
        EXPECT_EQ(reply.outcome, Outcome::Redirected);
        EXPECT_LT(reply.text.size(), 512U);
        EXPECT_EQ(reply.text.find('\n'), std::string::npos);
        EXPECT_EQ(reply.text.find("password"), std::string::npos) << reply.text;
        EXPECT_EQ(reply.text.find("token"), std::string::npos) << reply.text;
    }
}

TEST(ClientOutcome, doesNotAnswerADemandForAPassword)
{
    WebServer server([](const WebRequest &) {
        return answerWith(401, "", {{"WWW-Authenticate", "Basic realm=\"x\""}});
    });
    EXPECT_EQ(askOnce(server.url()).outcome, Outcome::Unauthorized);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(ClientOutcome, sendsNoKeyThatWouldBreakTheHeader)
{
    WebServer server([](const WebRequest &) { return answerWith(200, matchBody); });
    const core::Reply reply = askOnce(server.url(), photoRequest(), "key\r\nX-Evil: 1");
    EXPECT_EQ(reply.outcome, Outcome::Unauthorized);
    EXPECT_EQ(reply.text.find("Evil"), std::string::npos);
    EXPECT_TRUE(server.requests().empty());
}

TEST(ClientOutcome, namesTheUserAgentInAnyLetters)
{
    WebServer server([](const WebRequest &) { return answerWith(200, matchBody); });
    service::ConnectionSettings settings = settingsFor(server.url());
    settings.userAgent = "Türkamera/1";
    EXPECT_EQ(ask(*openCaller(settings)).outcome, Outcome::Answered);
    EXPECT_EQ(server.requests().at(0).headers.at("User-Agent"), "Türkamera/1");
}

TEST(ClientOutcome, survivesSettingsThatNobodyChecked)
{
    service::ConnectionSettings settings = settingsFor("no URL");
    settings.userAgent = "a\r\nX-Evil: 1";
    EXPECT_EQ(ask(*openCaller(settings)).outcome, Outcome::WrongEndpoint);
    settings.endpoint = "ftp://127.0.0.1/";
    EXPECT_NE(ask(*openCaller(settings)).outcome, Outcome::Answered);

    WebServer server([](const WebRequest &) { return answerWith(200, matchBody); });
    settings.endpoint = server.url();
    const auto caller = openCaller(settings);
    service::Request request = photoRequest();
    request.photo = nullptr;
    EXPECT_EQ(ask(*caller, request).outcome, Outcome::Answered);
    EXPECT_EQ(server.requests().at(0).headers.at("User-Agent"), "ooto");
    settings.appId = "a\r\nX-Evil: 1";
    EXPECT_EQ(ask(*openCaller(settings)).outcome, Outcome::Unauthorized);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(ClientHealth, recoversWhenTheServerAppears)
{
    const unsigned port = freePort();
    const auto states = std::make_shared<Inbox<core::ServiceState>>();
    const auto caller =
        openCaller(settingsFor("http://127.0.0.1:" + std::to_string(port) + "/identify"), 4,
                   [states](const core::ServiceState &state) { states->put(state); });
    const core::Reply lost = ask(*caller);
    EXPECT_EQ(lost.outcome, Outcome::Unreachable);
    EXPECT_EQ(lost.httpStatus, 0);
    const auto trouble = states->waitFor(1);
    ASSERT_EQ(trouble.size(), 1U);
    EXPECT_EQ(trouble[0].condition, core::ServiceCondition::Degraded);
    EXPECT_EQ(trouble[0].reason, lost.text);
    EXPECT_FALSE(caller->reserve());

    RawServer server(
        [](RawConnection &connection) {
            while (!connection.readRequest().empty())
                connection.write(RawServer::response("200 OK", matchBody));
        },
        port);
    EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    const auto told = states->waitFor(2);
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[1].condition, core::ServiceCondition::Ok);
    EXPECT_TRUE(told[1].reason.empty());
}

TEST(ClientHealth, givesBackAPermitThatIsDropped)
{
    const auto caller = openCaller(settingsFor("http://127.0.0.1:1/"), 1);
    {
        const auto permit = caller->reserve();
        EXPECT_TRUE(permit);
        EXPECT_FALSE(caller->reserve());
    }
    EXPECT_TRUE(caller->reserve());
}

TEST(ClientHealth, givesBackTheProbeThatIsDropped)
{
    const auto caller =
        openCaller(settingsFor("http://127.0.0.1:" + std::to_string(freePort()) + "/identify"), 4);
    EXPECT_EQ(ask(*caller).outcome, Outcome::Unreachable);
    EXPECT_TRUE(waitForPermit(*caller)); // dropped here
    const auto permit = caller->reserve();
    EXPECT_TRUE(permit);
    EXPECT_FALSE(caller->reserve()) << "a second probe while the first is out";
}

TEST(ClientHealth, neverHasMoreInFlightThanTheSmallestLimit)
{
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    RawServer server([&](RawConnection &connection) {
        while (!connection.readRequest().empty()) {
            const int busy = ++now;
            for (int seen = most; busy > seen && !most.compare_exchange_weak(seen, busy);) {
            }
            connection.pause(5ms);
            --now;
            connection.write(RawServer::response("200 OK", matchBody));
        }
    });
    const auto wide = openCaller(settingsFor(server.url()), 64);
    const auto narrow = openCaller(settingsFor(server.url()), 3);
    constexpr std::size_t each = 15;
    const auto inbox = std::make_shared<Inbox<Outcome>>();
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, caller = i % 2 ? wide.get() : narrow.get()] {
            for (std::size_t sent = 0; sent < each; ++sent) {
                if (auto permit = waitForPermit(*caller))
                    caller->send(std::move(*permit), photoRequest(),
                                 [inbox](const core::Reply &r) { inbox->put(r.outcome); });
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    const auto outcomes = inbox->waitFor(8 * each);
    EXPECT_EQ(outcomes.size(), 8 * each);
    for (const Outcome outcome : outcomes)
        EXPECT_EQ(outcome, Outcome::Answered);
    EXPECT_EQ(most, 3);
    EXPECT_LE(server.connections(), 4U);
}

TEST(ClientHealth, followsALimitThatChanges)
{
    const auto caller = openCaller(settingsFor("http://127.0.0.1:1/"), 1);
    const auto first = caller->reserve();
    EXPECT_FALSE(caller->reserve());
    caller->setLimits(inFlightOnly(2));
    const auto second = caller->reserve();
    EXPECT_TRUE(second);
    caller->setLimits(inFlightOnly(0));
    EXPECT_FALSE(caller->reserve());
}

} // namespace
} // namespace ooto::test
