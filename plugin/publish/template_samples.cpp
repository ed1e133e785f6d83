// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template_samples.h"

#include "publish/mustache_text.h"

#include <initializer_list>
#include <set>

namespace ooto::publish
{

namespace
{

namespace field = metadata::field;

constexpr const char *moment = "2025-01-31T12:00:00.123456Z";

class Sample
{
public:
    Sample() : object_(json_object_new()) {}

    void set(const char *name, const char *value)
    {
        json_object_set_string_member(object_.get(), name, value);
    }
    void setNumbers(std::initializer_list<const char *> names, double value)
    {
        for (const char *name : names)
            json_object_set_double_member(object_.get(), name, value);
    }
    void setIntegers(std::initializer_list<const char *> names, gint64 value)
    {
        for (const char *name : names)
            json_object_set_int_member(object_.get(), name, value);
    }
    void setTrue(std::initializer_list<const char *> names)
    {
        for (const char *name : names)
            json_object_set_boolean_member(object_.get(), name, TRUE);
    }
    void setList(const char *name, unsigned length)
    {
        JsonArray *list = json_array_new();
        for (unsigned i = 0; i < length; ++i)
            json_array_add_double_element(list, 0.25);
        json_object_set_array_member(object_.get(), name, list);
    }
    void setObject(const char *name, Sample value)
    {
        json_object_set_object_member(object_.get(), name, value.object_.release());
    }

    std::string json() const
    {
        const system::Handle<JsonNode, json_node_unref> node(
            json_node_init_object(json_node_alloc(), object_.get()));
        return system::CharsHandle(json_to_string(node.get(), FALSE)).get();
    }

private:
    JsonObjectHandle object_;
};

/** What each event has, and each of its type and status. */
void setAlways(Sample &sample, const SampleKind &kind)
{
    sample.set(field::type, std::string(core::eventName(kind.type)).c_str());
    sample.set(field::status, std::string(core::statusName(kind.status)).c_str());
    sample.set(field::eventId, "d9k8txh04zq7m2rkc1x5p-000000000005");
    sample.set(field::camera, "door");
    sample.set(field::visitId, "door-d9k8txh04zq7m2rkc1x5p-2");
    for (const char *name : {field::wallClock, field::received, field::since})
        sample.set(name, moment);
    sample.setIntegers({field::trackId, field::attempts}, 2);
    sample.setIntegers({field::frameWidth, field::frameHeight}, 512);
    sample.setNumbers({field::detectionScore}, 0.9);
    sample.setList(field::box, 4);
    if (kind.status == core::Status::Identified)
        sample.set(field::templateId, "Grace Hopper");
    if (kind.type == core::FaceEventType::End)
        sample.set(field::lastSeenWallClock, moment);
    if (kind.type == core::FaceEventType::Answered) {
        sample.set(field::askedWallClock, moment);
        sample.setIntegers({field::ageMs}, 300);
    }
}

Sample qualitySample()
{
    Sample quality;
    for (const std::string_view name : core::qualityNames) {
        quality.setNumbers({std::string(name).c_str()}, 0.5);
        quality.setTrue({(std::string(name) + field::fineEnding).c_str()});
    }
    return quality;
}

Sample shotSample()
{
    Sample shot;
    shot.setNumbers({field::shotTotal, field::shotSize, field::shotSharpness, field::shotExposure,
                     field::shotFrontality, field::shotEdge, field::shotCrowding},
                    0.5);
    return shot;
}

/** What there is of the person, by the service. */
void setAnswer(Sample &sample, const SampleKind &kind)
{
    const bool known =
        kind.status == core::Status::Identified || kind.status == core::Status::Spoof;
    sample.set(known ? field::templateId : field::nearestTemplateId, "Grace Hopper");
    if (kind.status == core::Status::Identified)
        sample.set(field::name, "Rear Admiral");
    for (const char *name : {field::gender, field::race, field::transactionId, field::errorInfo})
        sample.set(name, "a text");
    sample.setNumbers({field::similarity, field::livenessScore, field::deepfakeScore, field::pitch,
                       field::yaw, field::roll},
                      0.5);
    sample.setTrue({field::livenessFine, field::deepfakeFine});
    sample.setIntegers({field::age, field::errorCode}, 40);
    sample.setList(field::landmarks, 10);
    sample.setList(field::serviceBox, 4);
    sample.setObject(field::quality, qualitySample());
}

void setRest(Sample &sample, const SampleKind &kind)
{
    setAnswer(sample, kind);
    sample.set(field::reason, "service");
    sample.set(field::askedWallClock, moment);
    sample.set(field::photoUri, "file:///photos/door/1.jpg");
    sample.set(field::frameUri, "file:///photos/door/1-frame.jpg");
    sample.setIntegers({field::roiId, field::sequence, field::pts, field::runningTime,
                        field::streamTime, field::askedPts, field::answeredPts, field::delayedMs},
                       2500);
    sample.setTrue({field::late, field::visitContinued});
    sample.setObject(field::shot, shotSample());
    if (kind.type == core::FaceEventType::End)
        sample.setIntegers({field::lastSeenPts}, 2500);
}

void addNames(JsonObject *object, const std::string &before, std::set<std::string> &names)
{
    JsonObjectIter members{};
    json_object_iter_init(&members, object);
    const char *name = nullptr;
    JsonNode *node = nullptr;
    while (json_object_iter_next(&members, &name, &node)) {
        names.insert(name);
        names.insert(before + name);
        if (JSON_NODE_HOLDS_OBJECT(node))
            addNames(json_node_get_object(node), std::string(name) + ".", names);
    }
}

std::set<std::string> allNames()
{
    std::set<std::string> names = {"."};
    for (const auto type : {core::FaceEventType::New, core::FaceEventType::Answered,
                            core::FaceEventType::Updated, core::FaceEventType::End}) {
        for (const auto status :
             {core::Status::Pending, core::Status::Identified, core::Status::Unknown,
              core::Status::Spoof, core::Status::Unavailable}) {
            const JsonObjectHandle fields =
                templateFields(sampleFacts({.type = type, .status = status, .full = true}), true);
            addNames(fields.get(), {}, names);
        }
    }
    return names;
}

} // namespace

TemplateFacts sampleFacts(const SampleKind &kind)
{
    Sample sample;
    setAlways(sample, kind);
    if (kind.full)
        setRest(sample, kind);
    TemplateFacts facts;
    facts.json = sample.json();
    facts.cameraAlias = "door";
    facts.prefix = "ooto";
    if (kind.full)
        facts.photo.bytes = std::make_shared<const std::vector<std::uint8_t>>(16, std::uint8_t{0});
    return facts;
}

bool isTemplateField(const std::string &name)
{
    static const std::set<std::string> names = allNames();
    const auto cut = readCutName(name);
    return names.contains(cut ? cut->field : name);
}

} // namespace ooto::publish
