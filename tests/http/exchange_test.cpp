// SPDX-License-Identifier: LGPL-2.1-or-later
// A webhook's JSON body, which is no photo: what http carries is no matter to it.
#include "http/network_thread.h"
#include "http/retry_after.h"
#include "http/session.h"
#include "support/certificates.h"
#include "support/inbox.h"
#include "support/proxy_server.h"
#include "support/raw_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <cstring>
#include <future>
#include <optional>

namespace ooto::test
{
namespace
{

using Kind = http::Failure::Kind;
using namespace std::chrono_literals;

constexpr const char *event = R"({"event":"face-entered","camera":"gate 1"})";
constexpr const char *token = "Bearer a-token-that-nobody-may-see";

/** A session with a network thread of its own. */
class Web
{
public:
    explicit Web(const http::HttpSettings &settings) : session_(settings)
    {
        std::string error;
        const http::TlsDatabaseHandle cas = http::loadTrustedCas(settings, error);
        EXPECT_EQ(error, "");
        thread_.runAndWait([&] { session_.open(cas.get()); });
    }
    ~Web()
    {
        thread_.runAndWait([this] { session_.close(); });
    }

    http::Result send(http::Request request, std::function<bool()> admitRestart = nullptr)
    {
        std::promise<http::Result> done;
        thread_.runAndWait([&] {
            const auto exchange = session_.make(
                std::move(request),
                {.onDone = [&done](http::Result result) { done.set_value(std::move(result)); },
                 .admitRestart = std::move(admitRestart)});
            session_.start(*exchange);
        });
        return done.get_future().get();
    }

private:
    http::Session session_;
    http::NetworkThread thread_;
};

http::HttpSettings settingsOf(const std::string &url)
{
    http::HttpSettings settings;
    settings.endpoint = url;
    return settings;
}

http::Request eventTo(const std::string &url)
{
    return {.url = url,
            .headers = {{"X-Event", "face-entered"}},
            .secretHeaders = {{"Authorization", system::Secret(token)}},
            .contentType = "application/json",
            .body = system::BytesHandle(g_bytes_new_static(event, std::strlen(event))),
            .timeout = 5s,
            .longestBody = 4096};
}

http::Response responseOf(const http::Result &result)
{
    const auto *response = std::get_if<http::Response>(&result.end);
    EXPECT_TRUE(response) << "failure " << static_cast<int>(std::get<1>(result.end).kind);
    return response ? *response : http::Response();
}

/** The kind of failure; nothing where there is a response. */
std::optional<Kind> failureOf(const http::Result &result)
{
    const auto *failure = std::get_if<http::Failure>(&result.end);
    return failure ? std::optional(failure->kind) : std::nullopt;
}

WebResponse thanks(const WebRequest &)
{
    return {202, "thanks", {}};
}

void expectTheEvent(const std::vector<WebRequest> &requests)
{
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].body, event);
    EXPECT_EQ(requests[0].headers.at("Content-Type"), "application/json");
    EXPECT_EQ(requests[0].headers.at("X-Event"), "face-entered");
    EXPECT_EQ(requests[0].headers.at("Authorization"), token);
}

TEST(Exchange, arrivesWhole)
{
    WebServer server(thanks);
    const http::Result result = Web(settingsOf(server.url())).send(eventTo(server.url()));
    expectTheEvent(server.requests());
    const http::Response response = responseOf(result);
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.body, "thanks");
    EXPECT_FALSE(response.tooLong);
    EXPECT_TRUE(result.hasLeft);
    EXPECT_EQ(result.bytesSent, std::strlen(event));
    EXPECT_GT(result.roundTrip, 0us);
}

TEST(Exchange, usesTheMethodThatItIsTold)
{
    WebServer server(thanks);
    http::Request request = eventTo(server.url());
    request.method = "PUT";
    EXPECT_EQ(responseOf(Web(settingsOf(server.url())).send(std::move(request))).status, 202);
    EXPECT_EQ(server.requests().at(0).method, "PUT");
}

TEST(Exchange, endsAtItsDeadlineAndCutsTheConnection)
{
    Inbox<bool> cut;
    RawServer server([&cut](RawConnection &connection) {
        connection.readRequest();
        cut.put(!connection.pause(5s));
    });
    Web web(settingsOf(server.url()));
    http::Request request = eventTo(server.url());
    request.timeout = 200ms;
    const http::Result result = web.send(std::move(request));
    EXPECT_EQ(failureOf(result), Kind::Deadline);
    EXPECT_TRUE(result.hasLeft);
    EXPECT_GE(result.roundTrip, 200ms);
    EXPECT_LT(result.roundTrip, 3s);
    EXPECT_EQ(cut.waitFor(1, 2s), std::vector<bool>{true});
}

TEST(Exchange, goesByTheProxyOfItsSettings)
{
    WebServer server(thanks);
    ProxyServer proxy("aWQ6cHc=");
    http::HttpSettings settings = settingsOf(server.url());
    settings.proxy = proxy.url();
    settings.proxyId = "id";
    settings.proxyPassword = system::Secret("pw");
    EXPECT_EQ(responseOf(Web(settings).send(eventTo(server.url()))).status, 202);
    EXPECT_EQ(proxy.requests().size(), 1U);
    EXPECT_EQ(proxy.refused(), 0U);
    expectTheEvent(server.requests());
}

TEST(Exchange, tellsThatAProxyOpensNoTunnel)
{
    ProxyServer proxy("aWQ6cHc=");
    http::HttpSettings settings = settingsOf("https://127.0.0.1:1/hook");
    settings.proxy = proxy.url();
    const http::Result result = Web(settings).send(eventTo(settings.endpoint));
    ASSERT_EQ(failureOf(result), Kind::NoTunnel);
    EXPECT_EQ(std::get<http::Failure>(result.end).status, 407);
    EXPECT_FALSE(result.hasLeft);
}

class ExchangeTls : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!certificates_.made())
            GTEST_SKIP() << "the openssl program is missing or does not work";
    }

    Certificates certificates_;
};

TEST_F(ExchangeTls, trustsWhomTheCaFileVouchesFor)
{
    WebServer server(thanks, certificates_.good());
    http::HttpSettings settings = settingsOf(server.url());
    settings.sslCaFile = certificates_.ca();
    EXPECT_EQ(responseOf(Web(settings).send(eventTo(server.url()))).status, 202);
    expectTheEvent(server.requests());
}

TEST_F(ExchangeTls, sendsNothingToAnybodyElse)
{
    for (const std::string &bad : {certificates_.selfSigned(), certificates_.otherHost()}) {
        WebServer server(thanks, bad);
        http::HttpSettings settings = settingsOf(server.url());
        settings.sslCaFile = certificates_.ca();
        const http::Result result = Web(settings).send(eventTo(server.url()));
        ASSERT_EQ(failureOf(result), Kind::Disconnected) << bad;
        EXPECT_NE(std::get<http::Failure>(result.end).certificateFlags, 0) << bad;
        EXPECT_FALSE(result.hasLeft) << bad;
        EXPECT_TRUE(server.requests().empty()) << bad;
    }
}

TEST(Exchange, readsRetryAfter)
{
    for (const int status : {429, 503}) {
        WebServer server([status](const WebRequest &) {
            return WebResponse{status, "", {{"Retry-After", "120"}}};
        });
        const http::Response response =
            responseOf(Web(settingsOf(server.url())).send(eventTo(server.url())));
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(http::parseRetryAfter(response.retryAfter, std::chrono::system_clock::now()),
                  120s);
    }
}

TEST(Exchange, doesNotFollowARedirect)
{
    WebServer server([](const WebRequest &) {
        return WebResponse{303, "", {{"Location", "/elsewhere"}}};
    });
    const http::Response response =
        responseOf(Web(settingsOf(server.url())).send(eventTo(server.url())));
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(response.location, "/elsewhere");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Exchange, readsNoMoreThanItMay)
{
    std::size_t size = 4096;
    WebServer server([&size](const WebRequest &) {
        return WebResponse{200, std::string(size, 'x'), {}};
    });
    Web web(settingsOf(server.url()));
    const http::Response whole = responseOf(web.send(eventTo(server.url())));
    EXPECT_FALSE(whole.tooLong);
    EXPECT_EQ(whole.body.size(), 4096U);
    size = 4097;
    const http::Response cut = responseOf(web.send(eventTo(server.url())));
    EXPECT_TRUE(cut.tooLong);
    EXPECT_LE(cut.body.size(), 4096U);
}

TEST(Exchange, tellsThatABodyBrokeOff)
{
    RawServer server([](RawConnection &connection) {
        connection.readRequest();
        connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhalf");
    });
    const http::Result result = Web(settingsOf(server.url())).send(eventTo(server.url()));
    ASSERT_EQ(failureOf(result), Kind::Disconnected);
    const http::Failure &failure = std::get<http::Failure>(result.end);
    EXPECT_EQ(failure.status, 200);
    EXPECT_TRUE(g_error_matches(failure.error.get(), G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT));
}

/** A server of which each connection answers once, and is cut when it has read more. */
void answerOnce(RawConnection &connection)
{
    connection.readRequest();
    connection.write(RawServer::response("200 OK", "{}"));
    connection.readRequest();
}

TEST(Exchange, isSentOnceMoreWhereAKeptConnectionHadGone)
{
    RawServer server(answerOnce);
    Web web(settingsOf(server.url()));
    EXPECT_EQ(web.send(eventTo(server.url())).restarts, 0U);
    const http::Result again = web.send(eventTo(server.url()));
    EXPECT_EQ(responseOf(again).status, 200);
    EXPECT_EQ(again.restarts, 1U);
    EXPECT_EQ(server.connections(), 2U);
}

TEST(Exchange, isNotSentOnceMoreUnlessAdmitted)
{
    RawServer server(answerOnce);
    Web web(settingsOf(server.url()));
    web.send(eventTo(server.url()));
    const http::Result lost = web.send(eventTo(server.url()), [] { return false; });
    EXPECT_EQ(failureOf(lost), Kind::Disconnected);
    EXPECT_EQ(lost.restarts, 0U);
    EXPECT_TRUE(lost.hasLeft);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Exchange, sendsNothingThatIsNoRequest)
{
    WebServer server(thanks);
    Web web(settingsOf(server.url()));
    EXPECT_EQ(failureOf(web.send(eventTo("no URL"))), Kind::NoUrl);

    http::Request request = eventTo(server.url());
    request.headers[0].value = "a\r\nX-Evil: 1";
    EXPECT_EQ(failureOf(web.send(std::move(request))), Kind::UnfitHeader);
    request = eventTo(server.url());
    request.headers[0].name = "X-Evil: 1\r\nX";
    EXPECT_EQ(failureOf(web.send(std::move(request))), Kind::UnfitHeader);
    request = eventTo(server.url());
    request.secretHeaders[0].value = system::Secret("a\nb");
    EXPECT_EQ(failureOf(web.send(std::move(request))), Kind::UnfitHeader);
    EXPECT_TRUE(server.requests().empty());
}

} // namespace
} // namespace ooto::test
