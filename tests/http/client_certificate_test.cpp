// SPDX-License-Identifier: LGPL-2.1-or-later
// Servers that want to know who asks.
#include "http/client_certificate.h"
#include "http/network_thread.h"
#include "http/session.h"
#include "support/certificates.h"
#include "support/proxy_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <future>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;

class ClientCertificate : public testing::Test
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

    static http::HttpSettings settingsFor(const std::string &url,
                                          const std::string &certificateFile,
                                          const std::string &keyFile = {})
    {
        http::HttpSettings settings;
        settings.endpoint = url;
        settings.sslCaFile = certificates().ca();
        settings.sslCertFile = certificateFile;
        settings.sslKeyFile = keyFile;
        return settings;
    }

    /** The status of a response, 0 where there is none,. */
    static int statusOf(const http::HttpSettings &settings)
    {
        std::string error;
        const auto cas = http::loadTrustedCas(settings, error);
        const auto certificate = http::loadClientCertificate(settings, error);
        EXPECT_EQ(error, "");
        http::NetworkThread thread;
        http::Session session(settings);
        thread.runAndWait([&] { session.open(cas.get(), certificate.get()); });
        std::promise<int> status;
        thread.runAndWait([&] {
            const auto exchange =
                session.make({.url = settings.endpoint,
                              .headers = {},
                              .secretHeaders = {},
                              .contentType = {},
                              .timeout = 20s},
                             {.onDone =
                                  [&status](const http::Result &result) {
                                      const auto *response =
                                          std::get_if<http::Response>(&result.end);
                                      status.set_value(response ? response->status : 0);
                                  },
                              .admitRestart = nullptr});
            session.start(*exchange);
        });
        const int came = status.get_future().get();
        thread.runAndWait([&] { session.close(); });
        return came;
    }
};

WebResponse thanks(const WebRequest &)
{
    return {202, "thanks", {}};
}

TEST_F(ClientCertificate, opensTheDoor)
{
    WebServer server(thanks, certificates().good(), certificates().ca());
    EXPECT_EQ(statusOf(settingsFor(server.url(), certificates().client())), 202);
    EXPECT_EQ(statusOf(settingsFor(server.url(), certificates().clientCertificate(),
                                   certificates().clientKey())),
              202);
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ClientCertificate, isNeededWhereItIsAskedFor)
{
    WebServer server(thanks, certificates().good(), certificates().ca());
    EXPECT_EQ(statusOf(settingsFor(server.url(), "")), 0);
    EXPECT_EQ(statusOf(settingsFor(server.url(), certificates().selfSigned())), 0);
    EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(ClientCertificate, doesNoHarmWhereNobodyAsksForIt)
{
    WebServer careless(thanks, certificates().good());
    EXPECT_EQ(statusOf(settingsFor(careless.url(), certificates().client())), 202);
}

TEST_F(ClientCertificate, goesThroughATunnel)
{
    WebServer server(thanks, certificates().good(), certificates().ca());
    ProxyServer proxy;
    http::HttpSettings settings = settingsFor(server.url(), certificates().client());
    settings.proxy = proxy.url();
    EXPECT_EQ(statusOf(settings), 202);
    EXPECT_EQ(proxy.requests().size(), 1U);
}

TEST_F(ClientCertificate, isCheckedBeforeItIsUsed)
{
    const std::string url = "https://127.0.0.1/";
    EXPECT_EQ(http::checkClientCertificate(settingsFor(url, "")), "");
    EXPECT_EQ(http::checkClientCertificate(settingsFor(url, certificates().client())), "");

    const ScratchDirectory scratch;
    const std::string fifo = scratch / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const std::string text = scratch / "text.pem";
    std::ofstream(text) << "no certificate";
    const std::string broken = scratch / "broken.pem";
    std::ofstream(broken) << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
                             "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    const std::string whole = certificates().clientCertificate();
    struct Case {
        std::string certificateFile;
        std::string keyFile;
        std::vector<std::string> mentions;
    };
    const std::vector<Case> cases = {
        {"", certificates().clientKey(), {"`ssl-cert-file`"}},
        {"/no/such.pem", "", {"/no/such.pem", "No such", "`ssl-cert-file`"}},
        {scratch.path(), "", {"directory", "`ssl-cert-file`"}},
        {fifo, "", {"FIFO", "`ssl-cert-file`"}},
        {text, "", {"holds no certificate", "`ssl-cert-file`"}},
        {broken, "", {broken, "`ssl-cert-file`"}},
        {whole, "", {"holds no private key", "`ssl-cert-file`"}},
        {whole, "/no/such.key", {"/no/such.key", "`ssl-key-file`"}},
        {whole, text, {text, "holds no private key", "`ssl-key-file`"}},
        {whole, certificates().encryptedClientKey(), {"encrypted", "`ssl-key-file`"}},
    };
    for (const Case &one : cases) {
        const std::string error =
            http::checkClientCertificate(settingsFor(url, one.certificateFile, one.keyFile));
        for (const std::string &mention : one.mentions)
            EXPECT_NE(error.find(mention), std::string::npos)
                << one.certificateFile << ", " << one.keyFile << ": '" << error << "'";
    }
}

} // namespace
} // namespace ooto::test
