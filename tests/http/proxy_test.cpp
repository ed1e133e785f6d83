// SPDX-License-Identifier: LGPL-2.1-or-later
// Asking by way of a proxy.
#include "http/proxy.h"
#include "service/endpoint.h"
#include "support/asking.h"
#include "support/certificates.h"
#include "support/proxy_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace ooto::test
{
namespace
{

using core::Outcome;
using system::Secret;
using namespace std::chrono_literals;

constexpr const char *credentials = "bWU6cEBzczovdzByZA=="; // me:p@ss:/w0rd
constexpr const char *password = "p@ss:/w0rd";

/** Sets a variable for as long as it lives. */
class Variable
{
public:
    Variable(const char *name, const std::string &value) : name_(name)
    {
        const char *before = std::getenv(name);
        was_ = before ? std::optional<std::string>(before) : std::nullopt;
        setenv(name, value.c_str(), 1);
    }
    Variable(const Variable &) = delete;
    Variable &operator=(const Variable &) = delete;
    ~Variable()
    {
        if (was_)
            setenv(name_, was_->c_str(), 1);
        else
            unsetenv(name_);
    }

private:
    const char *const name_;
    std::optional<std::string> was_;
};

WebResponse answered(const WebRequest &)
{
    return {200, matchBody, {}};
}

class Proxy : public testing::Test
{
protected:
    core::Reply askVia(const std::string &proxy, const std::string &id = {},
                       const std::string &secret = {})
    {
        service::ConnectionSettings settings = settingsFor(server_.url());
        settings.proxy = proxy;
        settings.proxyId = id;
        settings.proxyPassword = Secret(secret);
        const core::Reply reply = ask(*openCaller(settings));
        EXPECT_EQ(reply.text.find(password), std::string::npos) << reply.text;
        EXPECT_EQ(reply.text.find("p%40ss"), std::string::npos) << reply.text;
        return reply;
    }

    WebServer server_{answered};
};

TEST_F(Proxy, forwardsWhatIsPlainHttp)
{
    ProxyServer proxy;
    EXPECT_EQ(askVia(proxy.url()).outcome, Outcome::Answered);
    EXPECT_EQ(proxy.requests(), std::vector<std::string>{"POST " + server_.url() + " HTTP/1.1"});
    EXPECT_EQ(server_.requests().size(), 1U);
    EXPECT_EQ(server_.requests()[0].headers.count("Proxy-Authorization"), 0U);
}

TEST_F(Proxy, mayBeWrittenWithoutAScheme)
{
    ProxyServer proxy;
    EXPECT_EQ(askVia(proxy.url().substr(7)).outcome, Outcome::Answered);
    EXPECT_EQ(proxy.requests().size(), 1U);
}

TEST_F(Proxy, getsItsCredentials)
{
    ProxyServer proxy(credentials);
    EXPECT_EQ(askVia(proxy.url(), "me", password).outcome, Outcome::Answered);
    EXPECT_EQ(proxy.refused(), 0U);
    EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(Proxy, saysThatItsCredentialsAreWrong)
{
    ProxyServer proxy(credentials);
    for (const char *wrong : {"", "wrong"}) {
        const core::Reply reply = askVia(proxy.url(), *wrong ? "me" : "", wrong);
        EXPECT_EQ(reply.outcome, Outcome::WrongEndpoint);
        EXPECT_EQ(reply.httpStatus, 407);
        EXPECT_NE(reply.text.find("`proxy-pw`"), std::string::npos) << reply.text;
    }
    EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Proxy, itsCredentialsGoToNobodyElse)
{
    WebServer nosy([](const WebRequest &) {
        return WebResponse{401, "", {{"WWW-Authenticate", "Basic realm=\"x\""}}};
    });
    ProxyServer proxy(credentials);
    service::ConnectionSettings settings = settingsFor(nosy.url());
    settings.proxy = proxy.url();
    settings.proxyId = "me";
    settings.proxyPassword = Secret(password);
    EXPECT_EQ(ask(*openCaller(settings)).outcome, Outcome::Unauthorized);
    ASSERT_EQ(nosy.requests().size(), 1U);
    EXPECT_EQ(nosy.requests()[0].headers.count("Authorization"), 0U);
}

TEST_F(Proxy, thatIsNotThereIsNamedAsSuch)
{
    const core::Reply reply =
        askVia("http://127.0.0.1:" + std::to_string(freePort()), "me", password);
    EXPECT_EQ(reply.outcome, Outcome::Unreachable);
    EXPECT_NE(reply.text.find("`proxy`"), std::string::npos) << reply.text;
    EXPECT_TRUE(server_.requests().empty()) << "it went around the proxy";
}

TEST_F(Proxy, othersShareNothing)
{
    ProxyServer proxy;
    service::ConnectionSettings settings = settingsFor(server_.url());
    const auto direct = openCaller(settings);
    settings.proxy = proxy.url();
    const auto proxied = openCaller(settings);
    ask(*direct);
    EXPECT_TRUE(proxy.requests().empty());
    ask(*proxied);
    EXPECT_EQ(proxy.requests().size(), 1U);
    EXPECT_EQ(server_.connections(), 2U);
}

TEST(ProxyTunnel, isOpenedForHttps)
{
    const Certificates certificates;
    if (!certificates.made())
        GTEST_SKIP() << "the openssl program is missing or does not work";
    WebServer server(answered, certificates.good());
    for (const char *wanted : {"", credentials}) {
        ProxyServer proxy(wanted);
        service::ConnectionSettings settings = settingsFor(server.url("localhost"));
        settings.sslCaFile = certificates.ca();
        settings.proxy = proxy.url();
        settings.proxyId = *wanted ? "me" : "";
        settings.proxyPassword = Secret(*wanted ? password : "");
        const auto caller = openCaller(settings);
        for (int i = 0; i < 3; ++i) {
            const core::Reply reply = ask(*caller);
            EXPECT_EQ(reply.outcome, Outcome::Answered) << reply.text;
        }
        ASSERT_FALSE(proxy.requests().empty());
        EXPECT_EQ(proxy.requests().back().substr(0, 18), "CONNECT localhost:");
        EXPECT_EQ(proxy.requests().size(), 1U) << "one tunnel for all";
    }
    EXPECT_EQ(server.requests().size(), 6U);
}

TEST(ProxyTunnel, doesNotOpenWithoutTheRightCredentials)
{
    const Certificates certificates;
    if (!certificates.made())
        GTEST_SKIP() << "the openssl program is missing or does not work";
    WebServer server(answered, certificates.good());
    ProxyServer proxy(credentials);
    service::ConnectionSettings settings = settingsFor(server.url("localhost"));
    settings.sslCaFile = certificates.ca();
    settings.proxy = proxy.url();
    for (const char *id : {"", "you"}) {
        settings.proxyId = id;
        settings.proxyPassword = Secret(password);
        const core::Reply reply = ask(*openCaller(settings));
        EXPECT_EQ(reply.outcome, Outcome::WrongEndpoint) << reply.text;
        EXPECT_NE(reply.text.find("`proxy-id`"), std::string::npos) << reply.text;
    }
    EXPECT_EQ(proxy.refused(), 2U);
    EXPECT_TRUE(server.requests().empty());
}

/** The reply where the proxy answers this way when it is asked for a tunnel. */
core::Reply replyWithoutTunnel(const std::string &status)
{
    RawServer proxy([&](RawConnection &connection) {
        if (connection.readRequest().starts_with("CONNECT "))
            connection.write(RawServer::response(
                status, R"({"result":{"status":"error","code":1,"info":"hello"}})"));
    });
    service::ConnectionSettings settings = settingsFor("https://cloud.example/identify");
    settings.proxy = "127.0.0.1:" + std::to_string(proxy.port());
    const core::Reply reply = ask(*openCaller(settings));
    EXPECT_EQ(reply.httpStatus, std::stoi(status));
    EXPECT_NE(reply.text.find("The proxy 127.0.0.1 "), std::string::npos) << reply.text;
    EXPECT_NE(reply.text.find("`proxy`"), std::string::npos) << reply.text;
    EXPECT_EQ(reply.text.find("`app-key`"), std::string::npos) << reply.text;
    EXPECT_EQ(reply.text.find("hello"), std::string::npos) << reply.text;
    return reply;
}

TEST(ProxyTunnel, thatIsRefusedIsNotTheServicesFault)
{
    for (const char *status : {"401 Unauthorized", "403 Forbidden", "404 Not Found", "405 No",
                               "302 Found", "413 Too Large", "407 Proxy Authentication Required"})
        EXPECT_EQ(replyWithoutTunnel(status).outcome, Outcome::WrongEndpoint) << status;
    for (const char *status : {"429 Too Many", "500 Oops", "502 Bad Gateway", "504 Timeout"})
        EXPECT_EQ(replyWithoutTunnel(status).outcome, Outcome::Unreachable) << status;
}

/** The URL that GLib gets to see. */
std::string addressOf(const http::ProxyRoute &route, const std::string &endpoint)
{
    if (!route.resolver)
        return "nothing said";
    const system::Handle<char *, g_strfreev> proxies(
        g_proxy_resolver_lookup(route.resolver.get(), endpoint.c_str(), nullptr, nullptr));
    return proxies ? *proxies : "";
}

TEST(ProxyCredentials, goToNobodyButTheProxy)
{
    service::ConnectionSettings settings = settingsFor("http://cloud.example/identify");
    settings.proxyId = "me";
    settings.proxyPassword = Secret(password);
    settings.proxy = "http://proxy.example:3128";
    http::ProxyRoute route = http::findProxy(settings);
    EXPECT_EQ(route.authorization, Secret(std::string("Basic ") + credentials));
    EXPECT_EQ(addressOf(route, settings.endpoint), "http://proxy.example:3128");
    // To these GLib talks, and what libsoup sends goes to the service.
    for (const std::string scheme : {"https", "socks4", "socks4a", "socks5"}) {
        settings.proxy = scheme + "://proxy.example:3128";
        route = http::findProxy(settings);
        EXPECT_TRUE(route.authorization.empty()) << scheme;
        EXPECT_EQ(addressOf(route, settings.endpoint),
                  scheme + "://me:p%40ss:%2Fw0rd@proxy.example:3128");
        EXPECT_EQ(route.host, "proxy.example");
    }
}

TEST_F(Proxy, ofSocksGetsItsCredentialsAndTheServiceDoesNot)
{
    SocksServer proxy("me:" + std::string(password));
    EXPECT_EQ(askVia(proxy.url(), "me", password).outcome, Outcome::Answered);
    EXPECT_EQ(proxy.credentials(), std::vector<std::string>{"me:" + std::string(password)});
    ASSERT_EQ(server_.requests().size(), 1U);
    EXPECT_EQ(server_.requests()[0].headers.count("Proxy-Authorization"), 0U);
}

TEST_F(Proxy, ofSocksWithoutCredentialsGivesThemToNobodyElse)
{
    SocksServer proxy;
    EXPECT_EQ(askVia(proxy.url(), "me", password).outcome, Outcome::Answered);
    ASSERT_EQ(server_.requests().size(), 1U);
    EXPECT_EQ(server_.requests()[0].headers.count("Proxy-Authorization"), 0U);
}

TEST_F(Proxy, ofSocksSaysThatItsCredentialsAreWrong)
{
    SocksServer proxy("me:" + std::string(password));
    for (const char *wrong : {"", "wrong"}) {
        const core::Reply reply = askVia(proxy.url(), *wrong ? "me" : "", wrong);
        EXPECT_EQ(reply.outcome, Outcome::WrongEndpoint);
        EXPECT_NE(reply.text.find("`proxy-pw`"), std::string::npos) << reply.text;
    }
    EXPECT_TRUE(server_.requests().empty());
}

/** The answer of a proxy that says whatever `body` makes of the header it got. */
core::Reply replyOfNosyProxy(const std::function<std::string(const std::string &)> &body,
                             int status)
{
    WebServer proxy([&](const WebRequest &request) {
        const auto header = request.headers.find("Proxy-Authorization");
        return WebResponse{status, body(header->second.substr(6)), {}};
    });
    service::ConnectionSettings settings = settingsFor("http://cloud.example/identify");
    settings.proxy = proxy.url().substr(0, proxy.url().rfind('/'));
    settings.proxyId = "me";
    settings.proxyPassword = Secret(password);
    return ask(*openCaller(settings));
}

TEST(ProxyCredentials, areNotShownWhenTheProxyRepeatsThem)
{
    std::string escaped;
    for (const char c : std::string(password)) {
        char hex[8];
        g_snprintf(hex, sizeof hex, "\\u%04x", static_cast<unsigned>(c));
        escaped += hex;
    }
    for (const std::string &plain : {std::string(password), escaped}) {
        const auto body = [&plain](const std::string &encoded) {
            return R"({"result":{"status":"error","code":1,"info":"it is )" + plain + " or " +
                   encoded + R"("}})";
        };
        for (const int status : {200, 400, 403, 502}) {
            const core::Reply reply = replyOfNosyProxy(body, status);
            EXPECT_NE(reply.text.find("it is ***"), std::string::npos) << reply.text;
            EXPECT_EQ(reply.text.find(password), std::string::npos) << reply.text;
            EXPECT_EQ(reply.text.find(credentials), std::string::npos) << reply.text;
        }
    }
    const core::Reply reply = replyOfNosyProxy(
        [](const std::string &encoded) {
            return R"({"transactionId":")" + encoded + R"(","result":{"search":{"templateId":")" +
                   password + R"(","similarity":0.9}}})";
        },
        200);
    EXPECT_EQ(reply.outcome, Outcome::Answered);
    EXPECT_FALSE(reply.answer.transactionId);
    EXPECT_FALSE(reply.answer.templateId);
}

/** Whom the environment would have the endpoint asked through. */
std::string chosenFor(const std::string &endpoint)
{
    service::ConnectionSettings settings;
    settings.endpoint = endpoint;
    return addressOf(http::findProxy(settings), endpoint);
}

TEST(ProxyEnvironment, isFollowed)
{
    const Variable none("no_proxy", "");
    EXPECT_EQ(chosenFor("https://cloud.example/"), "nothing said");
    const Variable https("https_proxy", "http://one.example:1");
    const Variable http("http_proxy", "two.example:2");
    EXPECT_EQ(chosenFor("https://cloud.example/"), "http://one.example:1");
    EXPECT_EQ(chosenFor("http://cloud.example/"), "http://two.example:2");
}

TEST(ProxyEnvironment, mayBeForAllAndInCapitals)
{
    const Variable none("no_proxy", "");
    const Variable all("ALL_PROXY", "http://all.example:1");
    EXPECT_EQ(chosenFor("http://cloud.example/"), "http://all.example:1");
    const Variable https("HTTPS_PROXY", "http://one.example:1");
    EXPECT_EQ(chosenFor("https://cloud.example/"), "http://one.example:1");
    const Variable http("HTTP_PROXY", "http://evil.example:1");
    EXPECT_EQ(chosenFor("http://cloud.example/"), "http://all.example:1");
}

TEST(ProxyEnvironment, hasExceptions)
{
    const Variable https("https_proxy", "http://one.example:1");
    const Variable none("no_proxy", "own.example, .dotted.example,192.0.2.0/24 198.51.100.7");
    for (const char *direct :
         {"https://own.example/", "https://a.own.example/", "https://a.dotted.example/",
          "https://192.0.2.77/", "https://198.51.100.7/"})
        EXPECT_EQ(chosenFor(direct), "direct://") << direct;
    for (const char *proxied : {"https://notown.example/", "https://198.51.100.8/"})
        EXPECT_EQ(chosenFor(proxied), "http://one.example:1") << proxied;
    const Variable all("no_proxy", "*");
    EXPECT_EQ(chosenFor("https://notown.example/"), "direct://");
}

TEST(ProxyEnvironment, doesNotSendAwayWhatIsOnThisMachine)
{
    const Variable none("no_proxy", "");
    ProxyServer proxy;
    const Variable http("http_proxy", proxy.url());
    WebServer server(answered);
    EXPECT_EQ(askOnce(server.url()).outcome, Outcome::Answered);
    EXPECT_TRUE(proxy.requests().empty());
}

/** The server's URL under another name, which the proxies of these tests take for as good. */
std::string elsewhere(const WebServer &server)
{
    const system::UriHandle uri(g_uri_parse(server.url().c_str(), G_URI_FLAGS_NONE, nullptr));
    return "http://cloud.example:" + std::to_string(g_uri_get_port(uri.get())) + "/identify";
}

TEST(ProxyEnvironment, isUsedByTheClient)
{
    const Variable none("no_proxy", "");
    ProxyServer proxy;
    const Variable http("http_proxy", proxy.url());
    WebServer server(answered);
    EXPECT_EQ(askOnce(elsewhere(server)).outcome, Outcome::Answered);
    EXPECT_EQ(proxy.requests().size(), 1U);
}

TEST(ProxyEnvironment, mayHoldCredentials)
{
    const Variable none("no_proxy", "");
    WebServer server(answered);
    ProxyServer proxy(credentials);
    const std::string address = proxy.url().substr(std::string("http://").size());
    for (const std::string scheme : {"http://", ""}) {
        const Variable http("http_proxy", scheme + "me:p%40ss:%2fw0rd@" + address);
        EXPECT_EQ(askOnce(elsewhere(server)).outcome, Outcome::Answered);
    }
    SocksServer socks("me:100%");
    const Variable http("http_proxy", "socks5://me:100%@" + socks.url().substr(9));
    EXPECT_EQ(askOnce(elsewhere(server)).outcome, Outcome::Answered);
    EXPECT_EQ(proxy.refused(), 0U);
    EXPECT_EQ(proxy.requests().size(), 2U);
    EXPECT_EQ(socks.credentials().size(), 1U);
}

TEST(ProxyEnvironment, getsTheCredentialsThatAreSet)
{
    const Variable none("no_proxy", "");
    WebServer server(answered);
    ProxyServer proxy(credentials);
    const Variable http("http_proxy", "http://you:them@" + proxy.url().substr(7));
    service::ConnectionSettings settings = settingsFor(elsewhere(server));
    EXPECT_EQ(ask(*openCaller(settings)).httpStatus, 407);
    settings.proxyId = "me";
    settings.proxyPassword = Secret(password);
    EXPECT_EQ(ask(*openCaller(settings)).outcome, Outcome::Answered);
}

TEST(ProxyEnvironment, setsNoCredentialsForThoseItDoesNotConcern)
{
    const Variable http("http_proxy", "http://me:secret@proxy.example:3128");
    const Variable none("no_proxy", "cloud.example:80");
    service::ConnectionSettings settings = settingsFor("http://127.0.0.1:1/identify");
    EXPECT_TRUE(http::findProxy(settings).authorization.empty());
    settings.endpoint = "http://cloud.example/identify";
    EXPECT_TRUE(http::findProxy(settings).authorization.empty());
    settings.endpoint = "http://cloud.example:81/identify";
    EXPECT_FALSE(http::findProxy(settings).authorization.empty());
}

TEST(ProxyEnvironment, ofTheDesktopIsNotAskedForThisMachine)
{
    EXPECT_EQ(chosenFor("http://127.0.0.1:8080/identify"), "direct://");
    EXPECT_EQ(chosenFor("http://localhost/identify"), "direct://");
}

TEST(ProxyEnvironment, thatIsNoUrlIsNotGonePast)
{
    const Variable none("no_proxy", "");
    for (const char *wrong : {"http://", "http://me:secret@proxy:1x", "://"}) {
        const Variable https("https_proxy", wrong);
        EXPECT_EQ(chosenFor("https://cloud.example/"), "http://127.0.0.1:1") << wrong;
    }
}

TEST(ProxyCheck, saysWhatIsWrong)
{
    for (const char *good : {"", "http://proxy:3128", "proxy.example:3128", "https://[::1]:3128",
                             "socks5://proxy:1080", "http://192.0.2.1:8080/"})
        EXPECT_EQ(service::checkProxy(good, "https://cloud.example/", false), "") << good;
    for (const char *bad : {"ftp://proxy", "http://", "http://a b", "http://me:secret@proxy:1",
                            "http://proxy\n", "://"}) {
        const std::string error = service::checkProxy(bad, "https://cloud.example/", false);
        EXPECT_NE(error.find("`proxy`"), std::string::npos) << bad << ": " << error;
        EXPECT_EQ(error.find("secret"), std::string::npos);
    }
}

TEST(ProxyCheck, keepsPlainHttpOnThisMachine)
{
    const std::string local = "http://127.0.0.1:8080/identify";
    const std::string remote = "http://cloud.example/identify";
    for (const char *away : {"http://proxy.example:3128", "192.0.2.1:3128", "https://proxy.example",
                             "socks5://proxy.example:1080", "http://127.0.0.1.example:1"}) {
        const std::string error = service::checkProxy(away, local, false);
        EXPECT_NE(error.find("`allow-http=true`"), std::string::npos) << away << ": " << error;
        EXPECT_NE(error.find("`proxy`"), std::string::npos) << away << ": " << error;
        EXPECT_EQ(service::checkProxy(away, local, true), "") << away;
        EXPECT_EQ(service::checkProxy(away, remote, true), "") << away;
        EXPECT_EQ(service::checkProxy(away, "https://127.0.0.1/", false), "") << away;
    }
    for (const char *here : {"", "http://127.0.0.1:3128", "localhost:3128", "socks5://[::1]:1080"})
        EXPECT_EQ(service::checkProxy(here, local, false), "") << here;
}

} // namespace
} // namespace ooto::test
