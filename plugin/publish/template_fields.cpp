// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template_fields.h"

#include "core/publishing/slug.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace ooto::publish
{

namespace
{

namespace field = metadata::field;

constexpr std::array events = {core::FaceEventType::New, core::FaceEventType::Answered,
                               core::FaceEventType::Updated, core::FaceEventType::End};
constexpr std::array statuses = {core::Status::Pending, core::Status::Identified,
                                 core::Status::Unknown, core::Status::Spoof,
                                 core::Status::Unavailable};

JsonObjectHandle parsedObject(const std::string &json)
{
    const system::ObjectHandle<JsonParser> parser(json_parser_new_immutable());
    if (!json_parser_load_from_data(parser.get(), json.data(), static_cast<gssize>(json.size()),
                                    nullptr))
        return nullptr;
    JsonNode *root = json_parser_get_root(parser.get());
    if (!root || !JSON_NODE_HOLDS_OBJECT(root))
        return nullptr;
    // A shallow copy, since what is parsed does not change.
    JsonObjectHandle copy(json_object_new());
    json_object_foreach_member(
        json_node_get_object(root),
        [](JsonObject *, const char *name, JsonNode *node, gpointer target) {
            json_object_set_member(static_cast<JsonObject *>(target), name, json_node_ref(node));
        },
        copy.get());
    return copy;
}

/** Zero where it is none. */
double numberIn(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_double(node) : 0;
}

/** Reads and writes the members of one object. */
class Members
{
public:
    explicit Members(JsonObject *object) : object_(object) {}

    std::string text(const char *name) const
    {
        return std::string(textIn(json_object_get_member(object_, name)));
    }
    double number(const char *name) const
    {
        return numberIn(json_object_get_member(object_, name));
    }
    bool has(const char *name) const { return json_object_has_member(object_, name); }
    JsonArray *array(const char *name) const
    {
        JsonNode *node = json_object_get_member(object_, name);
        return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : nullptr;
    }

    void set(const char *name, const std::string &value)
    {
        json_object_set_string_member(object_, name, value.c_str());
    }
    void set(const char *name, std::int64_t value)
    {
        json_object_set_int_member(object_, name, value);
    }
    void set(const char *name, double value)
    {
        json_object_set_double_member(object_, name, value);
    }
    void set(const char *name, JsonObjectHandle value)
    {
        json_object_set_object_member(object_, name, value.release());
    }
    void setTrue(const std::string &name)
    {
        json_object_set_boolean_member(object_, name.c_str(), TRUE);
    }

private:
    JsonObject *object_;
};

/** Without the noise of binary fractions. */
double rounded(double value)
{
    return std::round(value * 1e6) / 1e6;
}

std::string labelOf(const Members &event)
{
    const std::string status = event.text(field::status);
    if (status != core::statusName(core::Status::Identified))
        return status;
    const std::string name = event.text(field::name);
    const std::string templateId = event.text(field::templateId);
    if (!name.empty())
        return name;
    return templateId.empty() ? status : templateId;
}

void setNames(Members &event, const TemplateFacts &facts)
{
    const std::string camera = event.text(field::camera);
    const std::string label = labelOf(event);
    event.set(made::cameraAlias, facts.cameraAlias.empty() ? camera : facts.cameraAlias);
    event.set(made::cameraSlug, core::slug(camera));
    event.set(made::label, label);
    event.set(made::labelSlug, core::slug(label));
    event.set(made::prefix, facts.prefix);
}

void setStates(Members &event)
{
    for (const core::FaceEventType type : events) {
        if (event.text(field::type) == core::eventName(type))
            event.setTrue(made::isStart + std::string(core::eventName(type)));
    }
    for (const core::Status status : statuses) {
        if (event.text(field::status) == core::statusName(status))
            event.setTrue(made::isStart + std::string(core::statusName(status)));
    }
}

system::DateHandle momentOf(const std::string &iso)
{
    return system::DateHandle(g_date_time_new_from_iso8601(iso.c_str(), nullptr));
}

void setTimes(Members &event)
{
    if (const auto time = momentOf(event.text(field::wallClock))) {
        event.set(made::timeUnix, g_date_time_to_unix(time.get()));
        const system::DateHandle local(g_date_time_to_local(time.get()));
        const system::CharsHandle text(g_date_time_format(local.get(), "%Y-%m-%d %H:%M:%S"));
        event.set(made::timeLocal, std::string(text.get()));
    }
    if (const auto since = momentOf(event.text(field::since)))
        event.set(made::sinceUnix, g_date_time_to_unix(since.get()));
}

void setScores(Members &event)
{
    const char *source = event.has(field::similarity) ? field::similarity : field::detectionScore;
    const double score = std::clamp(event.number(source), 0.0, 1.0);
    event.set(made::score, score);
    event.set(made::scorePercent, std::max<std::int64_t>(std::lround(100 * score), 1));
}

struct Edges {
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
};

JsonObjectHandle asObject(const Edges &edges)
{
    JsonObjectHandle object(json_object_new());
    Members members(object.get());
    members.set(made::left, rounded(edges.left));
    members.set(made::top, rounded(edges.top));
    members.set(made::right, rounded(edges.right));
    members.set(made::bottom, rounded(edges.bottom));
    return object;
}

JsonObjectHandle inPixels(const Edges &box, double frameWidth, double frameHeight)
{
    const std::int64_t left = std::lround(box.left * frameWidth);
    const std::int64_t top = std::lround(box.top * frameHeight);
    const std::int64_t right = std::lround(box.right * frameWidth);
    const std::int64_t bottom = std::lround(box.bottom * frameHeight);
    JsonObjectHandle object(json_object_new());
    Members members(object.get());
    members.set(made::left, left);
    members.set(made::top, top);
    members.set(made::right, right);
    members.set(made::bottom, bottom);
    members.set(made::width, right - left);
    members.set(made::height, bottom - top);
    return object;
}

void setBoxes(Members &event)
{
    JsonArray *numbers = event.array(field::box);
    if (!numbers || json_array_get_length(numbers) != 4)
        return;
    const auto share = [numbers](guint at) {
        return numberIn(json_array_get_element(numbers, at));
    };
    const double left = share(0);
    const double top = share(1);
    const Edges box = {left, top, left + share(2), top + share(3)};
    event.set(made::boxShare, asObject(box));
    // ONVIF's frame is -1..1, and its y goes up.
    event.set(made::onvif,
              asObject({2 * box.left - 1, 1 - 2 * box.top, 2 * box.right - 1, 1 - 2 * box.bottom}));
    event.set(made::boxPx,
              inPixels(box, event.number(field::frameWidth), event.number(field::frameHeight)));
}

/** RFC 4122, version 5: of the name `urn:ooto:event:<event-id>` in the name space of URLs. */
std::string uuidOf(const std::string &eventId)
{
    constexpr std::array<guint8, 16> urls = {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
                                             0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
    const std::string name = "urn:ooto:event:" + eventId;
    const system::Handle<GChecksum, g_checksum_free> sha1(g_checksum_new(G_CHECKSUM_SHA1));
    g_checksum_update(sha1.get(), urls.data(), urls.size());
    g_checksum_update(sha1.get(), reinterpret_cast<const guchar *>(name.data()),
                      static_cast<gssize>(name.size()));
    std::array<guint8, 20> hash{};
    gsize size = hash.size();
    g_checksum_get_digest(sha1.get(), hash.data(), &size);
    hash[6] = static_cast<guint8>((hash[6] & 0x0F) | 0x50);
    hash[8] = static_cast<guint8>((hash[8] & 0x3F) | 0x80);
    std::string uuid;
    for (std::size_t i = 0; i < 16; ++i) {
        std::array<char, 4> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", hash[i]);
        uuid += (i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "") + std::string(digits.data());
    }
    return uuid;
}

void setPhoto(Members &event, const spool::Picture &photo)
{
    if (!photo.bytes || photo.bytes->empty())
        return;
    const system::CharsHandle text(g_base64_encode(photo.bytes->data(), photo.bytes->size()));
    event.set(made::photoBase64, std::string(text.get()));
    event.set(made::photoType, std::string(photo.png ? "image/png" : "image/jpeg"));
}

} // namespace

std::string_view textIn(JsonNode *node)
{
    const char *text = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : nullptr;
    return text ? text : "";
}

JsonObjectHandle templateFields(const TemplateFacts &facts, bool withPhoto)
{
    JsonObjectHandle fields = parsedObject(facts.json);
    if (!fields)
        return nullptr;
    Members event(fields.get());
    setNames(event, facts);
    setStates(event);
    setTimes(event);
    setScores(event);
    setBoxes(event);
    if (const std::string id = event.text(field::eventId); !id.empty())
        event.set(made::eventUuid, uuidOf(id));
    if (withPhoto)
        setPhoto(event, facts.photo);
    return fields;
}

} // namespace ooto::publish
