// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests ootoidentify's budget, rate and retries, and answers that come after somebody left.
#include "metadata/histogram_structure.h"
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

class Limits : public testing::Test
{
protected:
    void start(const std::string &properties)
    {
        identify = std::make_unique<Identify>(service.properties() +
                                              " detector=cascade relink-time=0 " + properties);
        grace = makeScene(identify->info(), {{photos::hopperFile, 100, 40, 400}});
        empty = makeScene(identify->info(), {});
    }

    ~Limits() override
    {
        identify.reset();
        gst_clear_buffer(&grace);
        gst_clear_buffer(&empty);
    }

    bool showUntil(GstBuffer *frame, const std::function<bool()> &condition)
    {
        return identify->pushUntil(
            frame, [&](GstBuffer *) { return condition(); }, 20s);
    }

    /** Shown until the track has ended, if it has not yet. */
    void leave()
    {
        EXPECT_TRUE(showUntil(empty, [&] { return told("end").size() == told("new").size(); }));
    }

    std::vector<const GstStructure *> told(const char *type)
    {
        messages = identify->messages("ooto-face");
        std::vector<const GstStructure *> found;
        for (const StructurePtr &message : messages) {
            if (stringField(message.get(), "type") == type)
                found.push_back(message.get());
        }
        return found;
    }

    guint64 errors(const char *kind)
    {
        GstStructure *taken = nullptr;
        g_object_get(identify->element(), "stats", &taken, nullptr);
        const StructurePtr stats(taken);
        guint64 count = 0;
        gst_structure_get_uint64(gst_value_get_structure(gst_structure_get_value(taken, "errors")),
                                 kind, &count);
        return count;
    }

    metadata::HistogramReading histogram(const char *name)
    {
        GstStructure *taken = nullptr;
        g_object_get(identify->element(), "stats", &taken, nullptr);
        const StructurePtr stats(taken);
        const GValue *value = gst_structure_get_value(taken, name);
        return value ? metadata::readHistogram(gst_value_get_structure(value))
                     : metadata::HistogramReading{};
    }

    bool reported(const std::string &state)
    {
        const auto all = identify->messages("ooto-service");
        return std::any_of(all.begin(), all.end(), [&](const StructurePtr &message) {
            return stringField(message.get(), "state") == state;
        });
    }

    Service service{true};
    std::unique_ptr<Identify> identify;
    GstBuffer *grace = nullptr;
    GstBuffer *empty = nullptr;
    std::vector<StructurePtr> messages;
};

} // namespace

TEST_F(Limits, whenTheBudgetIsSpentNoRequestLeavesAndFacesStayPending)
{
    start("max-requests-per-day=1");
    EXPECT_TRUE(showUntil(grace, [&] { return identify->stat("matches") == 1; }));
    leave();
    EXPECT_TRUE(identify->pushUntil(grace, [](GstBuffer *buffer) {
        const auto faces = readFaces(buffer);
        return !faces.empty() && faces[0].status == "pending" && faces[0].reason == "budget";
    }));
    EXPECT_TRUE(showUntil(grace, [&] { return reported("budget-spent"); }));
    EXPECT_EQ(service->requests().size(), 1U);
    EXPECT_EQ(identify->stat("requests-today"), 1U);
    EXPECT_EQ(identify->stat("budget-left"), 0U);
}

TEST_F(Limits, eachRoundTripAndEachFrameIsInAHistogram)
{
    start("max-requests-per-day=50");
    EXPECT_TRUE(showUntil(grace, [&] { return identify->stat("matches") == 1; }));
    const auto roundTrips = histogram("round-trips");
    EXPECT_EQ(roundTrips.count, 1U);
    EXPECT_GT(roundTrips.sum, 0);
    ASSERT_FALSE(roundTrips.buckets.empty());
    EXPECT_LE(roundTrips.buckets.back().count, 1U);
    const auto streaming = histogram("streaming");
    EXPECT_EQ(streaming.count, identify->stat("frames"));
    EXPECT_GT(streaming.sum, 0);
    ASSERT_FALSE(streaming.buckets.empty());
    EXPECT_LE(streaming.buckets.front().bound, 0.0001);
}

TEST_F(Limits, aPhotoThatWasLostGoesAgainAndIsCounted)
{
    server::Trouble trouble;
    trouble.drop = true;
    trouble.onlyFirst = 1;
    service->setTrouble(trouble);
    start("retry-backoff-factor=0.1");
    EXPECT_TRUE(showUntil(grace, [&] { return identify->stat("matches") == 1; }));
    EXPECT_EQ(identify->stat("retries"), 1U);
    EXPECT_EQ(identify->stat("requests"), 2U);
}

TEST_F(Limits, aPhotoThatIsLostWithAKeptConnectionIsCountedForEachTimeThatItWent)
{
    start("");
    EXPECT_TRUE(showUntil(grace, [&] { return identify->stat("matches") == 1; }));
    leave();
    server::Trouble trouble;
    trouble.drop = true;
    trouble.onlyFirst = 1;
    service->setTrouble(trouble);
    EXPECT_TRUE(showUntil(grace, [&] { return identify->stat("matches") == 2; }));
    EXPECT_EQ(service->requests().size(), 3U);
    EXPECT_EQ(identify->stat("requests"), 3U);
    EXPECT_EQ(identify->stat("retries"), 1U);
    EXPECT_EQ(identify->stat("answers"), 2U);
    EXPECT_EQ(errors("unreachable"), 1U);
    EXPECT_FALSE(reported("degraded")) << "one closed connection is no trouble of the service";
}

TEST_F(Limits, whoLeftWhileTheServiceWasAwayStillGetsHisAnswer)
{
    start("retry-backoff-factor=0.1 retry-backoff-max=0.5");
    service.stop();
    EXPECT_TRUE(showUntil(grace, [&] { return reported("degraded") || reported("down"); }));
    leave();
    service.restart();
    EXPECT_TRUE(showUntil(empty, [&] { return !told("answered").empty(); }));
    const auto answers = told("answered");
    ASSERT_EQ(answers.size(), 1U);
    gboolean late = FALSE;
    EXPECT_TRUE(gst_structure_get_boolean(answers[0], "late", &late) && late);
    EXPECT_EQ(stringField(answers[0], "status"), "identified");
    EXPECT_TRUE(gst_structure_has_field(answers[0], "asked-pts"));
    // In ISO 8601 the earlier one is the lesser one.
    EXPECT_LT(stringField(answers[0], "asked-wall-clock"), stringField(answers[0], "wall-clock"));
    EXPECT_FALSE(stringField(answers[0], "asked-wall-clock").empty());
}

TEST_F(Limits, theRateHoldsFacesBackAndSaysSo)
{
    // The first one takes the second's worth that there is.
    start("max-rate=0.01");
    EXPECT_TRUE(showUntil(grace, [&] { return identify->stat("matches") == 1; }));
    leave();
    EXPECT_TRUE(identify->pushUntil(grace, [](GstBuffer *buffer) {
        const auto faces = readFaces(buffer);
        return !faces.empty() && faces[0].reason == "rate";
    }));
    EXPECT_EQ(service->requests().size(), 1U);
}

TEST_F(Limits, aProxyThatIsNoUriIsAnErrorAtTheStart)
{
    GstElement *element = gst_parse_launch(
        ("videotestsrc ! ootoidentify proxy=\"not a uri\" " + service.properties() + " ! fakesink")
            .c_str(),
        nullptr);
    gst_object_ref_sink(element);
    EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
}
