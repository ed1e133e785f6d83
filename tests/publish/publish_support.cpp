// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish_support.h"

#include "metadata/face_fields.h"
#include "metadata/faces_meta.h"
#include "metadata/picture.h"
#include "metadata/structure_json.h"

#include <gtest/gtest.h>
#include <json-glib/json-glib.h>

#include <sstream>

namespace ooto::test
{

namespace field = metadata::field;

GstEvent *faceEvent(const Face &face)
{
    GstStructure *structure = gst_structure_new(
        metadata::faceMessageName, field::camera, G_TYPE_STRING, face.camera.c_str(), field::type,
        G_TYPE_STRING, face.type.c_str(), field::eventId, G_TYPE_STRING, face.eventId.c_str(),
        field::trackId, G_TYPE_UINT64, static_cast<guint64>(face.track), field::visitId,
        G_TYPE_STRING, face.visit().c_str(), field::status, G_TYPE_STRING, face.status.c_str(),
        nullptr);
    if (face.sequence > 0)
        gst_structure_set(structure, field::sequence, G_TYPE_UINT64,
                          static_cast<guint64>(face.sequence), nullptr);
    if (!face.templateId.empty())
        gst_structure_set(structure, field::templateId, G_TYPE_STRING, face.templateId.c_str(),
                          nullptr);
    const std::string json = face.json.empty() ? metadata::toJson(structure) : face.json;
    gst_structure_set(structure, field::json, G_TYPE_STRING, json.c_str(), nullptr);
    for (const auto &[name, bytes] :
         {std::pair(field::photo, &face.photo), std::pair(field::frame, &face.frame)}) {
        if (!bytes->empty())
            metadata::setPicture(
                structure, name,
                {std::make_shared<const std::vector<std::uint8_t>>(*bytes), false});
    }
    return gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, structure);
}

void showFaces(GstBuffer *buffer, const std::vector<std::uint64_t> &tracks,
               const std::string &camera)
{
    GstCustomMeta *meta = gst_buffer_add_custom_meta(buffer, metadata::facesMetaName);
    GstStructure *structure = gst_custom_meta_get_structure(meta);
    gst_structure_set(structure, field::camera, G_TYPE_STRING, camera.c_str(), nullptr);
    GValue faces = G_VALUE_INIT;
    g_value_init(&faces, GST_TYPE_ARRAY);
    for (const std::uint64_t track : tracks) {
        const Face face{.track = track, .camera = camera};
        GValue one = G_VALUE_INIT;
        g_value_init(&one, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&one,
                           gst_structure_new(metadata::faceType, field::trackId, G_TYPE_UINT64,
                                             static_cast<guint64>(track), field::visitId,
                                             G_TYPE_STRING, face.visit().c_str(), field::status,
                                             G_TYPE_STRING, "pending", nullptr));
        gst_value_array_append_and_take_value(&faces, &one);
    }
    gst_structure_take_value(structure, field::faces, &faces);
}

std::vector<std::string> linesOf(const std::string &path)
{
    std::vector<std::string> lines;
    std::istringstream text(contentOf(path));
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

std::string member(const std::string &json, const char *name)
{
    JsonParser *parser = json_parser_new();
    std::string found;
    if (json_parser_load_from_data(parser, json.c_str(), -1, nullptr) &&
        JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))) {
        JsonObject *object = json_node_get_object(json_parser_get_root(parser));
        JsonNode *node = json_object_get_member(object, name);
        if (node && json_node_get_value_type(node) == G_TYPE_STRING)
            found = json_node_get_string(node);
    }
    g_object_unref(parser);
    return found;
}

std::vector<std::string> membersOf(const std::string &path, const char *name)
{
    std::vector<std::string> members;
    for (const std::string &line : linesOf(path))
        members.push_back(member(line, name));
    return members;
}

std::string textOf(const GstStructure *structure, const char *field)
{
    const char *text = gst_structure_get_string(structure, field);
    return text ? text : "";
}

Told::Told(GstElement *element) : element_(element), bus_(gst_bus_new())
{
    gst_element_set_bus(element, bus_);
}

Told::~Told()
{
    // A message that nobody takes holds its element, which holds the bus.
    gst_element_set_bus(element_, nullptr);
    collect();
    for (GstMessage *message : all_)
        gst_message_unref(message);
    gst_object_unref(bus_);
}

void Told::collect()
{
    while (GstMessage *message = gst_bus_pop(bus_))
        all_.push_back(message);
}

std::vector<Structure> Told::messages(const char *name)
{
    collect();
    std::vector<Structure> found;
    for (GstMessage *message : all_) {
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && gst_message_has_name(message, name))
            found.emplace_back(gst_structure_copy(gst_message_get_structure(message)));
    }
    return found;
}

std::vector<std::string> Told::errors()
{
    collect();
    std::vector<std::string> texts;
    for (GstMessage *message : all_) {
        if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR)
            continue;
        GError *error = nullptr;
        char *debug = nullptr;
        gst_message_parse_error(message, &error, &debug);
        texts.push_back(std::string(error->message) + (debug ? debug : ""));
        g_error_free(error);
        g_free(debug);
    }
    return texts;
}

std::vector<std::string> Told::warnings()
{
    collect();
    std::vector<std::string> texts;
    for (GstMessage *message : all_) {
        if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_WARNING)
            continue;
        GError *error = nullptr;
        gst_message_parse_warning(message, &error, nullptr);
        texts.emplace_back(error->message);
        g_error_free(error);
    }
    return texts;
}

GstElement *makePublisher(const ScratchDirectory &scratch, const Properties &properties)
{
    GstElement *element =
        GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ootopublish", nullptr)));
    gst_util_set_object_arg(G_OBJECT(element), "spool", (scratch / "spool").c_str());
    gst_util_set_object_arg(G_OBJECT(element), "photo-dir", (scratch / "photos").c_str());
    for (const auto &[name, value] : properties)
        gst_util_set_object_arg(G_OBJECT(element), name.c_str(), value.c_str());
    return element;
}

Publish::Publish(const ScratchDirectory &scratch, const Properties &properties)
    : element_(makePublisher(scratch, properties)), told_(std::make_unique<Told>(element_))
{
    harness_ = gst_harness_new_with_element(element_, "sink", "src");
    gst_harness_set_src_caps_str(harness_, "video/x-h264,stream-format=avc,alignment=au");
}

void Publish::pushBuffer(GstBuffer *buffer)
{
    GST_BUFFER_PTS(buffer) = next_;
    next_ += 40 * GST_MSECOND;
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
    gst_buffer_unref(gst_harness_pull(harness_));
}

std::uint64_t Publish::stat(const char *name)
{
    GstStructure *stats = nullptr;
    g_object_get(element_, "stats", &stats, nullptr);
    guint64 value = 0;
    EXPECT_TRUE(gst_structure_get_uint64(stats, name, &value)) << name;
    gst_structure_free(stats);
    return value;
}

void Publish::stop()
{
    if (!harness_)
        return;
    gst_element_set_state(element_, GST_STATE_NULL);
    gst_harness_teardown(std::exchange(harness_, nullptr));
    told_.reset();
    gst_object_unref(std::exchange(element_, nullptr));
}

} // namespace ooto::test
