// SPDX-License-Identifier: LGPL-2.1-or-later
// The identify server's trouble switches, over real sockets.
#include "server_fixture.h"

#include <chrono>
#include <thread>

namespace ooto::server
{
namespace
{

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class TroubleTest : public ServerTest
{
protected:
    void SetUp() override { start(); }

    Response troubled(const Trouble &trouble)
    {
        server_->setTrouble(trouble);
        return identify();
    }

    Response spoiled(BodyTrouble body)
    {
        Trouble trouble;
        trouble.body = body;
        return troubled(trouble);
    }

    /** All bytes of an answer, as they come from the socket, and how they end. */
    struct RawAnswer {
        std::string bytes;
        bool reset = false;
    };

    ObjectPtr<GSocketConnection> askRaw()
    {
        const ObjectPtr<GSocketClient> client(g_socket_client_new());
        ObjectPtr<GSocketConnection> connection(g_socket_client_connect_to_host(
            client.get(), "127.0.0.1", server_->port(), nullptr, nullptr));
        const std::string request =
            "POST /api/v1.0/identify HTTP/1.1\r\nHost: here\r\n"
            "APP-ID: demo\r\nAPP-KEY: demo-key\r\nContent-Length: 0\r\n\r\n";
        g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection.get())),
                                  request.data(), request.size(), nullptr, nullptr, nullptr);
        return connection;
    }

    RawAnswer rawAnswer()
    {
        const ObjectPtr<GSocketConnection> connection = askRaw();
        GInputStream *stream = g_io_stream_get_input_stream(G_IO_STREAM(connection.get()));
        RawAnswer answer;
        char buffer[4096];
        GError *failed = nullptr;
        for (gssize got;
             (got = g_input_stream_read(stream, buffer, sizeof buffer, nullptr, &failed)) > 0;)
            answer.bytes.append(buffer, static_cast<std::size_t>(got));
        const ErrorPtr error(failed);
        answer.reset = g_error_matches(failed, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
        return answer;
    }
};

TEST_F(TroubleTest, delay)
{
    Trouble trouble;
    trouble.delay = milliseconds(300);
    const auto before = Clock::now();
    EXPECT_EQ(troubled(trouble).status, 200u);
    EXPECT_GE(Clock::now() - before, milliseconds(300));
}

TEST_F(TroubleTest, delayedAnswersDoNotWaitForOneAnother)
{
    Trouble trouble;
    trouble.delay = milliseconds(800);
    server_->setTrouble(trouble);
    const auto before = Clock::now();
    std::vector<std::thread> askers;
    for (int i = 0; i < 4; ++i)
        askers.emplace_back([&] {
            HttpClient client(server_->endpoint());
            EXPECT_EQ(client.identify({}).code(), 3);
        });
    for (std::thread &asker : askers)
        asker.join();
    EXPECT_LT(Clock::now() - before, milliseconds(3 * 800));
}

TEST_F(TroubleTest, statusWithRetryAfter)
{
    Trouble trouble;
    trouble.status = 429;
    trouble.retryAfter = "Tue, 24 Nov 2099 10:00:00 GMT";
    Response response = troubled(trouble);
    EXPECT_EQ(response.status, 429u);
    EXPECT_EQ(response.header["retry-after"], "Tue, 24 Nov 2099 10:00:00 GMT");
    EXPECT_EQ(response.text("result.status"), "error");
    EXPECT_EQ(server_->requests().back().status, 429u);
    trouble.status = 307;
    EXPECT_NE(troubled(trouble).header["location"], "");
}

TEST_F(TroubleTest, isForIdentifyOnly)
{
    Trouble trouble;
    trouble.status = 500;
    server_->setTrouble(trouble);
    EXPECT_EQ(client_->add(hopper(), "hopper").status, 200u);
    EXPECT_EQ(client_->remove(R"({"templateId": "hopper"})").status, 200u);
    EXPECT_EQ(identify().status, 500u);
}

TEST_F(TroubleTest, onlyTheFirstRequests)
{
    Trouble trouble;
    trouble.status = 503;
    trouble.onlyFirst = 2;
    EXPECT_EQ(troubled(trouble).status, 503u);
    EXPECT_EQ(identify().status, 503u);
    EXPECT_EQ(identify().status, 200u);
    EXPECT_EQ(troubled(trouble).status, 503u); // counted anew
}

TEST_F(TroubleTest, spoiledBodies)
{
    EXPECT_EQ(spoiled(BodyTrouble::Empty).body, "");
    Response page = spoiled(BodyTrouble::Html);
    EXPECT_EQ(page.header["content-type"], "text/html");
    EXPECT_TRUE(page.body.starts_with("<!DOCTYPE html>"));
    Response malformed = spoiled(BodyTrouble::Malformed);
    EXPECT_EQ(malformed.status, 200u);
    EXPECT_TRUE(malformed.body.starts_with("{"));
    EXPECT_EQ(malformed.json(), nullptr);
    Response huge = spoiled(BodyTrouble::Huge);
    EXPECT_GT(huge.body.size(), 8u << 20);
    EXPECT_TRUE(huge.has("filler"));
    EXPECT_EQ(spoiled(BodyTrouble::Deep).body, std::string(1'000'000, '['));
    EXPECT_EQ(spoiled(BodyTrouble::None).status, 200u);
}

TEST_F(TroubleTest, truncatedBodyEndsHalfWay)
{
    Trouble trouble;
    trouble.body = BodyTrouble::Truncated;
    server_->setTrouble(trouble);
    const std::string answer = rawAnswer().bytes;
    const std::size_t head = answer.find("\r\n\r\n");
    ASSERT_NE(head, std::string::npos) << answer;
    const std::size_t length = answer.find("Content-Length: ");
    ASSERT_NE(length, std::string::npos);
    const std::size_t promised = std::stoul(answer.substr(length + 16));
    EXPECT_GT(promised, 20u);
    EXPECT_EQ(answer.size() - head - 4, promised / 2);
}

TEST_F(TroubleTest, droppedConnectionIsReset)
{
    Trouble trouble;
    trouble.drop = true;
    Response response = troubled(trouble);
    EXPECT_EQ(response.status, 0u);
    EXPECT_NE(response.error, "");
    EXPECT_EQ(server_->requests().front().status, 0u);
    const RawAnswer raw = rawAnswer();
    EXPECT_EQ(raw.bytes, "");
    EXPECT_TRUE(raw.reset); // not a mere end
    server_->setTrouble({});
    EXPECT_EQ(identify().status, 200u);
}

TEST_F(TroubleTest, dropCanBeDelayed)
{
    Trouble trouble;
    trouble.drop = true;
    trouble.delay = milliseconds(100);
    EXPECT_EQ(troubled(trouble).status, 0u);
    server_->setTrouble({});
    EXPECT_EQ(identify().status, 200u);
}

TEST_F(TroubleTest, tricklesByteByByte)
{
    Trouble trouble;
    trouble.trickle = true;
    trouble.trickleInterval = milliseconds(2);
    server_->setTrouble(trouble);
    const auto before = Clock::now();
    const std::string answer = rawAnswer().bytes;
    const std::size_t body = answer.size() - answer.find("\r\n\r\n") - 4;
    EXPECT_GE(Clock::now() - before, milliseconds(2) * body);
    EXPECT_TRUE(answer.ends_with("}}"));
}

TEST_F(TroubleTest, endsWithAnswersStillToCome)
{
    for (const bool trickle : {false, true}) {
        start();
        Trouble trouble;
        trouble.trickle = trickle;
        trouble.delay = trickle ? milliseconds(0) : milliseconds(60'000);
        server_->setTrouble(trouble);
        const std::string endpoint = server_->endpoint();
        std::thread asker([&] {
            HttpClient client(endpoint);
            Response response = client.identify({});
            // libsoup does not mind a body that ends early.
            EXPECT_TRUE(!response.error.empty() || (trickle && !response.json()));
        });
        EXPECT_TRUE(server_->waitForRequests(1, std::chrono::seconds(10)));
        std::this_thread::sleep_for(milliseconds(50)); // let the first bytes out
        const auto before = Clock::now();
        server_.reset();
        EXPECT_LT(Clock::now() - before, std::chrono::seconds(5));
        asker.join();
    }
}

TEST_F(TroubleTest, clientsMayLeaveBeforeTheirAnswer)
{
    Trouble trouble;
    trouble.delay = milliseconds(200);
    server_->setTrouble(trouble);
    {
        const ObjectPtr<GSocketConnection> connection = askRaw();
        EXPECT_TRUE(server_->waitForRequests(1, std::chrono::seconds(10)));
    }
    EXPECT_EQ(identify().status, 200u); // 200 ms later: the other's time is over too
}

TEST_F(TroubleTest, scriptAnswersAnything)
{
    server_->setScript([](const ReceivedRequest &request) -> std::optional<Reply> {
        if (request.number > 1)
            return std::nullopt;
        Reply reply;
        reply.status = 418;
        reply.contentType = "text/plain";
        reply.body = "short and stout";
        reply.header.emplace_back("X-Pot", "tea");
        return reply;
    });
    Response response = identify();
    EXPECT_EQ(response.status, 418u);
    EXPECT_EQ(response.body, "short and stout");
    EXPECT_EQ(response.header["x-pot"], "tea");
    EXPECT_EQ(identify().status, 200u);
}

} // namespace
} // namespace ooto::server
