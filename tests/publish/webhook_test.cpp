// SPDX-License-Identifier: LGPL-2.1-or-later
// From events in a stream to a web server, through the element.
#include "metadata/picture.h"
#include "publish/gstootopublish.h"
#include "support/scratch_directory.h"
#include "support/web_server.h"

#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;

WebResponse answer(int status, std::string body = {},
                   std::map<std::string, std::string> headers = {})
{
    return {.status = status, .body = std::move(body), .headers = std::move(headers)};
}

bool comesTrue(const std::function<bool()> &condition)
{
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

/** ootopublish, to which events are given. */
class Element
{
public:
    explicit Element(const std::string &properties)
    {
        static const bool registered = GST_ELEMENT_REGISTER(ootopublish, nullptr) != FALSE;
        static_cast<void>(registered);
        const std::string line = "ootopublish retry-backoff-factor=0.02 retry-backoff-max=0.1 "
                                 "spool=" +
                                 (scratch_ / "spool") + " photo-dir=" + (scratch_ / "photos") +
                                 " " + properties;
        harness_ = gst_harness_new_parse(line.c_str());
        gst_harness_set_src_caps_str(harness_, "video/x-raw,format=I420,width=64,height=48");
    }
    Element(const Element &) = delete;
    Element &operator=(const Element &) = delete;
    ~Element() { gst_harness_teardown(harness_); }

    void push(const std::string &eventId, const std::string &camera = "door",
              const metadata::Picture &photo = {})
    {
        GstStructure *face = gst_structure_new(
            "ooto-face", "type", G_TYPE_STRING, "answered", "event-id", G_TYPE_STRING,
            eventId.c_str(), "camera", G_TYPE_STRING, camera.c_str(), "track-id", G_TYPE_UINT64,
            guint64{1}, "visit-id", G_TYPE_STRING, "visit", "status", G_TYPE_STRING, "unknown",
            "json", G_TYPE_STRING,
            (R"({"event-id":")" + eventId + R"(","camera":")" + camera + "\"}").c_str(), nullptr);
        metadata::setPicture(face, "photo", photo);
        gst_harness_push_event(harness_, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, face));
    }

private:
    ScratchDirectory scratch_;
    GstHarness *harness_ = nullptr;
};

std::string uri(const WebServer &server)
{
    return "uri=" + server.url();
}

std::vector<std::string> idsOf(const std::vector<WebRequest> &requests)
{
    std::vector<std::string> ids;
    for (const WebRequest &request : requests) {
        const auto id = request.headers.find("webhook-id");
        ids.push_back(id == request.headers.end() ? "" : id->second);
    }
    return ids;
}

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

TEST(Webhook, getsEachEventOnceAndInOrder)
{
    WebServer server([](const WebRequest &) { return answer(200); });
    Element element(uri(server));
    std::vector<std::string> expected;
    for (int i = 0; i < 20; ++i) {
        expected.push_back("e-" + std::to_string(i));
        element.push(expected.back());
    }
    EXPECT_TRUE(comesTrue([&] { return server.requests().size() >= 20; }));
    const auto requests = server.requests();
    EXPECT_EQ(idsOf(requests), expected);
    EXPECT_EQ(requests.front().method, "POST");
    EXPECT_TRUE(has(requests.front().body, R"("event-id":"e-0")")) << requests.front().body;
}

TEST(Webhook, triesAgainWhatMayWorkLater)
{
    for (const int status : {500, 503, 429, 408, 302, 404, 405, 401, 403}) {
        SCOPED_TRACE(status);
        std::atomic<int> count{0};
        WebServer server([&](const WebRequest &) {
            return ++count == 1 ? answer(status, "", {{"Location", "http://127.0.0.1:9/"}})
                                : answer(200);
        });
        Element element(uri(server));
        element.push("first");
        element.push("second");
        // Some of these wait for longer than a test may: the first answer is sure.
        ASSERT_TRUE(comesTrue([&] { return !server.requests().empty(); }));
        if (status >= 500 || status == 429 || status == 408) {
            EXPECT_TRUE(comesTrue([&] { return server.requests().size() >= 3; }));
            EXPECT_EQ(idsOf(server.requests()),
                      (std::vector<std::string>{"first", "first", "second"}));
        } else {
            std::this_thread::sleep_for(100ms);
            const auto ids = idsOf(server.requests());
            ASSERT_GE(ids.size(), 1U);
            if (ids.size() > 1) {
                EXPECT_EQ(ids[1], "first") << "nothing is skipped";
            }
        }
    }
}

TEST(Webhook, dropsWhatIsNeverTaken)
{
    WebServer server(
        [](const WebRequest &request) { return answer(has(request.body, "\"bad\"") ? 400 : 200); });
    Element element(uri(server));
    element.push("bad");
    element.push("good");
    EXPECT_TRUE(comesTrue([&] { return server.requests().size() >= 2; }));
    EXPECT_EQ(idsOf(server.requests()), (std::vector<std::string>{"bad", "good"}));
}

TEST(Webhook, takesNewCredentialsFromTheFile)
{
    const ScratchDirectory scratch;
    const std::string file = scratch / "credentials";
    const auto write = [&](const std::string &token) {
        std::ofstream(file) << "[publish]\ntoken=" << token << "\n";
        ::chmod(file.c_str(), 0600);
    };
    write("old");
    WebServer server([](const WebRequest &request) {
        const auto given = request.headers.find("Authorization");
        const bool good = given != request.headers.end() && given->second == "Bearer newer";
        return answer(good ? 200 : 401);
    });
    Element element(uri(server) + " credentials-file=" + file);
    element.push("e");
    ASSERT_TRUE(comesTrue([&] { return !server.requests().empty(); }));
    EXPECT_EQ(server.requests().front().headers.at("Authorization"), "Bearer old");
    write("newer");
    EXPECT_TRUE(comesTrue([&] {
        const auto requests = server.requests();
        return std::any_of(requests.begin(), requests.end(), [](const WebRequest &request) {
            return request.headers.at("Authorization") == "Bearer newer";
        });
    }));
}

TEST(Webhook, keepsOrderWithinEachCamera)
{
    WebServer server([](const WebRequest &) { return answer(200); });
    Element element(uri(server));
    for (int i = 0; i < 60; ++i)
        element.push("e-" + std::to_string(100 + i), "camera-" + std::to_string(i % 3));
    EXPECT_TRUE(comesTrue([&] { return server.requests().size() >= 60; }));
    std::map<std::string, std::vector<std::string>> byCamera;
    for (const WebRequest &request : server.requests()) {
        const std::size_t at = request.body.find("camera-");
        ASSERT_NE(at, std::string::npos);
        byCamera[request.body.substr(at, 8)].push_back(request.headers.at("webhook-id"));
    }
    ASSERT_EQ(byCamera.size(), 3U);
    for (const auto &[camera, ids] : byCamera) {
        EXPECT_EQ(ids.size(), 20U);
        EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << camera;
    }
}

TEST(Webhook, carriesThePhotoAsItIs)
{
    WebServer server([](const WebRequest &) { return answer(200); });
    Element element(uri(server) + " photos=message");
    const std::string bytes = "\xff\xd8PHOTO\r\n--x\xff\xd9";
    element.push(
        "e", "door",
        {.bytes = std::make_shared<const std::vector<std::uint8_t>>(bytes.begin(), bytes.end())});
    ASSERT_TRUE(comesTrue([&] { return !server.requests().empty(); }));
    const WebRequest request = server.requests().front();
    EXPECT_TRUE(request.headers.at("Content-Type").starts_with("multipart/"));
    EXPECT_TRUE(has(request.body, bytes));
    EXPECT_TRUE(has(request.body, "image/jpeg"));
    EXPECT_TRUE(has(request.body, R"("event-id":"e")"));
}

TEST(Webhook, saysHowLongAnEventWaited)
{
    std::atomic<bool> well{false};
    WebServer server([&](const WebRequest &) { return answer(well ? 200 : 500); });
    Element element(uri(server));
    element.push("e");
    ASSERT_TRUE(comesTrue([&] { return !server.requests().empty(); }));
    EXPECT_FALSE(has(server.requests().front().body, "delayed-ms"));
    std::this_thread::sleep_for(2200ms);
    well = true;
    EXPECT_TRUE(comesTrue([&] { return has(server.requests().back().body, "delayed-ms"); }));
}

TEST(Webhook, readsNoMoreOfAnAnswerThanItNeeds)
{
    WebServer server(
        [](const WebRequest &) { return answer(200, std::string(std::size_t{1} << 20, 'x')); });
    Element element(uri(server));
    element.push("a");
    element.push("b");
    EXPECT_TRUE(comesTrue([&] { return server.requests().size() >= 2; }));
    EXPECT_EQ(idsOf(server.requests()), (std::vector<std::string>{"a", "b"}));
}

} // namespace
} // namespace ooto::test
