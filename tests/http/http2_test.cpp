// SPDX-License-Identifier: LGPL-2.1-or-later
// The client over HTTP/2, as most services offer it over TLS.
#include "support/asking.h"
#include "support/certificates.h"
#include "support/http2_proxy.h"
#include "support/raw_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace ooto::test
{
namespace
{

using core::Outcome;
using namespace std::chrono_literals;

/** Looks until `holds`, for five seconds at most. */
template<typename Holds>
bool eventually(const Holds &holds)
{
    for (int i = 0; i < 500 && !holds(); ++i)
        std::this_thread::sleep_for(10ms);
    return holds();
}

/** HTTP/2 has lower-case names only, and proxies write them as they like. */
std::string headerOf(const WebRequest &request, const char *name)
{
    for (const auto &[header, value] : request.headers) {
        if (g_ascii_strcasecmp(header.c_str(), name) == 0)
            return value;
    }
    return {};
}

class Http2 : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!Http2Proxy::installed())
            GTEST_SKIP() << "nghttpx is missing (Debian: nghttp2-proxy)";
        if (!certificates().made())
            GTEST_SKIP() << "the openssl program is missing or does not work";
    }

    std::unique_ptr<service::Caller> openCallerOf(const Http2Proxy &proxy)
    {
        service::ConnectionSettings settings = settingsFor(proxy.url());
        settings.sslCaFile = certificates().ca();
        return openCaller(settings);
    }

    static const Certificates &certificates()
    {
        static const Certificates certificates;
        return certificates;
    }
};

/** Answers one request after another, each after `delay(number)`. */
class SlowServer
{
public:
    using Delay = std::function<std::chrono::milliseconds(unsigned number)>;

    explicit SlowServer(Delay delay)
        : delay_(std::move(delay)), server_([this](RawConnection &connection) {
              while (!connection.readRequest().empty()) {
                  const auto number = ++requests_;
                  if (!connection.pause(delay_(number)))
                      return;
                  connection.write(RawServer::response("200 OK", matchBody));
              }
          })
    {
    }
    std::string url() const { return server_.url(); }
    unsigned requests() const { return requests_; }

private:
    const Delay delay_;
    std::atomic<unsigned> requests_{0};
    RawServer server_;
};

TEST_F(Http2, twentyRequestsInARowUseOneConnection)
{
    WebServer server([](const WebRequest &) { return WebResponse{200, matchBody, {}}; });
    const Http2Proxy proxy(certificates().good(), server.url());
    const auto caller = openCallerOf(proxy);
    for (int i = 0; i < 20; ++i) {
        const core::Reply reply = ask(*caller);
        ASSERT_EQ(reply.outcome, Outcome::Answered) << reply.text;
        EXPECT_EQ(reply.answer.templateId, "someone");
        EXPECT_GT(reply.bytesSent, 0U);
    }
    ASSERT_TRUE(eventually([&proxy] { return proxy.log().size() == 20; }));
    const auto lines = proxy.log();
    EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), 1U) << "one port";
    EXPECT_NE(lines[0].find(" h2 200"), std::string::npos) << lines[0];
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 20U);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(headerOf(requests[0], "APP-KEY"), testKey);
    EXPECT_NE(requests[0].body.find("name=\"photo\""), std::string::npos);
}

TEST_F(Http2, aRequestThatTookTooLongIsLetGo)
{
    RawServer silent([](RawConnection &connection) { connection.hold(); });
    const Http2Proxy proxy(certificates().good(), silent.url());
    const auto caller = openCallerOf(proxy);
    EXPECT_EQ(ask(*caller, photoRequest(500ms)).outcome, Outcome::Timeout);
    EXPECT_TRUE(eventually([&proxy] { return proxy.openConnections() == 0; }))
        << "a connection with nothing but a forgotten request on it";
}

TEST_F(Http2, oneThatTookTooLongDoesNotTakeOthersWithIt)
{
    const std::chrono::milliseconds delays[] = {0s, 60s, 3s};
    SlowServer server([&delays](unsigned number) { return delays[std::min(number, 3U) - 1]; });
    const Http2Proxy proxy(certificates().good(), server.url());
    const auto caller = openCallerOf(proxy);
    ASSERT_EQ(ask(*caller).outcome, Outcome::Answered); // and there is a connection
    Inbox<core::Reply> first;
    caller->send(
        std::move(*waitForPermit(*caller)), photoRequest(2s),
        [&first](const core::Reply &reply) { first.put(reply); }, [] { ADD_FAILURE(); });
    ASSERT_TRUE(eventually([&server] { return server.requests() == 2; }));
    EXPECT_EQ(ask(*caller, photoRequest(20s), [] { ADD_FAILURE(); }).outcome, Outcome::Answered);
    ASSERT_EQ(first.waitFor(1).size(), 1U);
    EXPECT_EQ(first.all()[0].outcome, Outcome::Timeout);
    const auto lines = proxy.log();
    ASSERT_FALSE(lines.empty());
}

TEST_F(Http2, endsPromptlyWhileARequestWaits)
{
    SlowServer server([](unsigned) { return 60s; });
    const Http2Proxy proxy(certificates().good(), server.url());
    auto best = std::chrono::steady_clock::duration::max();
    for (unsigned i = 1; i <= 3 && best >= 200ms; ++i) {
        auto caller = openCallerOf(proxy);
        caller->send(std::move(*waitForPermit(*caller)), photoRequest(60s), nullptr);
        ASSERT_TRUE(eventually([&server, i] { return server.requests() == i; }));
        const auto begin = std::chrono::steady_clock::now();
        caller.reset();
        best = std::min(best, std::chrono::steady_clock::now() - begin);
    }
    EXPECT_LT(best, 200ms);
    EXPECT_EQ(proxy.openConnections(), 0U);
}

TEST_F(Http2, cutsAnAnswerThatDoesNotEnd)
{
    WebServer server([](const WebRequest &) {
        return WebResponse{200, std::string(3U << 20U, ' '), {}};
    });
    const Http2Proxy proxy(certificates().good(), server.url());
    const auto caller = openCallerOf(proxy);
    EXPECT_EQ(ask(*caller).outcome, Outcome::NoAnswer);
    EXPECT_EQ(ask(*caller).outcome, Outcome::NoAnswer) << "on whatever connection";
}

TEST_F(Http2, aServerThatGoesAwayIsTroubleThatMayPass)
{
    SlowServer server([](unsigned) { return 60s; });
    Http2Proxy proxy(certificates().good(), server.url());
    const auto caller = openCallerOf(proxy);
    Inbox<core::Reply> replies;
    caller->send(std::move(*waitForPermit(*caller)), photoRequest(30s),
                 [&replies](const core::Reply &reply) { replies.put(reply); });
    ASSERT_TRUE(eventually([&server] { return server.requests() == 1; }));
    proxy.kill();
    ASSERT_EQ(replies.waitFor(1).size(), 1U);
    EXPECT_EQ(replies.all()[0].outcome, Outcome::Unreachable);
    EXPECT_EQ(ask(*caller).outcome, Outcome::Unreachable);
}

TEST_F(Http2, saysWhichStatusCame)
{
    WebServer server([](const WebRequest &) {
        return WebResponse{503, "", {{"Retry-After", "7"}}};
    });
    const Http2Proxy proxy(certificates().good(), server.url());
    const core::Reply reply = ask(*openCallerOf(proxy));
    EXPECT_EQ(reply.httpStatus, 503);
    ASSERT_TRUE(reply.retryAfter);
    EXPECT_EQ(*reply.retryAfter, 7s);
}

} // namespace
} // namespace ooto::test
