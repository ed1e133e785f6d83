// SPDX-License-Identifier: LGPL-2.1-or-later
// What ootoidentify tells downstream in order with the buffers, its clock, and its latency.
#include "core/base/guarded.h"
#include "metadata/faces_reader.h"
#include "metadata/requests.h"
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

/** What a reader downstream sees, in its order. */
struct Seen {
    std::string what;         ///< "buffer", "eos", or the type of an `ooto-face` event
    std::set<guint64> tracks; ///< of a buffer
    std::string status;       ///< of a buffer's first face, or of the event's
    StructurePtr event;
};

class Events : public testing::Test
{
protected:
    void start(const std::string &more = "")
    {
        identify = std::make_unique<Identify>(
            service.properties() + " detector=cascade backpressure=true analysis-rate=0/1 " + more);
        scene = makeScene(identify->info(), {{photos::hopperFile, 120, 40, 400}});
        empty = makeScene(identify->info(), {});
        GstPad *pad = gst_element_get_static_pad(identify->element(), "src");
        gst_pad_add_probe(
            pad,
            static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                         GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
            [](GstPad *, GstPadProbeInfo *info, gpointer self) {
                static_cast<Events *>(self)->note(info);
                return GST_PAD_PROBE_OK;
            },
            this, nullptr);
        gst_object_unref(pad);
    }
    ~Events() override
    {
        identify.reset();
        gst_clear_buffer(&scene);
        gst_clear_buffer(&empty);
    }

    void note(GstPadProbeInfo *info)
    {
        Seen entry;
        if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
            entry.what = "buffer";
            for (const ReadFace &face : readFaces(GST_PAD_PROBE_INFO_BUFFER(info))) {
                entry.tracks.insert(face.trackId);
                entry.status = face.status;
            }
        } else {
            GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
            const GstStructure *structure = gst_event_get_structure(event);
            if (GST_EVENT_TYPE(event) == GST_EVENT_EOS)
                entry.what = "eos";
            else if (structure && gst_structure_has_name(structure, "ooto-face")) {
                EXPECT_EQ(GST_EVENT_TYPE(event), GST_EVENT_CUSTOM_DOWNSTREAM);
                entry.what = stringField(structure, "type");
                entry.status = stringField(structure, "status");
                entry.event.reset(gst_structure_copy(structure));
            } else {
                return;
            }
        }
        seen.lock()->push_back(std::move(entry));
    }

    void show(GstBuffer *frame, int count)
    {
        for (int i = 0; i < count; ++i)
            gst_buffer_unref(identify->push(gst_buffer_copy(frame)));
    }
    bool showUntilIdentified()
    {
        return identify->pushUntil(
            scene, [](GstBuffer *buffer) { return hasStatus(buffer, "identified"); });
    }

    std::vector<std::string> eventTypes()
    {
        std::vector<std::string> types;
        for (const Seen &entry : *seen.lock()) {
            if (entry.event)
                types.push_back(entry.what);
        }
        return types;
    }

    Service service{true};
    std::unique_ptr<Identify> identify;
    GstBuffer *scene = nullptr;
    GstBuffer *empty = nullptr;
    core::Guarded<std::deque<Seen>> seen;
};

using Types = std::vector<std::string>;

constexpr guint64 ntpToUnixS = 2208988800;

} // namespace

TEST_F(Events, comeBeforeTheBufferThatTheyBelongTo)
{
    start();
    ASSERT_TRUE(showUntilIdentified());
    show(empty, 100);
    gst_harness_push_event(identify->harness(), gst_event_new_eos());

    EXPECT_EQ(eventTypes(), (Types{"new", "answered", "end"}));
    std::set<guint64> known;
    std::string status;
    for (const Seen &entry : *seen.lock()) {
        guint64 track = 0;
        if (entry.event && gst_structure_get_uint64(entry.event.get(), "track-id", &track)) {
            status = entry.status;
            if (entry.what == "new")
                known.insert(track);
            else if (entry.what == "end")
                known.erase(track);
        }
        for (const guint64 inView : entry.tracks) {
            EXPECT_TRUE(known.contains(inView)) << "a face of which nobody has heard";
            EXPECT_EQ(entry.status, status) << "an answer of which nobody has heard";
        }
    }
}

TEST_F(Events, haveTheStructureOfTheMessage)
{
    start();
    ASSERT_TRUE(showUntilIdentified());
    const auto messages = identify->messages("ooto-face", 2);
    std::size_t i = 0;
    for (const Seen &entry : *seen.lock()) {
        if (!entry.event)
            continue;
        ASSERT_LT(i, messages.size());
        EXPECT_TRUE(gst_structure_is_equal(entry.event.get(), messages[i].get()))
            << stringField(entry.event.get(), "json") << "\n"
            << stringField(messages[i].get(), "json");
        ++i;
    }
    EXPECT_EQ(i, 2U);
}

TEST_F(Events, haveAnIdEachAndCountTheirCamerasEvents)
{
    std::set<std::string> ids;
    std::set<guint64> tracks;
    std::set<std::string> visits;
    std::string lastId;
    guint64 last = 0;
    for (int run = 0; run < 2; ++run) {
        start("camera=counts-on");
        ASSERT_TRUE(showUntilIdentified());
        show(empty, 100);
        for (const Seen &entry : *seen.lock()) {
            if (!entry.event)
                continue;
            const std::string id = stringField(entry.event.get(), "event-id");
            EXPECT_TRUE(ids.insert(id).second) << id;
            EXPECT_LT(lastId, id) << "ids sort as the events came";
            lastId = id;
            guint64 sequence = 0;
            EXPECT_TRUE(gst_structure_get_uint64(entry.event.get(), "sequence", &sequence));
            EXPECT_EQ(sequence, last + 1) << "also of a pipeline that was built anew";
            last = sequence;
            guint64 track = 0;
            gst_structure_get_uint64(entry.event.get(), "track-id", &track);
            tracks.insert(track);
            const std::string visit = stringField(entry.event.get(), "visit-id");
            EXPECT_EQ(visit.substr(0, 10 + 22), "counts-on-" + id.substr(0, 22));
            visits.insert(visit);
        }
        identify.reset();
        gst_clear_buffer(&scene);
        gst_clear_buffer(&empty);
        seen.lock()->clear();
    }
    EXPECT_EQ(ids.size(), 6U);
    EXPECT_EQ(tracks.size(), 2U);
    EXPECT_EQ(visits.size(), 2U);
}

TEST_F(Events, onlyThoseInTheStreamAreCounted)
{
    start("camera=flushed");
    ASSERT_TRUE(showUntilIdentified());
    gst_harness_push_event(identify->harness(), gst_event_new_flush_start());
    gst_harness_push_event(identify->harness(), gst_event_new_flush_stop(TRUE));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(identify->harness(), gst_event_new_segment(&segment));
    const auto end = std::move(identify->messages("ooto-face", 3).back());
    EXPECT_EQ(stringField(end.get(), "type"), "end");
    EXPECT_FALSE(stringField(end.get(), "event-id").empty());
    EXPECT_FALSE(gst_structure_has_field(end.get(), "sequence"));
    ASSERT_TRUE(showUntilIdentified());
    std::vector<guint64> numbers;
    for (const Seen &entry : *seen.lock()) {
        guint64 sequence = 0;
        if (entry.event && gst_structure_get_uint64(entry.event.get(), "sequence", &sequence))
            numbers.push_back(sequence);
    }
    EXPECT_EQ(numbers, (std::vector<guint64>{1, 2, 3, 4}));
}

TEST_F(Events, sayWhenTheTrackBeganAndWhenItWasSeenLast)
{
    start();
    ASSERT_TRUE(showUntilIdentified());
    const GstClockTime left = identify->now();
    show(empty, 100);
    const auto messages = identify->messages("ooto-face", 3);
    ASSERT_EQ(messages.size(), 3U);
    const std::string begin = stringField(messages[0].get(), "wall-clock");
    for (const auto &message : messages)
        EXPECT_EQ(stringField(message.get(), "since"), begin);
    for (const char *field : {"last-seen-pts", "last-seen-wall-clock"}) {
        EXPECT_FALSE(gst_structure_has_field(messages[1].get(), field));
        EXPECT_TRUE(gst_structure_has_field(messages[2].get(), field));
    }
    guint64 lastSeen = 0;
    guint64 end = 0;
    EXPECT_TRUE(gst_structure_get_uint64(messages[2].get(), "last-seen-pts", &lastSeen));
    EXPECT_TRUE(gst_structure_get_uint64(messages[2].get(), "pts", &end));
    EXPECT_EQ(lastSeen, left - 40 * GST_MSECOND) << "the last frame with her";
    EXPECT_GT(end, lastSeen);
    EXPECT_LT(stringField(messages[2].get(), "last-seen-wall-clock"),
              stringField(messages[2].get(), "wall-clock"));
}

TEST_F(Events, sayHowOldThePhotoIsThatWasAnswered)
{
    server::Trouble slow;
    slow.delay = 400ms;
    service->setTrouble(slow);
    start();
    ASSERT_TRUE(showUntilIdentified());
    const auto messages = identify->messages("ooto-face", 2);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_FALSE(gst_structure_has_field(messages[0].get(), "age-ms"));
    guint age = 0;
    EXPECT_TRUE(gst_structure_get_uint(messages[1].get(), "age-ms", &age));
    // With backpressure the stream stands still meanwhile: its own time would say 0.
    EXPECT_GE(age, 400U);
    EXPECT_LT(age, 10'000U);
}

TEST_F(Events, comeWithoutMessagesToo)
{
    start("post-messages=false");
    ASSERT_TRUE(showUntilIdentified());
    EXPECT_EQ(eventTypes(), (Types{"new", "answered"}));
    EXPECT_TRUE(identify->messages("ooto-face").empty());
}

TEST_F(Events, endAtTheEndOfTheStreamAndBeforeIt)
{
    start();
    ASSERT_TRUE(showUntilIdentified());
    gst_harness_push_event(identify->harness(), gst_event_new_eos());
    auto all = seen.lock();
    ASSERT_GE(all->size(), 2U);
    EXPECT_EQ(all->back().what, "eos");
    EXPECT_EQ((*all)[all->size() - 2].what, "end");
}

TEST_F(Events, endWithAFlushByMessageOnly)
{
    start();
    ASSERT_TRUE(showUntilIdentified());
    gst_harness_push_event(identify->harness(), gst_event_new_flush_start());
    gst_harness_push_event(identify->harness(), gst_event_new_flush_stop(TRUE));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(identify->harness(), gst_event_new_segment(&segment));
    show(empty, 3);
    EXPECT_EQ(eventTypes(), (Types{"new", "answered"}));
    const auto messages = identify->messages("ooto-face", 3);
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(stringField(messages.back().get(), "type"), "end");
}

TEST_F(Events, endOnAGapBeforeTheGap)
{
    start();
    ASSERT_TRUE(showUntilIdentified());
    gst_harness_push_event(identify->harness(),
                           gst_event_new_gap(identify->now(), 20 * GST_SECOND));
    EXPECT_EQ(eventTypes(), (Types{"new", "answered", "end"}));
}

TEST_F(Events, tellWhenANameIsChanged)
{
    const std::string folder = makeFolder();
    const std::string file = folder + "/labels";
    start("labels-file=" + file);
    ASSERT_TRUE(showUntilIdentified());
    const auto messages = identify->messages("ooto-face", 2);
    const std::string labels =
        "[labels]\n" + stringField(messages.back().get(), "template-id") + "=Grace\n";
    g_file_set_contents(file.c_str(), labels.c_str(), -1, nullptr);
    // The file is looked at once a second.
    EXPECT_TRUE(identify->pushUntil(scene, [this](GstBuffer *) {
        const auto types = eventTypes();
        return std::find(types.begin(), types.end(), "updated") != types.end();
    }));
    const auto all = identify->messages("ooto-face", 3);
    EXPECT_EQ(stringField(all.back().get(), "type"), "updated");
    EXPECT_EQ(stringField(all.back().get(), "since"), stringField(all.front().get(), "wall-clock"));
    removeFolder(folder);
}

TEST_F(Events, aNameThatIsWrittenAsTheTemplateIsIsOneToo)
{
    const std::string folder = makeFolder();
    const std::string file = folder + "/labels";
    g_file_set_contents(file.c_str(), "[labels]\nGrace Hopper=Grace Hopper\n", -1, nullptr);
    start("labels-file=" + file);
    ASSERT_TRUE(showUntilIdentified());
    const auto messages = identify->messages("ooto-face", 2);
    EXPECT_EQ(stringField(messages.back().get(), "template-id"), "Grace Hopper");
    EXPECT_EQ(stringField(messages.back().get(), "name"), "Grace Hopper");
    removeFolder(folder);
}

TEST_F(Events, areDatedByTheCamerasClock)
{
    struct Case {
        const char *caps;
        guint64 seconds;
        const char *expected;
    };
    for (const Case &c : {Case{"timestamp/x-ntp", ntpToUnixS + 1000000000, "2001-09-09T01:46:40"},
                          Case{"timestamp/x-unix", 1234567890, "2009-02-13T23:31:30"}}) {
        start();
        GstCaps *caps = gst_caps_new_empty_simple(c.caps);
        GstBuffer *dated = gst_buffer_copy(scene);
        gst_buffer_add_reference_timestamp_meta(dated, caps, c.seconds * GST_SECOND,
                                                GST_CLOCK_TIME_NONE);
        show(dated, 3);
        // A frame that says nothing is so much later; the end is told on one of these.
        gst_harness_push_event(identify->harness(),
                               gst_event_new_gap(identify->now() + 10 * GST_SECOND, GST_SECOND));
        const auto messages = identify->messages("ooto-face", 2);
        ASSERT_GE(messages.size(), 2U);
        const std::string begin = stringField(messages.front().get(), "wall-clock");
        EXPECT_EQ(begin.substr(0, 19), c.expected) << begin;
        EXPECT_EQ(stringField(messages.back().get(), "since"), begin);
        // Ours goes on beside it, and is not the camera's.
        for (const auto &message : messages)
            EXPECT_GT(stringField(message.get(), "received"), "2025");
        const std::string end = stringField(messages.back().get(), "wall-clock");
        EXPECT_EQ(end.substr(0, 17), std::string(c.expected).substr(0, 17)) << end;
        EXPECT_NE(end, begin);
        gst_buffer_unref(dated);
        gst_caps_unref(caps);
        identify.reset();
        gst_clear_buffer(&scene);
        gst_clear_buffer(&empty);
        seen.lock()->clear();
    }
}

TEST_F(Events, aClockThatWasNeverSetIsNotBelieved)
{
    start();
    GstCaps *caps = gst_caps_new_empty_simple("timestamp/x-ntp");
    gst_buffer_add_reference_timestamp_meta(scene, caps, 5 * GST_SECOND, GST_CLOCK_TIME_NONE);
    show(scene, 3);
    const auto messages = identify->messages("ooto-face");
    ASSERT_FALSE(messages.empty());
    EXPECT_GE(stringField(messages.front().get(), "wall-clock"), "2025");
    gst_caps_unref(caps);
}

TEST_F(Events, ofAClockFarOffAreToldOnce)
{
    for (const int aheadS : {-3725, 30}) {
        start();
        GstCaps *caps = gst_caps_new_empty_simple("timestamp/x-unix");
        for (int i = 0; i < 5; ++i) {
            GstBuffer *dated = gst_buffer_copy(empty);
            const gint64 nowUs = g_get_real_time() + gint64{aheadS} * G_USEC_PER_SEC;
            gst_buffer_add_reference_timestamp_meta(
                dated, caps, static_cast<GstClockTime>(nowUs) * GST_USECOND, GST_CLOCK_TIME_NONE);
            show(dated, 1);
            gst_buffer_unref(dated);
        }
        gst_caps_unref(caps);
        const auto notices = identify->messages("ooto-notice", aheadS < 0 ? 1 : 0);
        ASSERT_EQ(notices.size(), aheadS < 0 ? 1U : 0U) << "30 s may be the pipeline's";
        if (aheadS < 0) {
            EXPECT_NE(stringField(notices[0].get(), "text").find("1 h 2 min behind"),
                      std::string::npos)
                << stringField(notices[0].get(), "text");
        }
        identify.reset();
        gst_clear_buffer(&scene);
        gst_clear_buffer(&empty);
    }
}

TEST_F(Events, tellOfTheServiceWithTheDaysCount)
{
    start("max-requests-per-day=50");
    core::Guarded<std::vector<metadata::ServiceMessage>> told;
    GstPad *pad = gst_element_get_static_pad(identify->element(), "src");
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad *, GstPadProbeInfo *info, gpointer into) {
            if (auto message = metadata::readServiceMessage(
                    gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info))))
                static_cast<decltype(told) *>(into)->lock()->push_back(std::move(*message));
            return GST_PAD_PROBE_OK;
        },
        &told, nullptr);
    show(empty, 3);
    EXPECT_TRUE(told.lock()->empty()) << "nobody knows yet whether it works";
    ASSERT_TRUE(showUntilIdentified());
    show(scene, 3);
    {
        auto all = told.lock();
        ASSERT_EQ(all->size(), 1U);
        EXPECT_EQ(all->front().state, "ok");
        ASSERT_TRUE(all->front().callsToday);
        ASSERT_TRUE(all->front().budgetLeft);
        EXPECT_EQ(*all->front().callsToday + *all->front().budgetLeft, 50U);
    }
    // The messages have no count: they tell changes.
    EXPECT_FALSE(
        gst_structure_has_field(identify->messages("ooto-service", 1)[0].get(), "calls-today"));
    // Who asks for photos has only come, and is told, too.
    gst_harness_push_upstream_event(
        identify->harness(),
        gst_event_new_custom(
            GST_EVENT_CUSTOM_UPSTREAM,
            metadata::photoWishStructure({.asker = "me", .photos = true}).release()));
    show(scene, 1);
    EXPECT_EQ(told.lock()->size(), 2U);
    gst_object_unref(pad);
    identify.reset();
}

TEST_F(Events, addNothingToTheLatency)
{
    start();
    gst_harness_set_upstream_latency(identify->harness(), 42 * GST_MSECOND);
    EXPECT_EQ(gst_harness_query_latency(identify->harness()), 42 * GST_MSECOND);
}
