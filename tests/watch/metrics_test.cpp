// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/base/histogram.h"
#include "metadata/histogram_structure.h"
#include "report/metrics.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace ooto::watch
{
namespace
{

using namespace std::chrono_literals;

constexpr std::array bounds{0.001, 0.5};
const char *const nasty = "front \"door\"\\\n\xff";

element::StructureHandle someHistogram()
{
    core::Histogram histogram(bounds);
    for (const double value : {0.0005, 0.25, 7.0})
        histogram.add(value);
    return metadata::histogramStructure(histogram);
}

std::shared_ptr<const GstStructure> shared(GstStructure *structure)
{
    return {structure, gst_structure_free};
}

std::shared_ptr<const GstStructure> identifyStats(guint64 usedToday, guint64 left)
{
    const element::StructureHandle errors(
        gst_structure_new("errors", "timeout", G_TYPE_UINT64, guint64{2}, nullptr));
    const element::StructureHandle unanswered(
        gst_structure_new("unanswered", "too-small", G_TYPE_UINT64, guint64{22}, nullptr));
    return shared(gst_structure_new(
        "ooto-stats", "frames", G_TYPE_UINT64, guint64{1000}, "samples", G_TYPE_UINT64,
        guint64{200}, "samples-skipped", G_TYPE_UINT64, guint64{3}, "tracks", G_TYPE_UINT64,
        guint64{41}, "visits", G_TYPE_UINT64, guint64{7}, "answers", G_TYPE_UINT64, guint64{9},
        "errors", GST_TYPE_STRUCTURE, errors.get(), "unanswered", GST_TYPE_STRUCTURE,
        unanswered.get(), "requests-today", G_TYPE_UINT64, usedToday, "budget-left", G_TYPE_UINT64,
        left, "round-trips", GST_TYPE_STRUCTURE, someHistogram().get(), "streaming",
        GST_TYPE_STRUCTURE, someHistogram().get(), nullptr));
}

Snapshot someSnapshot()
{
    Snapshot snapshot;
    const auto noon = std::chrono::system_clock::time_point(1738324800s);
    CameraSnapshot door{.name = "door",
                        .source = "rtsp://10.0.0.7",
                        .status = {.state = CameraState::Live,
                                   .since = noon,
                                   .reason = {},
                                   .restarts = 4,
                                   .leftBehind = 1,
                                   .lastFrame = noon,
                                   .clockOffsetS = -1.5},
                        .stats = identifyStats(30, 70)};
    CameraSnapshot other{.name = nasty, .source = "launch", .status = {}, .stats = nullptr};
    other.status.state = CameraState::Off;
    snapshot.cameras = {door, other};
    snapshot.targets = {
        {.name = "home",
         .stats = shared(gst_structure_new(
             "ooto-publish-stats", "acknowledged", G_TYPE_UINT64, guint64{5}, "events-lost",
             G_TYPE_UINT64, guint64{1}, "spooled", G_TYPE_UINT64, guint64{12}, "spool-bytes",
             G_TYPE_UINT64, guint64{34000}, "connected", G_TYPE_BOOLEAN, TRUE, "oldest",
             G_TYPE_DOUBLE, 2.5, nullptr))},
    };
    snapshot.service = {.state = "down", .reason = "nobody listens", .since = noon};
    return snapshot;
}

bool hasLine(const std::string &text, const std::string &line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

/** The value of the first line that begins so. */
double valueOf(const std::string &text, const std::string &head)
{
    const auto at = ("\n" + text).find("\n" + head + ' ');
    return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + head.size(), nullptr);
}

TEST(Metrics, sayWhatTheSnapshotSays)
{
    Metrics metrics;
    metrics.observeAnswer("door", core::Status::Identified, 1500ms);
    metrics.observeAnswer("door", core::Status::Unknown, std::nullopt);
    const std::string text = metrics.text(someSnapshot(), 6);
    for (const char *line : {
             R"(ooto_camera_state{camera="door",state="live"} 1)",
             R"(ooto_camera_state{camera="door",state="ended"} 0)",
             R"(ooto_camera_restarts_total{camera="door"} 4)",
             R"(ooto_camera_left_behind_total{camera="door"} 1)",
             R"(ooto_camera_last_frame_timestamp_seconds{camera="door"} 1738324800)",
             R"(ooto_camera_clock_offset_seconds{camera="door"} -1.5)",
             R"(ooto_frames_total{camera="door"} 1000)",
             R"(ooto_samples_total{camera="door"} 200)",
             R"(ooto_samples_skipped_total{camera="door"} 3)",
             R"(ooto_faces_total{camera="door"} 41)",
             R"(ooto_visits_total{camera="door"} 7)",
             R"(ooto_answers_total{camera="door",status="identified"} 1)",
             R"(ooto_answers_total{camera="door",status="unknown"} 1)",
             R"(ooto_answers_total{camera="door",status="spoof"} 0)",
             R"(ooto_not_asked_total{camera="door",reason="too-small"} 22)",
             R"(ooto_service_requests_total{camera="door",result="answered"} 9)",
             R"(ooto_service_requests_total{camera="door",result="timeout"} 2)",
             R"(ooto_service_request_duration_seconds_bucket{camera="door",le="0.5"} 2)",
             R"(ooto_service_request_duration_seconds_bucket{camera="door",le="+Inf"} 3)",
             R"(ooto_service_request_duration_seconds_count{camera="door"} 3)",
             R"(ooto_answer_age_seconds_bucket{camera="door",le="1"} 0)",
             R"(ooto_answer_age_seconds_bucket{camera="door",le="2"} 1)",
             R"(ooto_answer_age_seconds_sum{camera="door"} 1.5)",
             R"(ooto_streaming_seconds_count{camera="door"} 3)",
             R"(ooto_service_state{state="down"} 1)",
             R"(ooto_service_state{state="ok"} 0)",
             R"(ooto_budget_limit 100)",
             R"(ooto_budget_used 30)",
             R"(ooto_publish_events_total{target="home",result="acknowledged"} 5)",
             R"(ooto_publish_events_total{target="home",result="lost"} 1)",
             R"(ooto_publish_spool_records{target="home"} 12)",
             R"(ooto_publish_oldest_seconds{target="home"} 2.5)",
             R"(ooto_publish_connected{target="home"} 1)",
             R"(ooto_store_bytes 34000)",
             R"(ooto_config_reload_success 1)",
             R"(ooto_log_lines_dropped_total 6)",
         })
        EXPECT_TRUE(hasLine(text, line)) << line << "\nin\n" << text;
    EXPECT_NE(text.find("ooto_build_info{version=\""), std::string::npos);
}

TEST(Metrics, haveHelpAndTheRightType)
{
    const std::string text = Metrics().text(someSnapshot(), 0);
    std::istringstream lines(text);
    std::set<std::string> helped;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string hash;
        std::string kind;
        std::string name;
        std::string type;
        words >> hash >> kind >> name >> type;
        if (kind == "HELP") {
            EXPECT_TRUE(helped.insert(name).second) << name << " twice";
        }
        if (kind != "TYPE")
            continue;
        EXPECT_TRUE(helped.contains(name)) << name;
        EXPECT_EQ(type == "counter", name.ends_with("_total")) << name;
    }
    EXPECT_GE(helped.size(), 30U);
    EXPECT_TRUE(hasLine(text, "# TYPE ooto_answer_age_seconds histogram"));
    EXPECT_TRUE(hasLine(text, "# TYPE ooto_camera_state gauge"));
}

TEST(Metrics, escapeTheNamesOfCameras)
{
    EXPECT_TRUE(hasLine(Metrics().text(someSnapshot(), 0),
                        "ooto_camera_state{camera=\"front \\\"door\\\"\\\\\\n\xef\xbf\xbd\","
                        "state=\"off\"} 1"));
}

TEST(Metrics, tellOfMessagesAsTheyCome)
{
    Metrics metrics;
    const auto tell = [&](const char *type, const char *status) {
        const auto message = shared(gst_structure_new(
            "ooto-face", "type", G_TYPE_STRING, type, "status", G_TYPE_STRING, status, "camera",
            G_TYPE_STRING, "door", "name", G_TYPE_STRING, "Grace Hopper", "template-id",
            G_TYPE_STRING, "hopper-1", "age-ms", G_TYPE_UINT, 250U, nullptr));
        metrics.observeMessage("door", message.get());
    };
    tell("new", "pending");
    tell("answered", "spoof");
    tell("updated", "spoof");
    tell("end", "spoof");
    tell("answered", "nonsense");
    metrics.observeMessage("door", shared(gst_structure_new_empty("ooto-notice")).get());
    const std::string text = metrics.text(someSnapshot(), 0);
    EXPECT_TRUE(hasLine(text, R"(ooto_answers_total{camera="door",status="spoof"} 1)"));
    EXPECT_TRUE(hasLine(text, R"(ooto_answer_age_seconds_count{camera="door"} 1)"));
    EXPECT_EQ(text.find("opper"), std::string::npos) << "people are named nowhere";
}

TEST(Metrics, forgetCamerasThatAreGone)
{
    Metrics metrics;
    metrics.observeAnswer("gone", core::Status::Spoof, 1s);
    metrics.observeAnswer("door", core::Status::Spoof, 1s);
    EXPECT_EQ(metrics.text(someSnapshot(), 0).find("gone"), std::string::npos);
    EXPECT_TRUE(hasLine(metrics.text(someSnapshot(), 0),
                        R"(ooto_answers_total{camera="door",status="spoof"} 1)"))
        << "and keep those that are there";
}

TEST(Metrics, showTheBudgetThatHasTheLeastLeft)
{
    Snapshot snapshot = someSnapshot();
    CameraSnapshot yard = snapshot.cameras.front();
    yard.name = "yard";
    yard.stats = identifyStats(5, 1);
    snapshot.cameras.push_back(yard);
    EXPECT_TRUE(hasLine(Metrics().text(snapshot, 0), "ooto_budget_limit 6"));
    EXPECT_TRUE(hasLine(Metrics().text(snapshot, 0), "ooto_budget_used 5"));
}

TEST(Metrics, haveNoLimitWhereThereIsNone)
{
    Snapshot snapshot = someSnapshot();
    snapshot.cameras.front().stats = shared(
        gst_structure_new("ooto-stats", "requests-today", G_TYPE_UINT64, guint64{12}, nullptr));
    const std::string text = Metrics().text(snapshot, 0);
    EXPECT_TRUE(hasLine(text, "ooto_budget_used 12"));
    EXPECT_EQ(text.find("ooto_budget_limit"), std::string::npos);
}

TEST(Metrics, knowTheProcess)
{
    const std::string before = Metrics().text({}, 0);
    const double fds = valueOf(before, "process_open_fds");
    EXPECT_GT(fds, 2);
    const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen("/dev/null", "r"),
                                                                std::fclose);
    const std::string after = Metrics().text({}, 0);
    EXPECT_EQ(valueOf(after, "process_open_fds"), fds + 1);
    EXPECT_GT(valueOf(after, "process_resident_memory_bytes"), 1e6);
    EXPECT_GT(valueOf(after, "process_virtual_memory_bytes"),
              valueOf(after, "process_resident_memory_bytes"));
    EXPECT_GE(valueOf(after, "process_threads"), 1);
    EXPECT_GE(valueOf(after, "process_cpu_seconds_total"),
              valueOf(before, "process_cpu_seconds_total"));
    const auto now = static_cast<double>(std::time(nullptr));
    EXPECT_LE(valueOf(after, "process_start_time_seconds"), now + 1);
    EXPECT_GT(valueOf(after, "process_start_time_seconds"), now - 3600);
    EXPECT_EQ(valueOf(after, "process_start_time_seconds"),
              valueOf(before, "process_start_time_seconds"));
}

TEST(Metrics, areCleanToPrometheus)
{
    if (std::system("promtool --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "promtool is not installed";
    const test::ScratchDirectory folder;
    Metrics metrics;
    metrics.observeAnswer("door", core::Status::Identified, 1500ms);
    std::ofstream(folder / "metrics") << metrics.text(someSnapshot(), 0);
    const std::string command =
        "promtool check metrics <" + (folder / "metrics") + " >" + (folder / "found") + " 2>&1";
    const int status = std::system(command.c_str());
    EXPECT_EQ(status, 0);
    EXPECT_EQ(test::contentOf(folder / "found"), "");
}

} // namespace
} // namespace ooto::watch
