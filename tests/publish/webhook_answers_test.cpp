// SPDX-License-Identifier: LGPL-2.1-or-later
// Receivers of every kind, and what becomes of the events: nothing is lost, and the order stays.
#include "publish_support.h"

#include "support/inbox.h"
#include "support/raw_server.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>

using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

using Texts = std::vector<std::string>;

WebResponse answer(int status, std::map<std::string, std::string> headers = {},
                   std::string body = "{}")
{
    return {status, std::move(body), std::move(headers)};
}

Properties hookAt(const std::string &url, const Properties &more = {})
{
    Properties properties = {
        {"uri", url}, {"retry-backoff-factor", "0.02"}, {"retry-backoff-max", "0.1"}};
    properties.insert(properties.end(), more.begin(), more.end());
    return properties;
}

Texts pushMany(Publish &publish, int count)
{
    Texts ids;
    for (int i = 0; i < count; ++i) {
        ids.push_back("run-" + std::to_string(100 + i));
        publish.push({.type = "updated", .eventId = ids.back()});
    }
    return ids;
}

/** The event's id by its body, which has to be that of its header. */
std::string idOf(const WebRequest &request)
{
    const std::string id = member(request.body, "event-id");
    EXPECT_EQ(request.headers.at("webhook-id"), id) << request.body;
    return id;
}

Texts idsOf(const std::vector<WebRequest> &requests)
{
    Texts ids;
    std::transform(requests.begin(), requests.end(), std::back_inserter(ids), idOf);
    return ids;
}

/** What the last message `ooto-publish` says. */
struct State {
    std::string name;
    std::string reason;
};
State lastState(Publish &publish)
{
    const auto all = publish.told().messages("ooto-publish");
    return all.empty()
               ? State()
               : State{textOf(all.back().get(), "state"), textOf(all.back().get(), "reason")};
}

bool comesTo(Publish &publish, const std::string &state)
{
    return eventually([&] { return lastState(publish).name == state; });
}

/** Gives the answer until it is told that all is well. */
class Receiver
{
public:
    explicit Receiver(WebResponse trouble)
        : trouble_(std::move(trouble)),
          server_([this](const WebRequest &) { return well_ ? answer(204) : trouble_; })
    {
    }
    void mend() { well_ = true; }
    WebServer &server() { return server_; }
    Texts ids() { return idsOf(server_.requests()); }

private:
    const WebResponse trouble_;
    std::atomic<bool> well_{false};
    WebServer server_;
};

/** Without what came again right after it came. */
Texts withoutRepeats(Texts ids)
{
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

} // namespace

class WebhookTrouble : public testing::TestWithParam<int>
{
};

TEST_P(WebhookTrouble, keepsAllAndTheOrderUntilItIsOver)
{
    const ScratchDirectory scratch;
    WebServer elsewhere([](const WebRequest &) { return answer(200); });
    Receiver receiver(answer(GetParam(), {{"Location", elsewhere.url()}}));
    Publish publish(scratch, hookAt(receiver.server().url()));
    const Texts ids = pushMany(publish, 10);
    // One after the other is tried, and it is always the oldest one.
    ASSERT_TRUE(eventually([&] { return receiver.server().requests().size() >= 4; }));
    EXPECT_EQ(withoutRepeats(receiver.ids()), Texts{ids.front()});
    EXPECT_EQ(publish.stat("acknowledged"), 0U);
    EXPECT_EQ(publish.stat("spooled"), 10U);
    const State state = lastState(publish);
    EXPECT_EQ(state.name,
              GetParam() == 401 || GetParam() == 403 ? "unauthorized"
              : GetParam() >= 500 || GetParam() == 429 || GetParam() == 408 || GetParam() == 425
                  ? "degraded"
                  : "down");
    EXPECT_NE(state.reason.find("HTTP " + std::to_string(GetParam())), std::string::npos)
        << state.reason;
    receiver.mend();
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 10; }));
    EXPECT_EQ(withoutRepeats(receiver.ids()), ids);
    EXPECT_TRUE(comesTo(publish, "ok"));
    EXPECT_TRUE(eventually([&] { return publish.stat("spooled") == 0; }));
    EXPECT_EQ(publish.stat("rejected"), 0U);
    EXPECT_EQ(publish.stat("retries"), receiver.ids().size() - 10);
    EXPECT_TRUE(elsewhere.requests().empty()) << "a redirect is not followed";
}

INSTANTIATE_TEST_SUITE_P(Answers, WebhookTrouble,
                         testing::Values(301, 302, 303, 307, 308, 401, 403, 404, 405, 408, 425, 429,
                                         500, 502, 503, 504),
                         [](const auto &info) { return std::to_string(info.param); });

class WebhookRefusal : public testing::TestWithParam<int>
{
};

TEST_P(WebhookRefusal, ofOneEventLosesNoOther)
{
    const ScratchDirectory scratch;
    WebServer server([](const WebRequest &request) {
        return answer(idOf(request) == "run-101" ? GetParam() : 200);
    });
    Publish publish(scratch, hookAt(server.url()));
    const Texts ids = pushMany(publish, 4);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 3; }));
    EXPECT_EQ(idsOf(server.requests()), ids);
    EXPECT_EQ(publish.stat("rejected"), 1U);
    EXPECT_TRUE(comesTo(publish, "ok"));
}

INSTANTIATE_TEST_SUITE_P(Answers, WebhookRefusal, testing::Values(400, 413, 415, 422),
                         [](const auto &info) { return std::to_string(info.param); });

TEST(WebhookGone, isAskedNoMoreThanHourlyAndLosesNothing)
{
    const ScratchDirectory scratch;
    Receiver receiver(answer(410));
    Texts ids;
    {
        Publish publish(scratch, hookAt(receiver.server().url()));
        ids = pushMany(publish, 3);
        ASSERT_TRUE(comesTo(publish, "down"));
        EXPECT_NE(lastState(publish).reason.find("wants no events any more"), std::string::npos);
        // What comes later is no reason to ask again.
        publish.push({.type = "end", .eventId = "run-200"});
        ids.emplace_back("run-200");
        std::this_thread::sleep_for(1500ms);
        EXPECT_EQ(receiver.ids(), Texts{ids.front()});
        EXPECT_EQ(publish.stat("spooled"), 4U);
        EXPECT_EQ(publish.stat("rejected"), 0U);
    }
    // A new start asks at once.
    receiver.mend();
    Publish publish(scratch, hookAt(receiver.server().url()));
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 4; }));
    EXPECT_EQ(withoutRepeats(receiver.ids()), ids);
}

TEST(WebhookRetryAfter, isObeyedWhereItIsLonger)
{
    const ScratchDirectory scratch;
    Inbox<std::chrono::steady_clock::time_point> arrivals;
    WebServer server([&](const WebRequest &) {
        arrivals.put(std::chrono::steady_clock::now());
        return arrivals.all().size() == 1 ? answer(503, {{"Retry-After", "2"}}) : answer(200);
    });
    Publish publish(scratch, hookAt(server.url()));
    pushMany(publish, 2);
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }));
    const auto times = arrivals.all();
    ASSERT_EQ(times.size(), 3U);
    EXPECT_GE(times[1] - times[0], 1900ms) << "by itself it would have been 0.1 s";
}

TEST(WebhookRetryAfter, isObeyedWhereItIsShorter)
{
    const ScratchDirectory scratch;
    std::atomic<int> count{0};
    WebServer server([&](const WebRequest &) {
        return ++count == 1 ? answer(429, {{"Retry-After", "0"}}) : answer(200);
    });
    Properties properties = {
        {"uri", server.url()}, {"retry-backoff-factor", "3600"}, {"retry-backoff-max", "3600"}};
    Publish publish(scratch, properties);
    pushMany(publish, 2);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }));
}

/** Camera a is refused while an event of camera b is under way, which is then taken. */
class BusyForOneCamera
{
public:
    explicit BusyForOneCamera(const std::string &header)
        : server_([this, header](RawConnection &connection) {
              for (std::string request; !(request = connection.readRequest()).empty();) {
                  const bool isRefused = request.find("webhook-id: a-") != std::string::npos;
                  (isRefused ? refused_ : taken_).put(std::chrono::steady_clock::now());
                  if (isRefused) {
                      taken_.waitFor(1, patience);
                      connection.write(RawServer::response("503 Busy", "", header));
                  } else {
                      refused_.waitFor(1, patience);
                      connection.pause(300ms);
                      connection.write(RawServer::response("200 OK", ""));
                  }
              }
          })
    {
    }
    std::string url() const { return server_.url(); }
    /** When it was asked to take events of camera a. */
    Inbox<std::chrono::steady_clock::time_point> &refused() { return refused_; }

private:
    Inbox<std::chrono::steady_clock::time_point> refused_;
    Inbox<std::chrono::steady_clock::time_point> taken_;
    RawServer server_;
};

TEST(WebhookRetryAfter, isObeyedWhateverElseWasUnderWay)
{
    const ScratchDirectory scratch;
    BusyForOneCamera receiver("Retry-After: 2\r\n");
    Publish publish(scratch, hookAt(receiver.url()));
    publish.push({.type = "updated", .eventId = "a-1", .camera = "a"});
    for (int i = 0; i < 20; ++i)
        publish.push({.type = "updated", .eventId = "b-" + std::to_string(i), .camera = "b"});
    const auto times = receiver.refused().waitFor(2, patience);
    ASSERT_GE(times.size(), 2U);
    EXPECT_GE(times[1] - times[0], 1900ms);
}

TEST(WebhookSlow, getsEachEventOnceAndHoldsNoBufferUp)
{
    const ScratchDirectory scratch;
    WebServer server([](const WebRequest &) {
        std::this_thread::sleep_for(700ms);
        return answer(200);
    });
    Publish publish(scratch, hookAt(server.url()));
    const Texts ids = pushMany(publish, 3);
    for (int i = 0; i < 50; ++i)
        publish.pushBuffer(gst_buffer_new());
    EXPECT_LT(publish.stat("acknowledged"), 3U) << "it is still at it";
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 3; }));
    EXPECT_EQ(idsOf(server.requests()), ids);
    EXPECT_EQ(publish.stat("retries"), 0U);
}

TEST(WebhookSilent, isGivenUpAtTheDeadlineAndTriedAgain)
{
    const ScratchDirectory scratch;
    Inbox<std::string> requests;
    std::atomic<bool> talks{false};
    RawServer server([&](RawConnection &connection) {
        for (;;) {
            const std::string request = connection.readRequest();
            if (request.empty())
                return;
            requests.put(request);
            if (!talks)
                connection.hold();
            connection.write(RawServer::response("200 OK", ""));
        }
    });
    Publish publish(scratch, hookAt(server.url(), {{"timeout", "1"}}));
    pushMany(publish, 2);
    ASSERT_EQ(requests.waitFor(2, patience).size(), 2U);
    ASSERT_TRUE(comesTo(publish, "degraded"));
    EXPECT_NE(lastState(publish).reason.find("did not answer within 1000 ms"), std::string::npos)
        << lastState(publish).reason;
    EXPECT_EQ(publish.stat("spooled"), 2U);
    talks = true;
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }));
    EXPECT_TRUE(comesTo(publish, "ok"));
    for (const std::string &request : requests.all())
        EXPECT_NE(request.find("webhook-id: run-10"), std::string::npos);
}

TEST(WebhookSilent, afterItsStatusHasTakenTheEvent)
{
    const ScratchDirectory scratch;
    RawServer server([&](RawConnection &connection) {
        if (connection.readRequest().empty())
            return;
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        connection.hold();
    });
    Publish publish(scratch, hookAt(server.url(), {{"timeout", "1"}}));
    pushMany(publish, 2);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }));
    EXPECT_EQ(publish.stat("retries"), 0U);
}

TEST(WebhookTalkative, isNotReadToTheEnd)
{
    const ScratchDirectory scratch;
    std::atomic<int> count{0};
    const std::string mebibyte(std::size_t{1} << 20, 'x');
    WebServer server(
        [&](const WebRequest &) { return answer(++count == 1 ? 500 : 200, {}, mebibyte); });
    Publish publish(scratch, hookAt(server.url()));
    const Texts ids = pushMany(publish, 3);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 3; }));
    EXPECT_EQ(withoutRepeats(idsOf(server.requests())), ids);
    EXPECT_EQ(publish.stat("retries"), 1U);
    for (const auto &message : publish.told().messages("ooto-publish"))
        EXPECT_EQ(textOf(message.get(), "reason").find("xxx"), std::string::npos);
}

TEST(WebhookTalkative, withoutAnEndIsDoneAllTheSame)
{
    const ScratchDirectory scratch;
    std::atomic<std::size_t> written{0};
    RawServer server([&](RawConnection &connection) {
        if (connection.readRequest().empty())
            return;
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
        while (connection.write(chunk))
            written += chunk.size();
    });
    Publish publish(scratch, hookAt(server.url()));
    pushMany(publish, 3);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 3; }));
    EXPECT_EQ(publish.stat("retries"), 0U);
    EXPECT_LT(written, std::size_t{64} << 20) << "it is cut off";
}

TEST(WebhookAway, atFirstGetsAllOnceItIsThere)
{
    const ScratchDirectory scratch;
    const unsigned port = freePort();
    Publish publish(scratch, hookAt("http://127.0.0.1:" + std::to_string(port) + "/hook"));
    const Texts ids = pushMany(publish, 20);
    ASSERT_TRUE(comesTo(publish, "down"));
    EXPECT_NE(lastState(publish).reason.find("refuses connections"), std::string::npos);
    EXPECT_EQ(publish.stat("spooled"), 20U);
    Inbox<std::string> requests;
    const RawServer server(
        [&](RawConnection &connection) {
            for (std::string request; !(request = connection.readRequest()).empty();) {
                requests.put(request);
                connection.write(RawServer::response("200 OK", ""));
            }
        },
        port);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 20; }));
    EXPECT_TRUE(comesTo(publish, "ok"));
    const auto all = requests.all();
    ASSERT_EQ(all.size(), 20U);
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_NE(all[i].find("webhook-id: " + ids[i] + "\r\n"), std::string::npos) << all[i];
}

TEST(WebhookAtRandom, losesNothingAndKeepsTheOrderOfEachCamera)
{
    const ScratchDirectory scratch;
    constexpr int cameras = 6;
    constexpr int each = 40;
    Inbox<std::string> taken; ///< ids, as they were answered by 2xx
    std::mt19937 random(12);
    RawServer server([&](RawConnection &connection) {
        static std::mutex guard;
        for (std::string request; !(request = connection.readRequest()).empty();) {
            const std::size_t at = request.find("webhook-id: ") + 12;
            const std::string id = request.substr(at, request.find('\r', at) - at);
            unsigned mood = 0;
            {
                const std::lock_guard lock(guard);
                mood = static_cast<unsigned>(random() % 8);
            }
            if (mood == 0)
                return; // without an answer
            if (mood == 1) {
                connection.write(RawServer::response("503 Busy", "later"));
                continue;
            }
            if (mood == 2) {
                connection.write("HTTP/1.1 5"); // and no more
                return;
            }
            taken.put(id);
            if (mood == 3)
                return connection.reset(); // taken, and nobody hears of it
            connection.write(RawServer::response("200 OK", "{}"));
        }
    });
    Publish publish(scratch, hookAt(server.url(), {{"retry-backoff-max", "0.05"}}));
    std::map<std::string, Texts> expected;
    for (int i = 0; i < cameras * each; ++i) {
        const std::string camera = "camera" + std::to_string(i % cameras);
        const std::string id = camera + "-" + std::to_string(1000 + i);
        expected[camera].push_back(id);
        publish.push({.type = "updated", .eventId = id, .camera = camera});
    }
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == cameras * each; }));
    std::map<std::string, Texts> came;
    std::set<std::string> known;
    for (const std::string &id : taken.all()) {
        if (known.insert(id).second)
            came[id.substr(0, id.find('-'))].push_back(id);
    }
    EXPECT_EQ(came, expected) << "each at least once, and first in its turn";
    EXPECT_EQ(publish.stat("rejected") + publish.stat("dropped"), 0U);
}
