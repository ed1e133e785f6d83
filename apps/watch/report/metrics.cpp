// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/metrics.h"

#include "core/traffic/service_health.h"
#include "metadata/faces_reader.h"
#include "metadata/histogram_structure.h"
#include "report/metric_families.h"
#include "report/process_numbers.h"

#include <algorithm>
#include <utility>

namespace ooto::watch
{

namespace
{

constexpr const char *camera = "camera";
constexpr const char *target = "target";
constexpr std::array cameraStates{CameraState::Live, CameraState::Stalled, CameraState::Ended,
                                  CameraState::Off};
constexpr std::array statuses{core::Status::Identified, core::Status::Unknown, core::Status::Spoof,
                              core::Status::Pending, core::Status::Unavailable};
constexpr std::array serviceConditions{
    core::ServiceCondition::Ok, core::ServiceCondition::Degraded, core::ServiceCondition::Down,
    core::ServiceCondition::Unauthorized, core::ServiceCondition::BudgetSpent};

std::uint64_t countOf(const GstStructure *stats, const char *field)
{
    guint64 count = 0;
    if (stats)
        gst_structure_get_uint64(stats, field, &count);
    return count;
}

const GstStructure *partOf(const GstStructure *stats, const char *field)
{
    const GValue *part = stats ? gst_structure_get_value(stats, field) : nullptr;
    return part && GST_VALUE_HOLDS_STRUCTURE(part) ? gst_value_get_structure(part) : nullptr;
}

/** One value for each field of a structure in `stats`, as `errors`. */
void addEach(Family &family, const CameraSnapshot &from, const char *part, const char *label)
{
    const GstStructure *counts = partOf(from.stats.get(), part);
    for (int i = 0; counts && i < gst_structure_n_fields(counts); ++i) {
        const char *name = gst_structure_nth_field_name(counts, static_cast<guint>(i));
        family.add(static_cast<double>(countOf(counts, name)),
                   {{camera, from.name}, {label, name}});
    }
}

double secondsSince1970(std::chrono::system_clock::time_point time)
{
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void writeBuild(Families &families)
{
    Family build = gauge("ooto_build_info", "1, with the versions as labels.");
    guint major = 0;
    guint minor = 0;
    guint micro = 0;
    guint nano = 0;
    gst_version(&major, &minor, &micro, &nano);
    build.add(1, {{"version", OOTO_VERSION},
                  {"gstreamer", std::to_string(major) + '.' + std::to_string(minor) + '.' +
                                    std::to_string(micro)}});
    families.take(build);
}

void writeCameras(Families &families, const Snapshot &snapshot)
{
    Family state = gauge("ooto_camera_state",
                         "1 for the state that the camera is in: live, stalled, ended or off.");
    Family restarts =
        counter("ooto_camera_restarts_total", "How often the camera's pipeline was built again.");
    Family leftBehind = counter("ooto_camera_left_behind_total",
                                "Pipelines of the camera that did not end and were left behind.");
    Family lastFrame = gauge("ooto_camera_last_frame_timestamp_seconds",
                             "When the camera's last frame came, by this machine's clock.");
    Family clockOffset = gauge("ooto_camera_clock_offset_seconds",
                               "The camera's clock minus this machine's, where it tells one.");
    for (const CameraSnapshot &one : snapshot.cameras) {
        for (const CameraState each : cameraStates)
            state.add(each == one.status.state ? 1 : 0,
                      {{camera, one.name}, {"state", cameraStateName(each)}});
        restarts.add(static_cast<double>(one.status.restarts), {{camera, one.name}});
        leftBehind.add(static_cast<double>(one.status.leftBehind), {{camera, one.name}});
        if (one.status.lastFrame)
            lastFrame.add(secondsSince1970(*one.status.lastFrame), {{camera, one.name}});
        if (one.status.clockOffsetS)
            clockOffset.add(*one.status.clockOffsetS, {{camera, one.name}});
    }
    for (const Family &family : {state, restarts, leftBehind, lastFrame, clockOffset})
        families.take(family);
}

/** What ootoidentify counts under `field` of its `stats`. */
struct CameraCounter {
    const char *name;
    const char *help;
    const char *field;
};
constexpr std::array cameraCounters{
    CameraCounter{"ooto_frames_total", "Frames that came.", "frames"},
    CameraCounter{"ooto_samples_total", "Frames that were due to be looked at.", "samples"},
    CameraCounter{"ooto_samples_skipped_total", "Frames that were due and found the analysis busy.",
                  "samples-skipped"},
    CameraCounter{"ooto_faces_total", "Faces that were followed, each as long as it was in view.",
                  "tracks"},
    CameraCounter{"ooto_visits_total", "Stays of people, which may be several faces each.",
                  "visits"},
};

void writeAnalysis(Families &families, const Snapshot &snapshot)
{
    for (const CameraCounter &each : cameraCounters) {
        Family family = counter(each.name, each.help);
        for (const CameraSnapshot &one : snapshot.cameras)
            family.add(static_cast<double>(countOf(one.stats.get(), each.field)),
                       {{camera, one.name}});
        families.take(family);
    }
    Family notAsked = counter("ooto_not_asked_total",
                              "Faces that left without an answer, by what they waited for.");
    Family streaming = histogram("ooto_streaming_seconds",
                                 "The analysis's own time in the video's thread, per frame.");
    for (const CameraSnapshot &one : snapshot.cameras) {
        addEach(notAsked, one, "unanswered", "reason");
        if (const GstStructure *times = partOf(one.stats.get(), "streaming"))
            streaming.add(metadata::readHistogram(times), {{camera, one.name}});
    }
    families.take(notAsked);
    families.take(streaming);
}

void writeRequests(Families &families, const Snapshot &snapshot)
{
    Family requests =
        counter("ooto_service_requests_total", "Requests to the service, by how they ended.");
    Family duration = histogram("ooto_service_request_duration_seconds",
                                "From a request to the end of its answer.");
    for (const CameraSnapshot &one : snapshot.cameras) {
        requests.add(static_cast<double>(countOf(one.stats.get(), "answers")),
                     {{camera, one.name},
                      {"result", std::string(core::outcomeName(core::Outcome::Answered))}});
        addEach(requests, one, "errors", "result");
        if (const GstStructure *times = partOf(one.stats.get(), "round-trips"))
            duration.add(metadata::readHistogram(times), {{camera, one.name}});
    }
    families.take(requests);
    families.take(duration);
}

void writeService(Families &families, const ServiceSnapshot &service)
{
    Family state = gauge("ooto_service_state",
                         "1 for the state that the service is in; all 0 before the first answer.");
    for (const core::ServiceCondition each : serviceConditions) {
        const std::string name(core::conditionName(each));
        state.add(name == service.state ? 1 : 0, {{"state", name}});
    }
    families.take(state);
}

/** Cameras share a budget; where they do not, it is of the one that has the least left. */
void writeBudget(Families &families, const Snapshot &snapshot)
{
    std::optional<double> used;
    std::optional<double> limit;
    double least = 0;
    for (const CameraSnapshot &one : snapshot.cameras) {
        if (!one.stats)
            continue;
        const auto usedHere = static_cast<double>(countOf(one.stats.get(), "requests-today"));
        const bool isLimited = gst_structure_has_field(one.stats.get(), "budget-left");
        const auto left = static_cast<double>(countOf(one.stats.get(), "budget-left"));
        if (isLimited && (!limit || left < least)) {
            limit = usedHere + left;
            used = usedHere;
            least = left;
        } else if (!limit) {
            used = std::max(usedHere, used.value_or(0));
        }
    }
    Family limitFamily = gauge("ooto_budget_limit", "Requests per day; absent without a limit.");
    Family usedFamily = gauge("ooto_budget_used", "Requests since midnight.");
    if (limit)
        limitFamily.add(*limit);
    if (used)
        usedFamily.add(*used);
    families.take(limitFamily);
    families.take(usedFamily);
}

/** What ootopublish counts under `field` of its `stats`, as a value of the label `result`. */
struct EventResult {
    const char *result;
    const char *field;
};
constexpr std::array eventResults{
    EventResult{"acknowledged", "acknowledged"}, EventResult{"rejected", "rejected"},
    EventResult{"expired", "expired"},           EventResult{"dropped", "dropped"},
    EventResult{"lost", "events-lost"},
};

void writeTargets(Families &families, const Snapshot &snapshot)
{
    Family events = counter("ooto_publish_events_total", "Events of a target, by their end.");
    Family records = gauge("ooto_publish_spool_records", "Events that wait for their target.");
    Family oldest = gauge("ooto_publish_oldest_seconds",
                          "How long the oldest event waits for its target; 0 where none does.");
    Family connected = gauge("ooto_publish_connected", "1 where the target was there at last.");
    Family store = gauge("ooto_store_bytes", "Bytes on disk of all events that wait.");
    double bytes = 0;
    for (const TargetSnapshot &one : snapshot.targets) {
        const GstStructure *stats = one.stats.get();
        for (const EventResult &each : eventResults)
            events.add(static_cast<double>(countOf(stats, each.field)),
                       {{target, one.name}, {"result", each.result}});
        double age = 0;
        gboolean isConnected = FALSE;
        if (stats) {
            gst_structure_get_double(stats, "oldest", &age);
            gst_structure_get_boolean(stats, "connected", &isConnected);
        }
        records.add(static_cast<double>(countOf(stats, "spooled")), {{target, one.name}});
        oldest.add(age, {{target, one.name}});
        connected.add(isConnected ? 1 : 0, {{target, one.name}});
        bytes += static_cast<double>(countOf(stats, "spool-bytes"));
    }
    store.add(bytes);
    for (const Family &family : {events, records, oldest, connected, store})
        families.take(family);
}

void writeProgram(Families &families, const Snapshot &snapshot, std::uint64_t logLinesDropped)
{
    Family reload = gauge("ooto_config_reload_success",
                          "1 where the files that were read last were taken over.");
    reload.add(snapshot.reloadSucceeded ? 1 : 0);
    Family dropped = counter("ooto_log_lines_dropped_total",
                             "Lines of the log that were dropped since nobody read them in time.");
    dropped.add(static_cast<double>(logLinesDropped));
    families.take(reload);
    families.take(dropped);
}

void writeProcess(Families &families)
{
    const ProcessNumbers numbers = processNumbers();
    const auto write = [&families](Family family, const std::optional<double> &value) {
        if (value)
            family.add(*value);
        families.take(family);
    };
    write(counter("process_cpu_seconds_total", "Time on processors, user and system."),
          numbers.cpuS);
    write(gauge("process_resident_memory_bytes", "Memory that the process has in RAM."),
          numbers.residentBytes);
    write(gauge("process_virtual_memory_bytes", "Addresses that the process has."),
          numbers.virtualBytes);
    write(gauge("process_open_fds", "Open file descriptors."), numbers.openFds);
    write(gauge("process_max_fds", "File descriptors that may be open."), numbers.maxFds);
    write(gauge("process_threads", "Threads."), numbers.threads);
    write(gauge("process_start_time_seconds", "When the process began, since 1970."),
          numbers.startS);
}

} // namespace

void Metrics::observeAnswer(const std::string &camera, core::Status status,
                            std::optional<std::chrono::milliseconds> age)
{
    auto answers = answers_.lock();
    Answers &ofCamera = (*answers)[camera];
    ++ofCamera.byStatus[status];
    if (age)
        ofCamera.age.add(std::chrono::duration<double>(*age).count());
}

void Metrics::observeMessage(const std::string &camera, const GstStructure *message)
{
    const auto face = metadata::readFaceMessage(message);
    if (!face || face->type != core::FaceEventType::Answered || !face->face.status)
        return;
    std::optional<std::chrono::milliseconds> age;
    if (face->ageMs)
        age = std::chrono::milliseconds(*face->ageMs);
    observeAnswer(camera, *face->face.status, age);
}

Metrics::AnswersByCamera Metrics::answersOf(const Snapshot &snapshot)
{
    AnswersByCamera now;
    auto answers = answers_.lock();
    for (const CameraSnapshot &one : snapshot.cameras) {
        const auto known = answers->find(one.name);
        now.emplace(one.name, known == answers->end() ? Answers{} : std::move(known->second));
    }
    *answers = now;
    return now;
}

std::string Metrics::text(const Snapshot &snapshot, std::uint64_t logLinesDropped)
{
    Families families;
    writeBuild(families);
    writeCameras(families, snapshot);
    writeAnalysis(families, snapshot);
    Family answered = counter("ooto_answers_total", "Answers about faces, by what they said.");
    Family age = histogram("ooto_answer_age_seconds",
                           "From the arrival of a photo's frame to the answer about it.");
    for (const auto &[name, answers] : answersOf(snapshot)) {
        for (const core::Status status : statuses) {
            const auto count = answers.byStatus.find(status);
            answered.add(count == answers.byStatus.end() ? 0 : static_cast<double>(count->second),
                         {{camera, name}, {"status", std::string(core::statusName(status))}});
        }
        age.add(metadata::readHistogram(metadata::histogramStructure(answers.age).get()),
                {{camera, name}});
    }
    families.take(answered);
    families.take(age);
    writeRequests(families, snapshot);
    writeService(families, snapshot.service);
    writeBudget(families, snapshot);
    writeTargets(families, snapshot);
    writeProgram(families, snapshot, logLinesDropped);
    writeProcess(families);
    return families.text();
}

} // namespace ooto::watch
