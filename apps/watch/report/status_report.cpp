// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/status_report.h"

#include "metadata/structure_json.h"
#include "system/iso_time.h"
#include "system/plain_text.h"

#include <algorithm>

namespace ooto::watch
{

namespace
{

/** A tick takes milliseconds, and comes every second or so. */
constexpr std::chrono::seconds longestWithoutTick{15};

void setText(GstStructure *object, const char *name, const std::string &text)
{
    if (!text.empty())
        gst_structure_set(object, name, G_TYPE_STRING, system::plainText(text, 1024).c_str(),
                          nullptr);
}

void setTime(GstStructure *object, const char *name, std::chrono::system_clock::time_point time)
{
    if (time != std::chrono::system_clock::time_point())
        setText(object, name, system::iso8601(time));
}

void setStats(GstStructure *object, const GstStructure *stats)
{
    if (stats)
        gst_structure_set(object, "stats", GST_TYPE_STRUCTURE, stats, nullptr);
}

element::StructureHandle cameraObject(const CameraSnapshot &camera)
{
    element::StructureHandle object(gst_structure_new_empty("camera"));
    setText(object.get(), "name", camera.name);
    setText(object.get(), "source", camera.source);
    setText(object.get(), "state", cameraStateName(camera.status.state));
    setTime(object.get(), "since", camera.status.since);
    setText(object.get(), "reason", camera.status.reason);
    gst_structure_set(object.get(), "restarts", G_TYPE_UINT64,
                      static_cast<guint64>(camera.status.restarts), "left-behind", G_TYPE_UINT64,
                      static_cast<guint64>(camera.status.leftBehind), nullptr);
    if (camera.status.lastFrame)
        setTime(object.get(), "last-frame", *camera.status.lastFrame);
    if (camera.status.clockOffsetS)
        gst_structure_set(object.get(), "clock-offset-s", G_TYPE_DOUBLE,
                          *camera.status.clockOffsetS, nullptr);
    setStats(object.get(), camera.stats.get());
    return object;
}

element::StructureHandle targetObject(const TargetSnapshot &target)
{
    element::StructureHandle object(gst_structure_new_empty("target"));
    setText(object.get(), "name", target.name);
    setStats(object.get(), target.stats.get());
    return object;
}

element::StructureHandle serviceObject(const ServiceSnapshot &service)
{
    element::StructureHandle object(gst_structure_new_empty("service"));
    setText(object.get(), "state", service.state);
    setText(object.get(), "reason", service.reason);
    setTime(object.get(), "since", service.since);
    return object;
}

template<typename Each, typename ObjectOf>
void setArray(GstStructure *status, const char *name, const std::vector<Each> &all,
              ObjectOf objectOf)
{
    GValue array = G_VALUE_INIT;
    g_value_init(&array, GST_TYPE_ARRAY);
    for (const Each &each : all) {
        GValue value = G_VALUE_INIT;
        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, objectOf(each).release());
        gst_value_array_append_and_take_value(&array, &value);
    }
    gst_structure_take_value(status, name, &array);
}

std::string cameraReason(const CameraSnapshot &camera)
{
    std::string text = "camera " + camera.name + " is " + cameraStateName(camera.status.state);
    if (!camera.status.reason.empty())
        text += ": " + camera.status.reason;
    return system::plainText(text, 1024);
}

} // namespace

std::string statusJson(const Snapshot &snapshot)
{
    const element::StructureHandle status(
        gst_structure_new("status", "version", G_TYPE_STRING, OOTO_VERSION, "reload-succeeded",
                          G_TYPE_BOOLEAN, gboolean(snapshot.reloadSucceeded), "service",
                          GST_TYPE_STRUCTURE, serviceObject(snapshot.service).get(), nullptr));
    setArray(status.get(), "cameras", snapshot.cameras, cameraObject);
    setArray(status.get(), "targets", snapshot.targets, targetObject);
    return metadata::toJson(status.get());
}

std::vector<std::string> notReadyReasons(const Snapshot &snapshot)
{
    std::vector<std::string> reasons;
    const bool anyLive = std::any_of(
        snapshot.cameras.begin(), snapshot.cameras.end(),
        [](const CameraSnapshot &camera) { return camera.status.state == CameraState::Live; });
    if (!anyLive) {
        reasons.emplace_back("no camera is live");
        for (const CameraSnapshot &camera : snapshot.cameras)
            reasons.push_back(cameraReason(camera));
    }
    const ServiceSnapshot &service = snapshot.service;
    if (service.state == "unauthorized" || service.state == "misconfigured")
        reasons.push_back(
            system::plainText("the service is " + service.state +
                                  (service.reason.empty() ? "" : ": " + service.reason),
                              1024));
    return reasons;
}

std::string notAliveReason(const Snapshot &snapshot, std::chrono::steady_clock::time_point now)
{
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - snapshot.lastTick);
    if (age <= longestWithoutTick)
        return {};
    return "the main loop has not run for " + std::to_string(age.count()) + " s";
}

} // namespace ooto::watch
