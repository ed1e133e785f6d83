// SPDX-License-Identifier: LGPL-2.1-or-later
// What of the metadata arrives behind other elements, and that docs/metadata.md says so.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <list>
#include <mutex>
#include <optional>
#include <ostream>
#include <set>
#include <tuple>

using namespace ooto;
using namespace ooto::test;

namespace
{

constexpr int width = 640;
constexpr int height = 480;
constexpr std::size_t frameCount = 8;
/** All that elements downstream might ask for. */
const char *const sourceCaps = "video/x-raw,format=I420,width=640,height=480,framerate=25/1,"
                               "pixel-aspect-ratio=1/1,interlace-mode=progressive";

/** How a box lies on the picture that arrives with it. */
enum class Box { Gone, OnFace, OffFace };

/** What arrives. */
struct Arrives {
    Box facts = Box::Gone; ///< by the box in `OotoFaces`
    Box region = Box::Gone;
    bool params = false;

    bool operator==(const Arrives &) const = default;
};

constexpr Arrives everything{Box::OnFace, Box::OnFace, true};
constexpr Arrives allButParams{Box::OnFace, Box::OnFace, false};
constexpr Arrives factsOnly{Box::OnFace, Box::Gone, false};
constexpr Arrives oldFacts{Box::OffFace, Box::Gone, false};
constexpr Arrives oldFactsAndRegion{Box::OffFace, Box::OnFace, false};
constexpr Arrives regionOnly{Box::Gone, Box::OnFace, false};
constexpr Arrives nothing{};

std::string wordsOf(Box box)
{
    return box == Box::Gone ? "no" : box == Box::OnFace ? "yes" : "off the face";
}

/** The words of the table's three cells. */
std::array<std::string, 3> wordsOf(const Arrives &arrives)
{
    return {wordsOf(arrives.facts), wordsOf(arrives.region), arrives.params ? "yes" : "no"};
}

std::ostream &operator<<(std::ostream &out, const Arrives &arrives)
{
    for (const std::string &word : wordsOf(arrives))
        out << "| " << word << " ";
    return out << "|";
}

/** Where a face goes that was at this place, px. */
using Motion = core::Box (*)(const core::Box &);

core::Box stays(const core::Box &box)
{
    return box;
}

struct Case {
    const char *name;
    const char *elements; ///< as the table calls them
    const char *line;     ///< from ootoidentify to the last reader
    Arrives in122 = everything;
    Motion motion = stays;
    std::optional<Arrives> in126 = {}; ///< where it is another; versions between were not looked at
    std::optional<Arrives> in128 = {};

    const Arrives &expected() const
    {
        guint version[4];
        gst_version(&version[0], &version[1], &version[2], &version[3]);
        if (in128 && version[1] >= 28)
            return *in128;
        return in126 && version[1] >= 26 ? *in126 : in122;
    }

    std::string row() const
    {
        std::string text = std::string("| ") + elements + " |";
        const auto first = wordsOf(in122);
        const auto second = wordsOf(in126.value_or(in122));
        const auto third = wordsOf(in128.value_or(in126.value_or(in122)));
        for (std::size_t i = 0; i < first.size(); ++i) {
            text += " " + first[i];
            if (second[i] != first[i])
                text += "; 1.26: " + second[i];
            if (third[i] != second[i])
                text += "; 1.28: " + third[i];
            text += " |";
        }
        return text;
    }
};

const Case cases[] = {
    {"queue", "`queue`", "queue"},
    {"tee", "`tee`, `queue leaky=downstream`",
     "tee name=t ! queue ! fakesink t. ! queue leaky=downstream max-size-buffers=1"},
    {"videorate", "`videorate`", "videorate ! video/x-raw,framerate=50/1"},
    {"overlay", "`ootooverlay`", "ootooverlay"},
    {"videoconvert", "`videoconvert`", "videoconvert ! video/x-raw,format=BGRx", allButParams},
    {"videoscale", "`videoscale`", "videoscale ! video/x-raw,width=320,height=240", allButParams,
     [](const core::Box &box) { return core::scaled(box, 0.5, 0.5); }},
    {"videoscaleWithBorders",
     "`videoscale` that adds borders",
     "videoscale add-borders=true ! video/x-raw,width=640,height=640,pixel-aspect-ratio=1/1",
     {Box::OffFace, Box::OffFace, false},
     [](const core::Box &box) {
         return core::Box{box.x, box.y + 80, box.width, box.height};
     },
     {},
     oldFactsAndRegion},
    {"videocrop",
     "`videocrop`",
     "videocrop left=80 top=40",
     oldFacts,
     [](const core::Box &box) {
         return core::Box{box.x - 80, box.y - 40, box.width, box.height};
     },
     {},
     oldFactsAndRegion},
    {"videobox",
     "`videobox`",
     "videobox left=-32 right=-32 top=-16 bottom=-16",
     oldFacts,
     [](const core::Box &box) {
         return core::Box{box.x + 32, box.y + 16, box.width, box.height};
     },
     {},
     oldFactsAndRegion},
    {"videoflip",
     "`videoflip` that mirrors",
     "videoflip method=horizontal-flip",
     {Box::OffFace, Box::OffFace, true},
     [](const core::Box &box) {
         return core::Box{width - box.right(), box.y, box.width, box.height};
     },
     oldFacts,
     oldFactsAndRegion},
    {"videoflipTurning",
     "`videoflip` that turns",
     "videoflip method=clockwise",
     {Box::OffFace, Box::OffFace, true},
     [](const core::Box &box) {
         return core::Box{height - box.bottom(), box.x, box.height, box.width};
     },
     oldFacts,
     oldFactsAndRegion},
    {"jpeg", "`jpegenc`, `jpegdec`", "jpegenc ! jpegdec"},
    {"x264", "`x264enc`, `avdec_h264`",
     "x264enc tune=zerolatency speed-preset=ultrafast ! avdec_h264"},
    {"openh264", "`openh264enc`, `openh264dec`", "openh264enc ! openh264dec"},
    {"matroska", "`matroskamux`, `matroskademux`", "matroskamux ! matroskademux"},
    {"mpegts", "`mpegtsmux`, `tsdemux`",
     "x264enc tune=zerolatency speed-preset=ultrafast ! mpegtsmux ! tsdemux ! h264parse ! "
     "avdec_h264",
     nothing},
    {"rtp", "`rtpvrawpay`, `rtpvrawdepay`", "rtpvrawpay ! rtpvrawdepay", factsOnly},
    {"gdp", "`gdppay`, `gdpdepay`", "gdppay ! gdpdepay", nothing},
    {"interlace", "`interlace`", "interlace", nothing},
    {"compositor", "`compositor`", "compositor", nothing, stays, {}, regionOnly},
};

void PrintTo(const Case &c, std::ostream *out)
{
    *out << c.line;
}

/** A buffer's metadata, while it is there. */
struct Seen {
    int width = 0; ///< of the frame, px
    int height = 0;
    bool hasMeta = false;
    std::vector<ReadFace> faces;
    int regions = 0;
    int regionId = -1;
    core::Box region; ///< px
    std::set<std::string> params;
};

/** The metadata of all buffers that pass a pad. */
class Reader
{
public:
    explicit Reader(GstPad *pad)
    {
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, onBuffer, this, nullptr);
    }

    std::vector<Seen> seen() const
    {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

private:
    static GstPadProbeReturn onBuffer(GstPad *pad, GstPadProbeInfo *info, gpointer self)
    {
        GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        Seen seen;
        seen.hasMeta = hasFacesMeta(buffer);
        seen.faces = readFaces(buffer);
        if (GstCaps *caps = gst_pad_get_current_caps(pad)) {
            GstVideoInfo video;
            if (gst_video_info_from_caps(&video, caps))
                std::tie(seen.width, seen.height) = std::pair(video.width, video.height);
            gst_caps_unref(caps);
        }
        gpointer state = nullptr;
        while (GstMeta *meta = gst_buffer_iterate_meta_filtered(
                   buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
            const auto *roi = reinterpret_cast<GstVideoRegionOfInterestMeta *>(meta);
            EXPECT_EQ(roi->roi_type, g_quark_from_string("face"));
            ++seen.regions;
            seen.regionId = roi->id;
            seen.region = {double(roi->x), double(roi->y), double(roi->w), double(roi->h)};
            for (GList *param = roi->params; param; param = param->next)
                seen.params.insert(
                    gst_structure_get_name(static_cast<GstStructure *>(param->data)));
        }
        Reader *reader = static_cast<Reader *>(self);
        const std::lock_guard lock(reader->mutex_);
        reader->seen_.push_back(seen);
        return GST_PAD_PROBE_OK;
    }

    mutable std::mutex mutex_;
    std::vector<Seen> seen_;
};

bool alike(const core::Box &a, const core::Box &b, double tolerance)
{
    return std::abs(a.x - b.x) <= tolerance && std::abs(a.y - b.y) <= tolerance &&
           std::abs(a.width - b.width) <= tolerance && std::abs(a.height - b.height) <= tolerance;
}

Box placeOf(const core::Box &box, const core::Box &face)
{
    // Regions are whole pixels, and GStreamer scales them without rounding.
    return alike(box, face, 2) ? Box::OnFace : Box::OffFace;
}

class Survival : public testing::TestWithParam<Case>
{
protected:
    /** Plays the scene into the case's line; skips the test where an element is missing. */
    void play()
    {
        const std::string line =
            "appsrc name=in format=time ! ootoidentify name=identify detector=cascade dry-run=true "
            "endpoint=http://127.0.0.1:9/x analysis-rate=0/1 backpressure=true ! " +
            std::string(GetParam().line) + " ! fakesink";
        GError *error = nullptr;
        GstParseContext *context = gst_parse_context_new();
        pipeline =
            gst_parse_launch_full(line.c_str(), context, GST_PARSE_FLAG_FATAL_ERRORS, &error);
        char **absent = gst_parse_context_get_missing_elements(context);
        gst_parse_context_free(context);
        if (absent) {
            char *names = g_strjoinv(", ", absent);
            const std::string text = std::string(names) + " is not installed";
            g_free(names);
            g_strfreev(absent);
            g_clear_error(&error);
            GTEST_SKIP() << text;
        }
        ASSERT_EQ(error, nullptr) << error->message;
        readAt("identify", "src", before);
        readAtSinks();
        pushFrames();
    }

    void TearDown() override
    {
        if (!pipeline)
            return;
        gst_element_set_state(pipeline, GST_STATE_NULL);
        gst_object_unref(pipeline);
    }

    GstElement *pipeline = nullptr;
    std::list<Reader> before;
    std::list<Reader> after;

private:
    void readAt(const char *element, const char *padName, std::list<Reader> &readers)
    {
        GstElement *found = gst_bin_get_by_name(GST_BIN(pipeline), element);
        GstPad *pad = gst_element_get_static_pad(found, padName);
        readers.emplace_back(pad);
        gst_object_unref(pad);
        gst_object_unref(found);
    }

    void readAtSinks()
    {
        GstIterator *sinks = gst_bin_iterate_sinks(GST_BIN(pipeline));
        GValue item = G_VALUE_INIT;
        while (gst_iterator_next(sinks, &item) == GST_ITERATOR_OK) {
            char *name = gst_element_get_name(g_value_get_object(&item));
            readAt(name, "sink", after);
            g_free(name);
            g_value_unset(&item);
        }
        gst_iterator_free(sinks);
    }

    void pushFrames()
    {
        GstCaps *caps = gst_caps_from_string(sourceCaps);
        GstVideoInfo info;
        gst_video_info_from_caps(&info, caps);
        GstBuffer *scene = makeScene(info, {{photos::hopperFile, 100, 40, 400}});
        GstElement *in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
        g_object_set(in, "caps", caps, nullptr);
        gst_caps_unref(caps);
        gst_element_set_state(pipeline, GST_STATE_PLAYING);
        for (std::size_t i = 0; i < frameCount; ++i) {
            GstBuffer *frame = gst_buffer_copy(scene);
            GST_BUFFER_PTS(frame) = i * 40 * GST_MSECOND;
            GST_BUFFER_DURATION(frame) = 40 * GST_MSECOND;
            GstFlowReturn flow = GST_FLOW_ERROR;
            g_signal_emit_by_name(in, "push-buffer", frame, &flow);
            EXPECT_EQ(flow, GST_FLOW_OK);
            gst_buffer_unref(frame);
        }
        GstFlowReturn flow = GST_FLOW_ERROR;
        g_signal_emit_by_name(in, "end-of-stream", &flow);
        gst_object_unref(in);
        gst_buffer_unref(scene);
        awaitEnd();
    }

    void awaitEnd()
    {
        GstBus *bus = gst_element_get_bus(pipeline);
        GstMessage *message = gst_bus_timed_pop_filtered(
            bus, GST_CLOCK_TIME_NONE,
            static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
        GError *error = nullptr;
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
            gst_message_parse_error(message, &error, nullptr);
        EXPECT_EQ(error, nullptr) << error->message;
        g_clear_error(&error);
        gst_message_unref(message);
        gst_object_unref(bus);
    }
};

/** What came of a buffer's metadata on the way. */
Arrives arrivalOf(const Seen &original, const Seen &seen, Motion motion)
{
    Arrives arrives;
    const ReadFace &asked = original.faces.front();
    const core::Box face = motion(core::scaled(asked.box, width, height));
    if (seen.faces.size() == 1) {
        EXPECT_EQ(seen.faces.front().trackId, asked.trackId);
        EXPECT_EQ(seen.faces.front().box, asked.box) << "nobody rewrites the facts";
        arrives.facts =
            placeOf(core::scaled(seen.faces.front().box, seen.width, seen.height), face);
    }
    if (seen.regions == 1) {
        EXPECT_EQ(seen.regionId, asked.roiId) << "which joins it with its facts";
        arrives.region = placeOf(seen.region, face);
        arrives.params = seen.params == original.params;
        EXPECT_TRUE(arrives.params || seen.params.empty());
    }
    return arrives;
}

} // namespace

TEST_P(Survival, asExpected)
{
    play();
    if (IsSkipped() || HasFatalFailure())
        return;
    const std::vector<Seen> originals = before.front().seen();
    ASSERT_EQ(originals.size(), frameCount);
    ASSERT_EQ(originals.back().faces.size(), 1U);
    ASSERT_EQ(originals.back().regions, 1);
    ASSERT_FALSE(originals.back().params.empty());
    const Arrives &expected = GetParam().expected();
    for (const Reader &reader : after) {
        const std::vector<Seen> all = reader.seen();
        ASSERT_FALSE(all.empty());
        EXPECT_EQ(arrivalOf(originals.back(), all.back(), GetParam().motion), expected);
        const bool facts = expected.facts != Box::Gone;
        for (std::size_t i = 0; i < all.size(); ++i) {
            // The first frames, too, where nobody has been found yet.
            EXPECT_EQ(all[i].hasMeta, facts);
            if (facts && all.size() == frameCount) {
                EXPECT_EQ(all[i].faces.size(), originals[i].faces.size()) << "of another frame";
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Elements, Survival, testing::ValuesIn(cases),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(SurvivalTable, isWhatTheTestsExpect)
{
    std::ifstream document(SOURCE_ROOT "/docs/metadata.md");
    std::vector<std::string> rows;
    for (std::string line; std::getline(document, line);) {
        if (line.starts_with("| `"))
            rows.push_back(line);
    }
    std::vector<std::string> expected;
    for (const Case &c : cases)
        expected.push_back(c.row());
    EXPECT_EQ(rows, expected);
}
