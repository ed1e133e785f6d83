// SPDX-License-Identifier: LGPL-2.1-or-later
// A dead, slow or lying service: the video flows, faces stay pending, and people are told why.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

const Portrait hopper{photos::hopperFile, 120, 40, 400};

class Trouble : public testing::Test
{
protected:
    void start(const std::string &more = "")
    {
        identify = std::make_unique<Identify>(service.properties() + " detector=cascade " + more);
        scene = makeScene(identify->info(), {hopper});
    }
    void TearDown() override
    {
        identify.reset();
        gst_clear_buffer(&scene);
    }

    bool playUntil(const std::function<bool()> &condition, std::chrono::milliseconds longest = 20s)
    {
        return identify->pushUntil(
            scene, [&](GstBuffer *) { return condition(); }, longest);
    }

    /** Plays until the service's condition was reported as this. */
    bool reported(const std::string &state)
    {
        return playUntil([&] { return !states().empty() && states().back() == state; });
    }

    std::vector<std::string> states()
    {
        std::vector<std::string> all;
        for (const auto &message : identify->messages("ooto-service"))
            all.push_back(stringField(message.get(), "state"));
        return all;
    }

    long complaintsOf(const char *what)
    {
        const auto all = identify->complaints();
        return std::count_if(all.begin(), all.end(), [what](const std::string &text) {
            return text.find(what) != std::string::npos;
        });
    }

    bool complained(const char *what)
    {
        return playUntil([&] { return complaintsOf(what) > 0; });
    }

    std::string lastReason()
    {
        const auto messages = identify->messages("ooto-service");
        return messages.empty() ? "" : stringField(messages.back().get(), "reason");
    }

    void expectFlowingAndPending(const char *reason)
    {
        GstClockTime next = identify->now();
        const GstClockTime end = next + 2 * GST_SECOND;
        bool pending = false;
        EXPECT_TRUE(identify->pushUntil(scene, [&](GstBuffer *buffer) {
            EXPECT_EQ(GST_BUFFER_PTS(buffer), next);
            next += 40 * GST_MSECOND;
            for (const ReadFace &face : readFaces(buffer))
                pending = pending || (face.status == "pending" && face.reason == reason);
            return next >= end;
        }));
        EXPECT_TRUE(pending) << reason;
    }

    void expectErrors(const char *kind)
    {
        GstStructure *stats = nullptr;
        g_object_get(identify->element(), "stats", &stats, nullptr);
        const GValue *errors = gst_structure_get_value(stats, "errors");
        guint64 count = 0;
        EXPECT_TRUE(gst_structure_get_uint64(gst_value_get_structure(errors), kind, &count))
            << kind;
        EXPECT_GE(count, 1U) << kind;
        gst_structure_free(stats);
    }

    Service service{true};
    std::unique_ptr<Identify> identify;
    GstBuffer *scene = nullptr;
};

struct Lie {
    const char *name;
    server::BodyTrouble body;
};

} // namespace

TEST_F(Trouble, nobodyListensAndThenSomebodyDoes)
{
    service.stop();
    start("retry-backoff-max=2");
    EXPECT_TRUE(reported("down"));
    EXPECT_EQ(states(), (std::vector<std::string>{"degraded", "down"}));
    EXPECT_NE(lastReason().find("refuses connections"), std::string::npos) << lastReason();
    expectFlowingAndPending("service");
    expectErrors("unreachable");
    service.restart();
    EXPECT_TRUE(reported("ok"));
    EXPECT_TRUE(playUntil([&] { return identify->stat("matches") == 1; }));
    EXPECT_EQ(states(), (std::vector<std::string>{"degraded", "down", "ok"}));
}

TEST_F(Trouble, thatAllIsWellIsToldOnceWithTheFirstAnswer)
{
    server::Trouble slow;
    slow.delay = 300ms;
    service->setTrouble(slow);
    start("relink-time=0");
    EXPECT_TRUE(playUntil([&] { return !service->requests().empty(); }));
    EXPECT_TRUE(states().empty()) << "nobody knows yet";
    EXPECT_TRUE(reported("ok"));
    EXPECT_TRUE(playUntil([&] { return identify->stat("matches") == 1; }));
    const auto messages = identify->messages("ooto-service");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_FALSE(gst_structure_has_field(messages[0].get(), "reason"));
    EXPECT_GT(stringField(messages[0].get(), "since"), "2025");
    // The next change is another message.
    service.stop();
    GstBuffer *empty = makeScene(identify->info(), {});
    EXPECT_TRUE(identify->pushUntil(empty, [&](GstBuffer *) {
        return stringField(identify->messages("ooto-face").back().get(), "type") == "end";
    }));
    gst_buffer_unref(empty);
    EXPECT_TRUE(reported("degraded"));
    EXPECT_EQ(states(), (std::vector<std::string>{"ok", "degraded"}));
}

TEST_F(Trouble, aServiceThatRefusesAPhotoIsWell)
{
    server::Trouble trouble;
    trouble.status = 400;
    service->setTrouble(trouble);
    start();
    EXPECT_TRUE(reported("ok"));
    EXPECT_EQ(states(), std::vector<std::string>{"ok"});
}

TEST_F(Trouble, aWrongKeyIsReportedOnceAndARightOneEndsIt)
{
    start(std::string("app-key=wrong"));
    EXPECT_TRUE(reported("unauthorized"));
    EXPECT_NE(lastReason().find("app-key"), std::string::npos) << lastReason();
    expectFlowingAndPending("unauthorized");
    EXPECT_EQ(states().size(), 1U);
    EXPECT_EQ(service->requests().size(), 1U) << "not asked again for nothing";
    ASSERT_EQ(identify->complaints().size(), 1U);
    g_object_set(identify->element(), "app-key", Service::key, nullptr);
    EXPECT_TRUE(reported("ok"));
}

TEST_F(Trouble, aRotatedKeyInTheFileIsPickedUp)
{
    const std::string folder = makeFolder();
    const std::string file = writeCredentials(folder, "tester", "old-key");
    start("credentials-file=" + file);
    EXPECT_TRUE(reported("unauthorized"));
    writeCredentials(folder, "tester", Service::key);
    EXPECT_TRUE(reported("ok"));
    removeFolder(folder);
}

TEST_F(Trouble, aRotatedFileThatCannotBeUsedIsToldOnce)
{
    const std::string folder = makeFolder();
    const std::string file = writeCredentials(folder, "tester", "old-key");
    start("credentials-file=" + file);
    EXPECT_TRUE(reported("unauthorized"));
    // At no moment is the new key there for the element alone to read.
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    std::ofstream(file) << "[ooto]\napp-id=tester\napp-key=" << Service::key << "\n";
    EXPECT_TRUE(complained("chmod o-rwx"));
    playUntil([] { return false; }, 3s);
    EXPECT_EQ(complaintsOf("chmod o-rwx"), 1);
    EXPECT_EQ(states(), std::vector<std::string>{"unauthorized"});
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    EXPECT_TRUE(reported("ok"));
    removeFolder(folder);
}

TEST_F(Trouble, aKeyThatCannotBeSentIsTold)
{
    start();
    EXPECT_TRUE(playUntil([&] { return identify->stat("matches") == 1; }));
    g_object_set(identify->element(), "app-key", "two\nlines", nullptr);
    EXPECT_TRUE(complained("app-key"));
}

TEST_F(Trouble, theSameKeySetAgainIsTriedAtOnce)
{
    server::Trouble trouble;
    trouble.status = 401;
    trouble.onlyFirst = 1;
    service->setTrouble(trouble);
    start();
    g_object_set(identify->element(), "app-key", Service::key, nullptr);
    EXPECT_TRUE(reported("unauthorized"));
    playUntil([] { return false; }, 1s);
    EXPECT_EQ(service->requests().size(), 1U);
    g_object_set(identify->element(), "app-key", Service::key, nullptr);
    EXPECT_TRUE(reported("ok"));
    EXPECT_EQ(states(), (std::vector<std::string>{"unauthorized", "ok"}));
}

TEST_F(Trouble, aServerThatLiesIsNoAnswer)
{
    const Lie lies[] = {{"html", server::BodyTrouble::Html},
                        {"empty", server::BodyTrouble::Empty},
                        {"malformed", server::BodyTrouble::Malformed},
                        {"deep", server::BodyTrouble::Deep},
                        {"huge", server::BodyTrouble::Huge}};
    for (const Lie &lie : lies) {
        SCOPED_TRACE(lie.name);
        server::Trouble trouble;
        trouble.body = lie.body;
        service->setTrouble(trouble);
        start();
        EXPECT_TRUE(playUntil([&] { return !states().empty(); }));
        // Each was probably billed: one further try, then none for a minute.
        EXPECT_TRUE(playUntil([&] { return service->requests().size() == 2; }));
        expectFlowingAndPending("service");
        expectErrors("no-answer");
        EXPECT_EQ(service->requests().size(), 2U);
        TearDown();
        service.restart();
    }
}

TEST_F(Trouble, aServerThatLiedIsAskedAgainAfterAMinuteAndIsWellThen)
{
    server::Trouble trouble;
    trouble.body = server::BodyTrouble::Html;
    trouble.onlyFirst = 2;
    service->setTrouble(trouble);
    start();
    EXPECT_TRUE(playUntil([&] { return service->requests().size() == 2; }));
    const GstClockTime second = identify->now();
    EXPECT_TRUE(playUntil(
        [&] {
            // Each frame is a sample, so that the minute is over soon.
            identify->skipTo(identify->now() + 160 * GST_MSECOND);
            return identify->stat("matches") == 1;
        },
        60s));
    EXPECT_GE(identify->now() - second, 59 * GST_SECOND);
    EXPECT_TRUE(reported("ok"));
}

TEST_F(Trouble, aFaceThatWaitsIsAskedAboutSoonAfterAnOutage)
{
    service.stop();
    start();
    // As a camera gives them: pauses are by the stream's time and by the machine's.
    const auto playInRealTime = [&](const std::function<bool()> &condition,
                                    std::chrono::milliseconds longest) {
        return playUntil(
            [&] {
                std::this_thread::sleep_for(32ms);
                return condition();
            },
            longest);
    };
    ASSERT_TRUE(playInRealTime([&] { return !states().empty(); }, 10s));
    const auto begin = std::chrono::steady_clock::now();
    constexpr auto outage = 4s;
    playInRealTime([] { return false; }, outage);
    service.restart();
    EXPECT_TRUE(playInRealTime([&] { return !service->requests().empty(); }, 30s));
    EXPECT_LE(std::chrono::steady_clock::now() - begin, 2 * outage + 1s);
}

TEST_F(Trouble, waitsAsLongAsTheServerAsksInBothForms)
{
    const std::time_t then = std::time(nullptr) + 4;
    char date[64];
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&then));
    for (const std::string &after : {std::string(date), std::string("3")}) {
        SCOPED_TRACE(after);
        server::Trouble trouble;
        trouble.status = 503;
        trouble.retryAfter = after;
        trouble.onlyFirst = 1;
        service->setTrouble(trouble);
        start();
        EXPECT_TRUE(reported("degraded"));
        playUntil([] { return false; }, 1s);
        EXPECT_EQ(service->requests().size(), 1U) << "without it half a second at most";
        EXPECT_TRUE(playUntil([&] { return identify->stat("matches") == 1; }));
        TearDown();
        service.restart();
    }
}

TEST_F(Trouble, whatOnlyPeopleCanMendIsToldOnceAndTriedRarely)
{
    const std::pair<unsigned, const char *> refusals[] = {
        {403, "unauthorized"}, {404, "down"}, {405, "down"}, {302, "down"}};
    for (const auto &[status, state] : refusals) {
        SCOPED_TRACE(status);
        service->setScript([status = status](const server::ReceivedRequest &) {
            server::Reply reply;
            reply.status = status;
            if (status == 302)
                reply.header.emplace_back("Location", "http://elsewhere.example/identify");
            return reply;
        });
        start();
        EXPECT_TRUE(reported(state));
        playUntil([] { return false; }, 1s);
        EXPECT_EQ(service->requests().size(), 1U);
        EXPECT_EQ(states(), std::vector<std::string>{state});
        if (status == 302) {
            EXPECT_NE(lastReason().find("elsewhere.example"), std::string::npos) << lastReason();
        }
        TearDown();
        service.restart();
    }
}

TEST_F(Trouble, droppedAndTruncatedAnswersAreConnectionTrouble)
{
    for (const bool drop : {true, false}) {
        server::Trouble trouble;
        trouble.drop = drop;
        trouble.body = drop ? server::BodyTrouble::None : server::BodyTrouble::Truncated;
        service->setTrouble(trouble);
        start();
        EXPECT_TRUE(playUntil([&] { return !states().empty(); }));
        expectFlowingAndPending("service");
        expectErrors("unreachable");
        TearDown();
        service.restart();
    }
}

TEST_F(Trouble, aSlowServerIsGivenUpAfterTheTimeout)
{
    server::Trouble trouble;
    trouble.delay = 60s;
    service->setTrouble(trouble);
    start("timeout=1");
    EXPECT_TRUE(playUntil([&] { return !states().empty(); }));
    expectFlowingAndPending("service");
    expectErrors("timeout");
}

TEST_F(Trouble, aTricklingServerIsGivenUpAfterTheTimeoutToo)
{
    server::Trouble trouble;
    trouble.trickle = true;
    service->setTrouble(trouble);
    start("timeout=1");
    EXPECT_TRUE(playUntil([&] { return !states().empty(); }));
    expectErrors("timeout");
}

TEST_F(Trouble, serverErrorsAndRateLimitsAreWaitedOut)
{
    for (const unsigned status : {429U, 500U, 503U}) {
        server::Trouble trouble;
        trouble.status = status;
        trouble.onlyFirst = 1;
        service->setTrouble(trouble);
        start();
        EXPECT_TRUE(playUntil([&] { return identify->stat("matches") == 1; })) << status;
        EXPECT_TRUE(playUntil([&] { return states().size() >= 2; })) << status;
        EXPECT_EQ(states(), (std::vector<std::string>{"degraded", "ok"})) << status;
        TearDown();
    }
}

TEST_F(Trouble, aPhotoThatIsTooLargeGoesSmaller)
{
    server::Trouble trouble;
    trouble.status = 413;
    trouble.onlyFirst = 1;
    service->setTrouble(trouble);
    start();
    EXPECT_TRUE(playUntil([&] { return service->requests().size() == 2; }));
    const auto requests = service->requests();
    EXPECT_LT(requests[1].photoWidth, requests[0].photoWidth * 0.7);
    EXPECT_TRUE(playUntil([&] { return !states().empty(); }));
    EXPECT_EQ(states(), std::vector<std::string>{"ok"}) << "that is no trouble of the service";
}

TEST_F(Trouble, aWrongEndpointSaysSo)
{
    server::Trouble trouble;
    trouble.status = 404;
    service->setTrouble(trouble);
    start();
    EXPECT_TRUE(reported("down"));
    EXPECT_NE(lastReason().find("endpoint"), std::string::npos) << lastReason();
    expectFlowingAndPending("service");
}

TEST_F(Trouble, asksForOneFaceOneAtATimeAndNoMoreThanMaxInFlightInAll)
{
    server::Trouble trouble;
    trouble.delay = 700ms;
    service->setTrouble(trouble);
    start();
    EXPECT_TRUE(playUntil([&] { return identify->stat("matches") == 1; }));
    EXPECT_EQ(service->requests().size(), 1U);
}

TEST_F(Trouble, tellsTheReaderOfBuffersInACorner)
{
    service.stop();
    start();
    EXPECT_TRUE(identify->pushUntil(
        scene,
        [](GstBuffer *buffer) {
            const GstStructure *meta =
                gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer, "OotoFaces"));
            return stringField(meta, "service-state") == "down" &&
                   !stringField(meta, "service-reason").empty();
        },
        20s));
}

TEST_F(Trouble, aKeyThatTheServerRepeatsIsNotToldFurther)
{
    // As it is, in JSON's escapes, and as a host.
    std::string escaped;
    for (const char *c = Service::key; *c; ++c) {
        char code[8];
        g_snprintf(code, sizeof code, "\\u%04x", *c);
        escaped += code;
    }
    const std::string key = Service::key;
    const std::vector<std::pair<unsigned, std::string>> replies = {
        {200, R"({"result":{"search":{"templateId":"x )" + key + R"(","similarity":0.9}}})"},
        {200, R"({"transactionId":")" + escaped + R"(","result":{"search":null}})"},
        {401, R"({"result":{"code":7,"info":"bad key )" + escaped + R"("}})"},
        {400, R"({"result":{"code":4,"info":")" + key + R"("}})"},
        {302, ""}};
    for (const auto &[status, body] : replies) {
        SCOPED_TRACE(status);
        service->setScript([status = status, body = body, key](const server::ReceivedRequest &) {
            server::Reply reply;
            reply.status = status;
            reply.body = body;
            if (status == 302)
                reply.header.emplace_back("Location", "http://" + key + "/identify");
            return reply;
        });
        start();
        EXPECT_TRUE(playUntil(
            [&] { return identify->messages("ooto-face").size() > 1 || !states().empty(); }));
        for (const char *name : {"ooto-face", "ooto-service"}) {
            for (const auto &message : identify->messages(name)) {
                gchar *text = gst_structure_to_string(message.get());
                EXPECT_EQ(std::string(text).find(key), std::string::npos) << text;
                g_free(text);
            }
        }
        TearDown();
        service.restart();
    }
}

TEST_F(Trouble, dryRunSendsNothing)
{
    start("dry-run=true");
    expectFlowingAndPending("dry-run");
    EXPECT_TRUE(service->requests().empty());
}
