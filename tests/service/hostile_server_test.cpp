// SPDX-License-Identifier: LGPL-2.1-or-later
// Servers that do what no server should, and networks that are not there.
#include "service/answer_parser.h"
#include "support/asking.h"
#include "support/raw_server.h"
#include "system/handles.h"

#include <gtest/gtest.h>

namespace ooto::test
{
namespace
{

using core::Outcome;
using namespace std::chrono_literals;

/** What becomes of one request whose connections all run the script. */
core::Reply replyFrom(const RawServer::Script &script, std::chrono::milliseconds timeout = 5s)
{
    RawServer server(script);
    return askOnce(server.url(), photoRequest(timeout));
}

/** A script that reads the request and then sends these bytes and closes. */
RawServer::Script sending(std::string bytes)
{
    return [bytes = std::move(bytes)](RawConnection &connection) {
        connection.readRequest();
        connection.write(bytes);
    };
}

TEST(HostileServer, neverAnswering)
{
    const auto begin = std::chrono::steady_clock::now();
    const core::Reply reply = replyFrom(
        [](RawConnection &connection) {
            connection.readRequest();
            connection.hold();
        },
        150ms);
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(reply.outcome, Outcome::Timeout);
    EXPECT_EQ(reply.httpStatus, 0);
    EXPECT_NE(reply.text.find("`timeout`"), std::string::npos) << reply.text;
    EXPECT_GE(took, 150ms);
    EXPECT_LT(took, 1s);
}

TEST(HostileServer, isLeftWhenTheDeadlinePassed)
{
    Inbox<bool> cut;
    RawServer server([&cut](RawConnection &connection) {
        connection.readRequest();
        cut.put(!connection.pause(5s));
    });
    const auto caller = openCaller(settingsFor(server.url()));
    EXPECT_EQ(ask(*caller, photoRequest(50ms)).outcome, Outcome::Timeout);
    EXPECT_EQ(cut.waitFor(1, 1s), std::vector<bool>{true});
}

TEST(HostileServer, neverReading)
{
    service::Request request = photoRequest(200ms);
    request.photo = std::make_shared<const std::vector<std::uint8_t>>(16 << 20, 7);
    RawServer server([](RawConnection &connection) { connection.hold(); });
    const core::Reply reply = askOnce(server.url(), request);
    EXPECT_EQ(reply.outcome, Outcome::Timeout);
    EXPECT_LT(reply.bytesSent, request.photo->size());
}

TEST(HostileServer, tricklingItsHead)
{
    const core::Reply reply = replyFrom(
        [](RawConnection &connection) {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\n");
            while (connection.write("X: y\r\n") && connection.pause(20ms)) {
            }
        },
        200ms);
    EXPECT_EQ(reply.outcome, Outcome::Timeout);
}

TEST(HostileServer, tricklingItsBody)
{
    const core::Reply reply = replyFrom(
        [](RawConnection &connection) {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{");
            while (connection.write(" ") && connection.pause(20ms)) {
            }
        },
        200ms);
    EXPECT_EQ(reply.outcome, Outcome::Timeout);
}

TEST(HostileServer, resettingBeforeTheAnswer)
{
    const core::Reply reply = replyFrom([](RawConnection &connection) {
        connection.readRequest();
        connection.reset();
    });
    EXPECT_EQ(reply.outcome, Outcome::Unreachable);
    EXPECT_FALSE(reply.text.empty());
}

TEST(HostileServer, closingAtOnce)
{
    EXPECT_EQ(replyFrom([](RawConnection &) {}).outcome, Outcome::Unreachable);
}

TEST(HostileServer, closingWithinTheHead)
{
    EXPECT_EQ(replyFrom(sending("HTTP/1.1 200 OK\r\nConte")).outcome, Outcome::Unreachable);
}

TEST(HostileServer, speakingNoHttp)
{
    for (const char *greeting : {"220 smtp.example ESMTP\r\n\r\n", "\r\n\r\n\r\n", "SSH-2.0-x\r\n"})
        EXPECT_EQ(replyFrom(sending(greeting)).outcome, Outcome::Unreachable) << greeting;
}

TEST(HostileServer, cuttingOffTheBody)
{
    for (const char *connection : {"", "Connection: close\r\n", "Connection: keep-alive\r\n"}) {
        const core::Reply reply =
            replyFrom(sending("HTTP/1.1 200 OK\r\n" + std::string(connection) +
                              "Content-Length: 200\r\n\r\n" + matchBody));
        EXPECT_EQ(reply.outcome, Outcome::Unreachable) << connection;
        EXPECT_NE(reply.text.find("before it was complete"), std::string::npos) << reply.text;
    }
}

TEST(HostileServer, cuttingOffAChunkedBody)
{
    EXPECT_EQ(replyFrom(sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "ff\r\n{\"result\":{}}"))
                  .outcome,
              Outcome::Unreachable);
    EXPECT_EQ(replyFrom(sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "d\r\n{\"result\":{}}\r\n0\r\n\r\n"))
                  .outcome,
              Outcome::Answered);
}

TEST(HostileServer, cuttingOffARefusal)
{
    const core::Reply reply =
        replyFrom(sending("HTTP/1.1 413 Too Large\r\nContent-Length: 999\r\n\r\n{"));
    EXPECT_EQ(reply.outcome, Outcome::TooLarge);
    EXPECT_EQ(reply.httpStatus, 413);
}

/** A photo that no socket's buffers take whole. */
service::Request largeRequest()
{
    service::Request request = photoRequest(10s);
    request.photo = std::make_shared<const std::vector<std::uint8_t>>(16 << 20, 7);
    return request;
}

TEST(HostileServer, refusingALargePhotoBeforeItIsThere)
{
    RawServer server([](RawConnection &connection) {
        connection.read();
        connection.write(
            "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        // As servers do that know of TCP: a close with bytes unread would take back the answer.
        while (!connection.read().empty()) {
        }
    });
    const core::Reply reply = askOnce(server.url(), largeRequest());
    EXPECT_EQ(reply.outcome, Outcome::TooLarge);
    EXPECT_EQ(reply.httpStatus, 413);
}

TEST(HostileServer, cuttingOffALargePhoto)
{
    // The reset may overtake the 413, and libsoup does not read before it has written. What
    // remains is a connection that was lost.
    RawServer server([](RawConnection &connection) {
        connection.read();
        connection.write(
            "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        connection.reset();
    });
    const core::Reply reply = askOnce(server.url(), largeRequest());
    EXPECT_TRUE(reply.outcome == Outcome::TooLarge || reply.outcome == Outcome::Unreachable);
    EXPECT_LT(reply.bytesSent, std::uint64_t{16} << 20);
}

TEST(HostileServer, sendingLessThanItHas)
{
    // Content-Length ends the answer, whatever comes behind it.
    const std::string body = "{\"result\":{}}";
    EXPECT_EQ(replyFrom(sending(RawServer::response("200 OK", body) + "garbage")).outcome,
              Outcome::Answered);
    EXPECT_EQ(replyFrom(sending("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)).outcome,
              Outcome::NoAnswer);
}

TEST(HostileServer, sayingLengthsThatAreNone)
{
    for (const char *length : {"-1", "99999999999999999999", "x", "1e3"}) {
        const core::Reply reply = replyFrom(sending(
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::string(length) + "\r\n\r\n" + matchBody));
        EXPECT_NE(reply.outcome, Outcome::Cancelled) << length;
        EXPECT_NE(reply.outcome, Outcome::Timeout) << length;
    }
}

TEST(HostileServer, sendingJsonThatEndsTooSoon)
{
    EXPECT_EQ(replyFrom(sending(RawServer::response("200 OK", "{\"result\":{\"sea"))).outcome,
              Outcome::NoAnswer);
}

TEST(HostileServer, sendingABodyWithoutEnd)
{
    std::size_t sent = 0;
    const core::Reply reply = replyFrom([&sent](RawConnection &connection) {
        connection.readRequest();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n");
        const std::string megabyte(1 << 20, ' ');
        for (int i = 0; i < 64 && connection.write(megabyte); ++i)
            sent += megabyte.size();
    });
    EXPECT_EQ(reply.outcome, Outcome::NoAnswer);
    EXPECT_LT(sent, std::size_t{32} << 20) << "it was read to its end";
}

TEST(HostileServer, sendingExactlyAsMuchAsIsRead)
{
    std::string body = "{\"result\":{}}";
    body.resize(service::maxAnswerBytes, ' ');
    EXPECT_EQ(replyFrom(sending(RawServer::response("200 OK", body))).outcome, Outcome::Answered);
    body += ' ';
    EXPECT_EQ(replyFrom(sending(RawServer::response("200 OK", body))).outcome, Outcome::NoAnswer);
}

/** `size` spaces, compressed: far smaller on the wire than in memory. */
std::string compressedSpaces(std::size_t size)
{
    const system::ObjectHandle<GZlibCompressor> compressor(
        g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
    const system::ObjectHandle<GOutputStream> memory(g_memory_output_stream_new_resizable());
    const system::ObjectHandle<GOutputStream> stream(
        g_converter_output_stream_new(memory.get(), G_CONVERTER(compressor.get())));
    const std::string spaces(size, ' ');
    g_output_stream_write_all(stream.get(), spaces.data(), spaces.size(), nullptr, nullptr,
                              nullptr);
    g_output_stream_close(stream.get(), nullptr, nullptr);
    auto *bytes = G_MEMORY_OUTPUT_STREAM(memory.get());
    return {static_cast<const char *>(g_memory_output_stream_get_data(bytes)),
            g_memory_output_stream_get_data_size(bytes)};
}

TEST(HostileServer, sendingFarMoreThanItSeemsTo)
{
    const std::string bomb = compressedSpaces(std::size_t{64} << 20);
    ASSERT_LT(bomb.size(), std::size_t{1} << 20);
    const core::Reply reply =
        replyFrom(sending(RawServer::response("200 OK", bomb, "Content-Encoding: gzip\r\n")));
    EXPECT_EQ(reply.outcome, Outcome::NoAnswer);
}

TEST(HostileServer, sendingBrokenCompression)
{
    const std::string whole = compressedSpaces(1000);
    for (const std::string &body : {std::string("no gzip"), whole.substr(0, whole.size() / 2)}) {
        const Outcome outcome =
            replyFrom(sending(RawServer::response("200 OK", body, "Content-Encoding: gzip\r\n")))
                .outcome;
        EXPECT_TRUE(outcome == Outcome::Unreachable || outcome == Outcome::NoAnswer);
    }
}

TEST(HostileServer, sendingAHeadWithoutEnd)
{
    const core::Reply reply = replyFrom(
        [](RawConnection &connection) {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\n");
            while (connection.write("X-Padding: " + std::string(60000, 'x') + "\r\n")) {
            }
        },
        3s);
    EXPECT_EQ(reply.outcome, Outcome::Unreachable);
}

TEST(HostileServer, sayingContinueForEver)
{
    const core::Reply reply = replyFrom(
        [](RawConnection &connection) {
            connection.readRequest();
            while (connection.write("HTTP/1.1 100 Continue\r\n\r\n") && connection.pause(1ms)) {
            }
        },
        200ms);
    EXPECT_EQ(reply.outcome, Outcome::Timeout);
}

TEST(HostileServer, settingCookies)
{
    Inbox<std::string> seen;
    RawServer server([&seen](RawConnection &connection) {
        for (;;) {
            const std::string request = connection.readRequest();
            if (request.empty())
                return;
            seen.put(request);
            connection.write(RawServer::response("200 OK", matchBody, "Set-Cookie: a=b\r\n"));
        }
    });
    const auto caller = openCaller(settingsFor(server.url()));
    ask(*caller);
    ask(*caller);
    ASSERT_EQ(seen.all().size(), 2U);
    EXPECT_EQ(seen.all()[1].find("Cookie"), std::string::npos);
}

TEST(HostileNetwork, nobodyListening)
{
    const core::Reply reply = askOnce("http://127.0.0.1:" + std::to_string(freePort()) + "/");
    EXPECT_EQ(reply.outcome, Outcome::Unreachable);
    EXPECT_NE(reply.text.find("refuses connections"), std::string::npos) << reply.text;
    EXPECT_NE(reply.text.find("`endpoint`"), std::string::npos) << reply.text;
}

TEST(HostileNetwork, aNameThatDoesNotResolve)
{
    const core::Reply reply = askOnce("http://no-such-host.invalid/identify");
    EXPECT_EQ(reply.outcome, Outcome::Unreachable);
    EXPECT_NE(reply.text.find("no-such-host.invalid cannot be resolved"), std::string::npos)
        << reply.text;
}

TEST(HostileNetwork, aPortThatSpeaksNoTls)
{
    RawServer server([](RawConnection &connection) {
        connection.pause(50ms);
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    const core::Reply reply =
        askOnce("https://127.0.0.1:" + std::to_string(server.port()) + "/identify");
    EXPECT_EQ(reply.outcome, Outcome::Unreachable);
    EXPECT_NE(reply.text.find("https"), std::string::npos) << reply.text;
}

TEST(HostileNetwork, aTlsHandshakeThatNeverEnds)
{
    RawServer server([](RawConnection &connection) { connection.hold(); });
    const core::Reply reply =
        askOnce("https://127.0.0.1:" + std::to_string(server.port()) + "/", photoRequest(200ms));
    EXPECT_EQ(reply.outcome, Outcome::Timeout);
}

} // namespace
} // namespace ooto::test
