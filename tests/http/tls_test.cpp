// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose certificate is believed.
#include "support/asking.h"
#include "support/certificates.h"
#include "support/http2_proxy.h"
#include "support/proxy_server.h"
#include "support/ticket_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace ooto::test
{
namespace
{

using core::Outcome;

class Tls : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!certificates().made())
            GTEST_SKIP() << "the openssl program is missing or does not work";
    }

    /** The reply of a server with this certificate. */
    core::Reply replyOf(const std::string &certificateFile, const std::string &caFile,
                        bool strict = true, const std::string &host = "127.0.0.1")
    {
        WebServer server(
            [](const WebRequest &) {
                return WebResponse{200, matchBody, {}};
            },
            certificateFile);
        service::ConnectionSettings settings = settingsFor(server.url(host));
        settings.sslCaFile = caFile;
        settings.sslStrict = strict;
        const auto caller = openCaller(settings);
        const core::Reply reply = ask(*caller);
        EXPECT_EQ(server.requests().size(), reply.outcome == Outcome::Answered ? 1U : 0U)
            << "the key went to a server that was not to be trusted";
        return reply;
    }

    /** The reply to somebody new who knows nothing of earlier requests. */
    static core::Reply replyTo(const std::string &url, const std::string &caFile, bool strict,
                               const std::string &proxy = {})
    {
        service::ConnectionSettings settings = settingsFor(url);
        settings.sslCaFile = caFile;
        settings.sslStrict = strict;
        settings.proxy = proxy;
        return ask(*openCaller(settings));
    }

    void expectRefused(const core::Reply &reply, const std::string &reason)
    {
        EXPECT_EQ(reply.outcome, Outcome::BadCertificate);
        EXPECT_EQ(reply.httpStatus, 0);
        EXPECT_NE(reply.text.find(reason), std::string::npos) << reply.text;
    }

    /** Made once for all tests: each key takes a while. */
    static const Certificates &certificates()
    {
        static const Certificates certificates;
        return certificates;
    }
};

TEST_F(Tls, acceptsACertificateOfTheGivenCa)
{
    EXPECT_EQ(replyOf(certificates().good(), certificates().ca()).outcome, Outcome::Answered);
    EXPECT_EQ(replyOf(certificates().good(), certificates().ca(), true, "localhost").outcome,
              Outcome::Answered);
}

TEST_F(Tls, takesTheCaFileFromTheCurrentDirectoryToo)
{
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(certificates().directory());
    EXPECT_EQ(replyOf(certificates().good(), "ca.pem").outcome, Outcome::Answered);
    std::filesystem::current_path(before);
}

TEST_F(Tls, takesACaFileOfRegularFilesOnlyAndWaitsForNoOther)
{
    const ScratchDirectory scratch;
    const std::string fifo = scratch / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const std::string huge = scratch / "huge.pem";
    std::filesystem::copy_file(certificates().ca(), huge);
    std::filesystem::resize_file(huge, std::uintmax_t{1} << 40);
    const std::string wide = scratch / "wide.pem";
    std::ofstream(wide) << "\xff\xfe-";
    const std::string text = scratch / "text.pem";
    std::ofstream(text) << "no certificate";
    const std::pair<std::string, std::string> cases[] = {
        {fifo, "is a FIFO"},           {scratch.path(), "is a directory"},
        {"/dev/zero", "is a device"},  {huge, "larger than 4 MiB"},
        {wide, "save it as UTF-8"},    {text, "no certificate"},
        {scratch / "none", "No such"},
    };
    for (const auto &[path, mention] : cases) {
        service::ConnectionSettings settings = settingsFor("https://127.0.0.1:9/");
        settings.sslCaFile = path;
        std::string error;
        EXPECT_EQ(service::Caller::open(settings, {}, {}, nullptr, error), nullptr) << path;
        EXPECT_NE(error.find(mention), std::string::npos) << error;
        EXPECT_NE(error.find("`ssl-ca-file`"), std::string::npos) << error;
    }
}

// The database reads its file once more with the first connection, on the network thread.
TEST_F(Tls, aCaFileThatIsReplacedByAFifoBlocksNothing)
{
    const ScratchDirectory scratch;
    const std::string file = scratch / "ca.pem";
    std::filesystem::copy_file(certificates().ca(), file);
    WebServer server(
        [](const WebRequest &) {
            return WebResponse{200, matchBody, {}};
        },
        certificates().good());
    service::ConnectionSettings settings = settingsFor(server.url());
    settings.sslCaFile = file;
    const auto caller = openCaller(settings);
    std::filesystem::remove(file);
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
}

TEST_F(Tls, refusesAnUnknownCa)
{
    const core::Reply reply = replyOf(certificates().good(), "");
    expectRefused(reply, "unknown CA");
    EXPECT_NE(reply.text.find("`ssl-ca-file`"), std::string::npos) << reply.text;
    expectRefused(replyOf(certificates().selfSigned(), certificates().ca()), "unknown CA");
}

TEST_F(Tls, refusesAnExpiredCertificate)
{
    expectRefused(replyOf(certificates().expired(), certificates().ca()), "expired");
}

TEST_F(Tls, refusesACertificateForAnotherHost)
{
    expectRefused(replyOf(certificates().otherHost(), certificates().ca()), "another host name");
}

TEST_F(Tls, acceptsAnyCertificateForTheOneWhoAsksForThatOnly)
{
    WebServer server(
        [](const WebRequest &) {
            return WebResponse{200, matchBody, {}};
        },
        certificates().selfSigned());
    service::ConnectionSettings settings = settingsFor(server.url());
    settings.sslStrict = false;
    const auto careless = openCaller(settings);
    EXPECT_EQ(ask(*careless).outcome, Outcome::Answered);

    settings.sslStrict = true;
    const auto states = std::make_shared<Inbox<core::ServiceCondition>>();
    const auto careful = openCaller(settings, 4, into(states));
    EXPECT_EQ(ask(*careful).outcome, Outcome::BadCertificate);
    EXPECT_EQ(states->waitFor(1), std::vector{core::ServiceCondition::Down});
    EXPECT_EQ(ask(*careless).outcome, Outcome::Answered);
    EXPECT_EQ(server.requests().size(), 2U);
}

// Sessions are resumed across all that the process does, and a certificate that somebody was
// content with once comes along with them.

TEST_F(Tls, aSessionOfTheCarelessOneDoesNotOpenTheDoorForOthers)
{
    TicketServer server(certificates().selfSigned());
    expectRefused(replyTo(server.url(), "", true), "unknown CA");
    {
        service::ConnectionSettings settings = settingsFor(server.url());
        settings.sslStrict = false;
        const auto careless = openCaller(settings);
        EXPECT_EQ(ask(*careless).outcome, Outcome::Answered);
        const core::Reply reply = replyTo(server.url(), "", true);
        expectRefused(reply, "unknown CA");
        EXPECT_EQ(reply.bytesSent, 0U);
        EXPECT_EQ(ask(*careless).outcome, Outcome::Answered);
    }
    expectRefused(replyTo(server.url(), "", true), "unknown CA");
    EXPECT_EQ(server.requests().size(), 2U) << "the key went to a server that was not trusted";
}

TEST_F(Tls, aSessionUnderOneCaIsNoneUnderAnother)
{
    TicketServer server(certificates().good());
    const std::string other = certificates().selfSigned();
    expectRefused(replyTo(server.url(), other, true), "unknown CA");
    EXPECT_EQ(replyTo(server.url(), certificates().ca(), true).outcome, Outcome::Answered);
    expectRefused(replyTo(server.url(), other, true), "unknown CA");
    expectRefused(replyTo(server.url(), "", true), "unknown CA");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(replyTo(server.url(), certificates().ca(), true).outcome, Outcome::Answered);
    EXPECT_EQ(server.requests().size(), 4U) << "the key went to a server that was not trusted";
}

TEST_F(Tls, aSessionOfTheCarelessOneDoesNotOpenTunnels)
{
    TicketServer server(certificates().selfSigned());
    ProxyServer proxy;
    EXPECT_EQ(replyTo(server.url(), "", false, proxy.url()).outcome, Outcome::Answered);
    expectRefused(replyTo(server.url(), "", true, proxy.url()), "unknown CA");
    EXPECT_EQ(proxy.requests().size(), 2U);
    EXPECT_EQ(server.requests().size(), 1U) << "the key went to a server that was not trusted";
}

TEST_F(Tls, aSessionOfTheCarelessOneDoesNotOpenTheDoorOverHttp2)
{
    if (!Http2Proxy::installed())
        GTEST_SKIP() << "nghttpx is missing (Debian: nghttp2-proxy)";
    WebServer server([](const WebRequest &) { return WebResponse{200, matchBody, {}}; });
    const Http2Proxy proxy(certificates().selfSigned(), server.url());
    EXPECT_EQ(replyTo(proxy.url(), "", false).outcome, Outcome::Answered);
    service::ConnectionSettings settings = settingsFor(proxy.url());
    const auto careful = openCaller(settings);
    expectRefused(ask(*careful), "unknown CA");
    // It takes a moment to close.
    for (int i = 0; i < 200 && proxy.openConnections() > 0; ++i)
        g_usleep(10'000);
    EXPECT_EQ(proxy.openConnections(), 0U) << "it keeps what it does not use";
    settings.sslStrict = false;
    EXPECT_EQ(ask(*openCaller(settings)).outcome, Outcome::Answered);
    EXPECT_EQ(server.requests().size(), 2U) << "the key went to a server that was not trusted";
}

TEST_F(Tls, ofSixteenNoneLoosensAnother)
{
    WebServer server(
        [](const WebRequest &) {
            return WebResponse{200, matchBody, {}};
        },
        certificates().selfSigned());
    service::ConnectionSettings settings = settingsFor(server.url());
    std::vector<std::unique_ptr<service::Caller>> callers;
    std::vector<States> states;
    for (int i = 0; i < 16; ++i) {
        settings.sslStrict = i % 2 == 0;
        states.push_back(std::make_shared<Inbox<core::ServiceCondition>>());
        callers.push_back(openCaller(settings, 4, into(states.back())));
    }
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < callers.size(); ++i) {
            const bool strict = i % 2 == 0;
            // The first strict one finds the service out for all of them.
            if (strict && (round > 0 || i > 0)) {
                const auto refused = callers[i]->reserve();
                EXPECT_EQ(refused.error().why, core::HeldBack::Service) << i;
                EXPECT_FALSE(refused) << i;
            } else {
                EXPECT_EQ(ask(*callers[i]).outcome,
                          strict ? Outcome::BadCertificate : Outcome::Answered)
                    << i;
            }
            const std::vector<core::ServiceCondition> told(strict ? 1 : 0,
                                                           core::ServiceCondition::Down);
            EXPECT_EQ(states[i]->waitFor(told.size()), told) << i;
        }
    }
    EXPECT_EQ(server.requests().size(), 24U);
}

TEST_F(Tls, keepsTheConnection)
{
    WebServer server(
        [](const WebRequest &) {
            return WebResponse{200, matchBody, {}};
        },
        certificates().good());
    service::ConnectionSettings settings = settingsFor(server.url());
    settings.sslCaFile = certificates().ca();
    const auto caller = openCaller(settings);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(ask(*caller).outcome, Outcome::Answered);
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(Tls, saysWhichCaFileCannotBeUsed)
{
    service::ConnectionSettings settings = settingsFor("https://127.0.0.1:1/");
    const std::string empty = certificates().directory() + "/empty.pem";
    std::ofstream(empty) << "nothing in here\n";
    for (const std::string &file :
         {std::string("/no/such/file.pem"), empty, certificates().directory()}) {
        settings.sslCaFile = file;
        std::string error;
        EXPECT_FALSE(service::Caller::open(settings, {}, {}, nullptr, error));
        EXPECT_NE(error.find(file), std::string::npos) << error;
        EXPECT_NE(error.find("`ssl-ca-file`"), std::string::npos) << error;
    }
}

} // namespace
} // namespace ooto::test
