// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/player.h"

#include <cmath>
#include <cstring>
#include <set>
#include <thread>

namespace ooto::visits
{

namespace
{

using namespace std::chrono_literals;

/** Longer than any analysis or answer takes; whoever is later than that is reported as late. */
constexpr auto kLongest = 2s;
constexpr auto kPoll = 200us;

template<typename Condition>
bool waitUntil(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + kLongest;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(kPoll);
    }
    return true;
}

std::uint64_t countOf(const GstStructure *stats, const char *name)
{
    guint64 large = 0;
    guint small = 0;
    if (gst_structure_get_uint64(stats, name, &large))
        return large;
    return gst_structure_get_uint(stats, name, &small) ? small : 0;
}

double numberOf(const GstStructure *stats, const char *name)
{
    double value = 0;
    gst_structure_get_double(stats, name, &value);
    return value;
}

/** Samples that were not analysed: the analysis was busy, or nothing had changed. */
std::uint64_t notAnalysed(const GstStructure *stats)
{
    std::uint64_t count = countOf(stats, "samples-skipped");
    for (gint i = 0; i < gst_structure_n_fields(stats); ++i) {
        const char *name = gst_structure_nth_field_name(stats, static_cast<guint>(i));
        if (std::strstr(name, "still"))
            count += countOf(stats, name);
    }
    return count;
}

GstBuffer *bufferOf(const cv::Mat &frame, const GstVideoInfo &info)
{
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, info.size, nullptr);
    GstVideoFrame mapped;
    gst_video_frame_map(&mapped, &info, buffer, GST_MAP_WRITE);
    for (int y = 0; y < frame.rows; ++y)
        std::memcpy(static_cast<guint8 *>(GST_VIDEO_FRAME_PLANE_DATA(&mapped, 0)) +
                        y * GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 0),
                    frame.ptr(y), static_cast<std::size_t>(frame.cols) * 3);
    gst_video_frame_unmap(&mapped);
    return buffer;
}

std::string capsOf(const PlayerSettings &settings)
{
    return "video/x-raw,format=BGR,width=" + std::to_string(settings.framePx.width) +
           ",height=" + std::to_string(settings.framePx.height) +
           ",framerate=" + std::to_string(std::lround(settings.framesPerSecond * 1000)) + "/1000";
}

} // namespace

bool hasProperty(const char *name)
{
    GstElement *element = gst_element_factory_make("ootoidentify", nullptr);
    const bool found = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name);
    gst_object_unref(element);
    return found;
}

Player::Player(const PlayerSettings &settings, Oracle &oracle)
    : settings_(settings),
      service_(oracle, settings.delayS, settings.pace != Pace::Stepped),
      folder_(test::makeFolder()),
      started_(std::chrono::steady_clock::now())
{
    service_.setOutages(settings.outages);
    identify_ = std::make_unique<test::Identify>(properties(), capsOf(settings));
}

Player::~Player()
{
    service_.releaseAll();
    identify_.reset();
    test::removeFolder(folder_);
}

std::string Player::properties() const
{
    std::string line =
        "endpoint=" + service_.endpoint() + " credentials-file=" +
        test::writeCredentials(folder_, OracleService::appId, OracleService::appKey) +
        " detector=" + settings_.detector + " min-face-size=" + std::to_string(settings_.minFacePx);
    if (settings_.pace == Pace::Backpressure)
        line += " backpressure=true";
    return line;
}

GstClockTime Player::ptsOf(double timeS)
{
    return static_cast<GstClockTime>(std::llround(timeS * 1e9));
}

test::StructurePtr Player::statistics() const
{
    GstStructure *stats = nullptr;
    g_object_get(identify_->element(), "stats", &stats, nullptr);
    return test::StructurePtr(stats);
}

std::uint64_t Player::stat(const char *name) const
{
    return countOf(statistics().get(), name);
}

/** Waits until the server has what was sent, and the element what was answered. */
void Player::settle()
{
    service_.waitForRequests(stat("requests"), kLongest);
    waitUntil([this] { return stat("in-flight") == service_.asked().held; });
}

void Player::waitForAnalysis(const test::StructurePtr &before) const
{
    const double meanMs = numberOf(before.get(), "analysis-mean-ms");
    waitUntil([&] {
        const test::StructurePtr now = statistics();
        const auto added = [&](auto counter) { return counter(now.get()) - counter(before.get()); };
        const auto samples = added([](const GstStructure *s) { return countOf(s, "samples"); });
        // Each analysis moves the mean of the times that they take.
        return samples == 0 || added(notAnalysed) >= samples ||
               numberOf(now.get(), "analysis-mean-ms") != meanMs;
    });
}

std::vector<Player::Out> Player::push(const cv::Mat &frame, double timeS)
{
    GstBuffer *buffer = bufferOf(frame, identify_->info());
    GST_BUFFER_PTS(buffer) = ptsOf(timeS);
    GST_BUFFER_DURATION(buffer) = ptsOf(1 / settings_.framesPerSecond);
    service_.streamIsAt(timeS);
    if (settings_.pace == Pace::RealTime)
        std::this_thread::sleep_until(started_ + std::chrono::duration<double>(timeS));
    if (settings_.pace != Pace::Stepped) {
        gst_harness_push(identify_->harness(), buffer);
        return take();
    }
    settle();
    const test::StructurePtr before = statistics();
    gst_harness_push(identify_->harness(), buffer);
    waitForAnalysis(before);
    settle();
    return take();
}

std::vector<Player::Out> Player::finish()
{
    service_.releaseAll();
    gst_harness_push_event(identify_->harness(), gst_event_new_eos());
    return take();
}

std::vector<Player::Out> Player::take()
{
    std::vector<Out> frames;
    while (GstBuffer *buffer = gst_harness_try_pull(identify_->harness())) {
        Out out{GST_BUFFER_PTS(buffer), {}};
        for (const test::ReadFace &face : test::readFaces(buffer)) {
            const bool named = face.status == "identified";
            out.faces.push_back(
                {face.trackId,
                 core::scaled(face.box, settings_.framePx.width, settings_.framePx.height),
                 named ? face.templateId : "", face.status == "unknown"});
        }
        frames.push_back(std::move(out));
        gst_buffer_unref(buffer);
    }
    return frames;
}

std::size_t Player::visits()
{
    if (gst_structure_has_field(statistics().get(), "visits"))
        return stat("visits");
    std::set<std::string> ids;
    for (const test::StructurePtr &message : identify_->messages("ooto-face"))
        ids.insert(test::stringField(message.get(), "visit-id"));
    return ids.size();
}

std::map<std::string, std::size_t> Player::reasons()
{
    std::map<std::string, std::size_t> counts;
    for (const test::StructurePtr &message : identify_->messages("ooto-face")) {
        const std::string reason = test::stringField(message.get(), "reason");
        if (test::stringField(message.get(), "type") == "end" && !reason.empty())
            ++counts[reason];
    }
    return counts;
}

} // namespace ooto::visits
