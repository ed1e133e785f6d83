// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests what ootoidentify asks and tells over whole visits: best shots, relinks, labels,
// backpressure and stillness.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>

using namespace ooto;
using namespace ooto::test;

namespace
{

class Visits : public testing::Test
{
protected:
    void start(const std::string &properties = {})
    {
        identify =
            std::make_unique<Identify>(service.properties() + " detector=cascade " + properties);
        if (!grace) {
            grace = makeScene(identify->info(), {{photos::hopperFile, 100, 40, 400}});
            empty = makeScene(identify->info(), {});
        }
    }

    ~Visits() override
    {
        identify.reset();
        for (GstBuffer *buffer : {grace, empty}) {
            if (buffer)
                gst_buffer_unref(buffer);
        }
    }

    /** Pushes the frame for so much stream time. */
    void show(GstBuffer *frame, double seconds)
    {
        for (int i = 0; i < seconds * 25; ++i)
            gst_buffer_unref(identify->push(gst_buffer_ref(frame)));
    }

    /** Every request gets this answer. */
    void always(unsigned status, const std::string &json)
    {
        service->setScript([=](const server::ReceivedRequest &) -> std::optional<server::Reply> {
            return server::Reply{status, 0, json, "application/json", {}};
        });
    }

    /** Widths of the photos so far, px; no two photos are the same bytes. */
    std::vector<int> photoWidths()
    {
        std::vector<int> widths;
        std::set<std::vector<std::uint8_t>> photos;
        for (const server::ReceivedRequest &request : service->requests()) {
            widths.push_back(request.photoWidth);
            photos.insert(request.part("photo")->bytes);
        }
        EXPECT_EQ(photos.size(), widths.size());
        return widths;
    }

    std::vector<std::string> told(const char *type)
    {
        std::vector<std::string> jsons;
        for (const StructurePtr &message : identify->messages("ooto-face")) {
            if (stringField(message.get(), "type") == type)
                jsons.push_back(stringField(message.get(), "json"));
        }
        return jsons;
    }

    std::vector<std::string> fieldOf(const char *type, const char *field)
    {
        std::vector<std::string> values;
        for (const StructurePtr &message : identify->messages("ooto-face")) {
            if (stringField(message.get(), "type") == type)
                values.push_back(stringField(message.get(), field));
        }
        return values;
    }

    Service service{true};
    std::unique_ptr<Identify> identify;
    GstBuffer *grace = nullptr;
    GstBuffer *empty = nullptr;
};

} // namespace

TEST_F(Visits, whoLooksAwayAndComesBackKeepsNameAndVisitWithoutACall)
{
    start("backpressure=true");
    show(grace, 3);
    show(empty, 4);
    show(grace, 3);
    EXPECT_EQ(service->requests().size(), 1U);
    EXPECT_EQ(fieldOf("new", "visit-id").size(), 2U);
    EXPECT_EQ(fieldOf("new", "visit-id")[0], fieldOf("new", "visit-id")[1]);
    const auto updated = fieldOf("updated", "status");
    ASSERT_EQ(updated.size(), 1U);
    EXPECT_EQ(updated[0], "identified");
    EXPECT_EQ(identify->stat("visits"), 1U);
}

TEST_F(Visits, whoComesBackLaterIsTheSameVisitAfterASecondCall)
{
    start("backpressure=true relink-time=0");
    show(grace, 3);
    show(empty, 10);
    show(grace, 3);
    EXPECT_EQ(service->requests().size(), 2U);
    const auto visits = fieldOf("answered", "visit-id");
    ASSERT_EQ(visits.size(), 2U);
    EXPECT_EQ(visits[0], visits[1]);
    EXPECT_EQ(identify->stat("visits"), 1U);
}

TEST_F(Visits, afterTheVisitTimeoutItIsAnotherVisit)
{
    start("backpressure=true relink-time=0 visit-timeout=5");
    show(grace, 3);
    show(empty, 10);
    show(grace, 3);
    const auto visits = fieldOf("answered", "visit-id");
    ASSERT_EQ(visits.size(), 2U);
    EXPECT_NE(visits[0], visits[1]);
    EXPECT_EQ(identify->stat("visits"), 2U);
}

TEST_F(Visits, withBackpressureNothingIsSkippedAndARunIsRepeatable)
{
    std::vector<std::vector<std::string>> runs;
    for (int run = 0; run < 2; ++run) {
        identify.reset();
        start("backpressure=true camera=door");
        show(grace, 3);
        show(empty, 8);
        show(grace, 1);
        EXPECT_EQ(identify->stat("samples-skipped"), 0U);
        EXPECT_EQ(identify->stat("in-flight"), 0U);
        std::vector<std::string> jsons;
        for (const char *type : {"new", "answered", "updated", "end"}) {
            for (std::string json : told(type)) {
                // Times of day, numbers that are given once, and the server's own aside.
                for (const char *field :
                     {"\"wall-clock\"", "\"asked-wall-clock\"", "\"last-seen-wall-clock\"",
                      "\"received\"", "\"since\"", "\"age-ms\"", "\"event-id\"", "\"sequence\"",
                      "\"track-id\"", "\"roi-id\"", "\"visit-id\"", "\"transaction-id\""}) {
                    const auto begin = json.find(field);
                    if (begin != std::string::npos)
                        json.erase(begin, json.find(',', begin) - begin);
                }
                jsons.push_back(json);
            }
        }
        EXPECT_GE(jsons.size(), 5U);
        runs.push_back(jsons);
    }
    EXPECT_EQ(runs[0], runs[1]);
}

TEST_F(Visits, withBackpressureTheFrameThatWasAskedAboutCarriesTheAnswer)
{
    server::Trouble slow;
    slow.delay = std::chrono::milliseconds(300);
    service->setTrouble(slow);
    start("backpressure=true");
    for (int i = 0; i < 50; ++i) {
        GstBuffer *out = identify->push(gst_buffer_ref(grace));
        const bool answered = hasStatus(out, "identified");
        EXPECT_EQ(answered, !service->requests().empty());
        gst_buffer_unref(out);
    }
    EXPECT_EQ(service->requests().size(), 1U);
}

TEST_F(Visits, withBackpressureAStopDoesNotWaitForTheService)
{
    server::Trouble slow;
    slow.delay = std::chrono::seconds(8);
    service->setTrouble(slow);
    start("backpressure=true timeout=30");
    std::thread pusher([&] {
        for (int i = 0; i < 100; ++i)
            if (gst_harness_push(identify->harness(), gst_buffer_copy(grace)) != GST_FLOW_OK)
                break;
    });
    EXPECT_TRUE(service->waitForRequests(1, std::chrono::seconds(10)));
    const auto begin = std::chrono::steady_clock::now();
    gst_element_set_state(identify->element(), GST_STATE_NULL);
    pusher.join();
    // Far less than the service takes; the rest is the machine's business.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(Visits, aPoorFaceIsNotAskedAboutAndSaysWhy)
{
    start("backpressure=true min-quality=1");
    show(grace, 3);
    show(empty, 4);
    EXPECT_TRUE(service->requests().empty());
    const auto reasons = fieldOf("end", "reason");
    ASSERT_EQ(reasons.size(), 1U);
    EXPECT_FALSE(reasons[0].empty());
    EXPECT_NE(told("end")[0].find("\"sharpness\""), std::string::npos);
}

TEST_F(Visits, afterNoFaceThePhotoIsWiderAndAfterTwoTheFaceIsLeftAlone)
{
    always(400, R"({"result":{"status":"error","code":5,"info":"can not detect face"}})");
    start("backpressure=true");
    show(grace, 6);
    const auto widths = photoWidths();
    ASSERT_EQ(widths.size(), 2U);
    EXPECT_GT(widths[1], widths[0] * 5 / 4);
    EXPECT_TRUE(told("end").empty());
}

TEST_F(Visits, afterSeveralFacesThePhotoIsTighter)
{
    always(400, R"({"result":{"status":"error","code":6,"info":"more than one face"}})");
    start("backpressure=true");
    show(grace, 6);
    const auto widths = photoWidths();
    ASSERT_GE(widths.size(), 2U);
    EXPECT_LT(widths[1], widths[0] * 4 / 5);
    EXPECT_LE(widths.size(), 3U);
}

TEST_F(Visits, afterTooSmallAClearlyLargerFaceIsWaitedFor)
{
    always(400, R"({"result":{"status":"error","code":9,"info":"probably it is too small"}})");
    start("backpressure=true min-quality=0.1");
    GstBuffer *small = makeScene(identify->info(), {{photos::hopperFile, 100, 40, 240}});
    show(small, 6);
    EXPECT_EQ(photoWidths().size(), 1U);
    // Nobody grows at once: the track goes on.
    for (int size = 250; size <= 400; size += 10) {
        GstBuffer *larger = makeScene(
            identify->info(), {{photos::hopperFile, 220 - size / 2, 160 - size * 9 / 25, size}});
        show(larger, 0.4);
        gst_buffer_unref(larger);
    }
    gst_buffer_unref(small);
    const auto widths = photoWidths();
    ASSERT_GE(widths.size(), 2U);
    EXPECT_GT(widths[1], widths[0] * 6 / 5);
}

TEST_F(Visits, whoIsNotLiveGetsASecondOpinionBeforeHeIsASpoof)
{
    always(200, R"({"result":{"search":{"templateId":"she","similarity":0.9},
        "liveness":{"score":0.2,"fine":false}}})");
    start("backpressure=true check-liveness=true");
    show(grace, 6);
    EXPECT_EQ(photoWidths().size(), 2U);
    EXPECT_EQ(fieldOf("answered", "status"), (std::vector<std::string>{"pending", "spoof"}));
}

TEST_F(Visits, aFaceThatNobodyKnowsIsAskedAboutOnceUnlessItGetsClearer)
{
    always(200, R"({"result":{"search":{"templateId":"she","similarity":0.3}}})");
    start("backpressure=true");
    show(grace, 10);
    EXPECT_EQ(photoWidths().size(), 1U);
    EXPECT_EQ(fieldOf("answered", "status"), std::vector<std::string>{"unknown"});
}

TEST_F(Visits, aLabelsFileGivesDisplayNamesAndIsReadAgain)
{
    const std::string folder = makeFolder();
    const std::string file = folder + "/labels.conf";
    std::ofstream(file) << "[labels]\nGrace Hopper = Admiral <Hopper>\n";
    start("backpressure=true labels-file=" + file);
    show(grace, 3);
    ASSERT_EQ(fieldOf("answered", "name").size(), 1U);
    EXPECT_EQ(fieldOf("answered", "name")[0], "Admiral <Hopper>");

    std::ofstream(file) << "[labels]\nGrace Hopper = Amazing Grace\n";
    std::this_thread::sleep_for(std::chrono::milliseconds(1100)); // looked at once a second
    show(grace, 1);
    ASSERT_EQ(fieldOf("updated", "name").size(), 1U);
    EXPECT_EQ(fieldOf("updated", "name")[0], "Amazing Grace");
    EXPECT_TRUE(identify->complaints().empty());

    std::ofstream(file) << "no key file at all";
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    show(grace, 1);
    EXPECT_EQ(identify->complaints().size(), 1U);
    removeFolder(folder);
}

TEST_F(Visits, aStillSceneIsNotSearchedAndAFaceThatAppearsIsFoundWithinTwoSamples)
{
    start("backpressure=true");
    show(empty, 20);
    const guint64 still = identify->stat("samples-still");
    EXPECT_GT(still, 70U); // of 100
    show(grace, 0.4);
    EXPECT_EQ(fieldOf("new", "status").size(), 1U);
    EXPECT_LE(identify->stat("samples-still"), still);
}

TEST_F(Visits, theEndOfTheStreamAsksForWhoIsStillWaiting)
{
    start("best-shot-window=60000 min-quality=0.1");
    // Ever better: nothing is due before the end.
    GstBuffer *small = makeScene(identify->info(), {{photos::hopperFile, 200, 100, 160}});
    for (int i = 0; i < 12 && identify->messages("ooto-face").empty(); ++i) {
        gst_buffer_unref(identify->push(gst_buffer_ref(small)));
        std::this_thread::sleep_for(std::chrono::milliseconds(40));
    }
    gst_buffer_unref(small);
    gst_harness_push_event(identify->harness(), gst_event_new_eos());
    EXPECT_TRUE(service->waitForRequests(1, std::chrono::seconds(10)));
}
