// SPDX-License-Identifier: LGPL-2.1-or-later
#include "told_camera.h"

#include "metadata/event_ids.h"
#include "metadata/facts.h"
#include "support/mosquitto_broker.h"
#include "system/handles.h"

#include <gtest/gtest.h>

#include <utility>

namespace ooto::test
{

namespace
{

constexpr std::size_t manyUnread = 500; ///< half of what the element queues

std::string field(const GstStructure *structure, const char *name)
{
    const char *value = gst_structure_get_string(structure, name);
    return value ? value : "";
}

} // namespace

GstEvent *faceEvent(const std::string &camera, const Told &told, std::string *eventId)
{
    core::FaceEvent event;
    event.type = told.type;
    event.number = metadata::nextEventNumber();
    event.sequence = ++*metadata::eventSequenceOf(camera);
    event.photo = told.photo;
    event.times.wallClock = event.times.received = std::chrono::system_clock::now();
    event.times.arrived = std::chrono::steady_clock::now();
    event.face.trackId = told.track;
    event.face.visit = told.track;
    event.face.since = event.times.wallClock;
    event.face.box = {0.25, 0.25, 0.5, 0.5};
    if (!told.person.empty()) {
        core::Answer answer;
        answer.templateId = told.person;
        answer.similarity = 0.9;
        event.face.answer = std::make_shared<const core::Answer>(answer);
        event.face.isMatch = true;
        event.face.status = core::Status::Identified;
    }
    metadata::ReportContext context;
    context.camera = camera;
    context.facts = metadata::FactIdentity;
    context.frame = {640, 480};
    if (eventId)
        *eventId = metadata::eventId(event.number);
    return gst_event_new_custom(
        GST_EVENT_CUSTOM_DOWNSTREAM,
        metadata::faceReport(event, context,
                             told.photo ? metadata::Attached::Picture : metadata::Attached::Nothing)
            .release());
}

std::string textMember(const std::string &json, const std::string &name)
{
    const std::string key = "\"" + name + "\":\"";
    const std::size_t at = json.find(key);
    if (at == std::string::npos)
        return {};
    const std::size_t from = at + key.size();
    return json.substr(from, json.find('"', from) - from);
}

ToldCamera::ToldCamera(const std::string &properties, std::string camera)
    : camera_(std::move(camera))
{
    EXPECT_NE(properties.find("spool="), std::string::npos) << "tests always set spool";
    GError *error = nullptr;
    element_ =
        gst_parse_launch(("ootopublish photo-dir=/nonexistent/ooto " + properties).c_str(), &error);
    EXPECT_EQ(error, nullptr) << (error ? error->message : "");
    bus_ = gst_bus_new();
    gst_element_set_bus(element_, bus_);
    harness_ = gst_harness_new_with_element(element_, "sink", "src");
    gst_harness_set_src_caps_str(harness_, "video/x-raw,format=I420,width=16,height=16");
}

ToldCamera::~ToldCamera()
{
    stop();
    gst_harness_teardown(harness_);
    gst_element_set_bus(element_, nullptr);
    gst_object_unref(element_);
    gst_object_unref(bus_);
}

std::string ToldCamera::tell(const Told &told)
{
    std::string id;
    EXPECT_TRUE(gst_harness_push_event(harness_, faceEvent(camera_, told, &id)));
    // What came out again is not kept.
    while (GstEvent *event = gst_harness_try_pull_event(harness_))
        gst_event_unref(event);
    ++told_;
    return id;
}

std::vector<std::string> ToldCamera::tellMany(std::size_t count)
{
    std::vector<std::string> ids;
    while (ids.size() < count) {
        ids.push_back(tell({.track = ids.size() % 50 + 1}));
        if (told_ % 50 == 0) {
            EXPECT_TRUE(eventually([this] { return stat("events") + manyUnread > told_; }));
        }
    }
    return ids;
}

bool ToldCamera::frame()
{
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, 16 * 16 * 3 / 2, nullptr);
    GST_BUFFER_PTS(buffer) = time_;
    GST_BUFFER_DURATION(buffer) = 40 * GST_MSECOND;
    time_ += GST_BUFFER_DURATION(buffer);
    if (gst_harness_push(harness_, buffer) != GST_FLOW_OK)
        return false;
    const system::Handle<GstBuffer, gst_buffer_unref> out(gst_harness_try_pull(harness_));
    return static_cast<bool>(out);
}

void ToldCamera::end()
{
    gst_harness_push_event(harness_, gst_event_new_eos());
}

void ToldCamera::stop()
{
    gst_element_set_state(element_, GST_STATE_NULL);
}

std::uint64_t ToldCamera::stat(const char *name)
{
    GstStructure *stats = nullptr;
    g_object_get(element_, "stats", &stats, nullptr);
    guint64 value = 0;
    guint small = 0;
    if (!gst_structure_get_uint64(stats, name, &value) &&
        gst_structure_get_uint(stats, name, &small))
        value = small;
    gst_structure_free(stats);
    return value;
}

bool ToldCamera::isConnected()
{
    GstStructure *stats = nullptr;
    g_object_get(element_, "stats", &stats, nullptr);
    gboolean connected = FALSE;
    EXPECT_TRUE(gst_structure_get_boolean(stats, "connected", &connected));
    gst_structure_free(stats);
    return connected;
}

void ToldCamera::collect()
{
    while (GstMessage *message = gst_bus_pop(bus_)) {
        const GstStructure *structure = gst_message_get_structure(message);
        if (structure && gst_structure_has_name(structure, "ooto-publish"))
            reports_.push_back({.state = field(structure, "state"),
                                .reason = field(structure, "reason"),
                                .json = field(structure, "json")});
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
            GError *error = nullptr;
            gst_message_parse_error(message, &error, nullptr);
            errors_.emplace_back(error->message);
            g_error_free(error);
        }
        gst_message_unref(message);
    }
}

std::vector<ToldCamera::Report> ToldCamera::reports()
{
    collect();
    return reports_;
}

bool ToldCamera::waitForReport(const std::string &state, const std::string &part)
{
    return eventually([&] {
        for (const Report &report : reports()) {
            if (report.state == state && report.reason.find(part) != std::string::npos)
                return true;
        }
        return false;
    });
}

bool ToldCamera::isInState(const std::string &state)
{
    return eventually([&] {
        const auto all = reports();
        return !all.empty() && all.back().state == state;
    });
}

std::vector<std::string> ToldCamera::errors()
{
    collect();
    return errors_;
}

} // namespace ooto::test
