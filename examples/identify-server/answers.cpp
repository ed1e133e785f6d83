// SPDX-License-Identifier: LGPL-2.1-or-later
#include "answers.h"
#include "glib_handles.h"

#include <cmath>

namespace ooto::server
{
namespace
{

/** Writes one JSON object, member by member. */
class Json
{
public:
    Json() : builder_(json_builder_new()) { json_builder_begin_object(builder_.get()); }

    void begin(const char *name)
    {
        key(name);
        json_builder_begin_object(builder_.get());
    }
    void end() { json_builder_end_object(builder_.get()); }
    void add(const char *name, const std::string &value)
    {
        key(name);
        json_builder_add_string_value(builder_.get(), value.c_str());
    }
    void add(const char *name, double value)
    {
        key(name);
        json_builder_add_double_value(builder_.get(), value);
    }
    void add(const char *name, int value)
    {
        key(name);
        json_builder_add_int_value(builder_.get(), value);
    }
    void add(const char *name, bool value)
    {
        key(name);
        json_builder_add_boolean_value(builder_.get(), value);
    }
    void addNull(const char *name)
    {
        key(name);
        json_builder_add_null_value(builder_.get());
    }
    void add(const char *name, const core::Landmarks &landmarks)
    {
        key(name);
        json_builder_begin_array(builder_.get());
        for (const core::Point &point : landmarks) {
            json_builder_begin_array(builder_.get());
            json_builder_add_double_value(builder_.get(), point.x);
            json_builder_add_double_value(builder_.get(), point.y);
            json_builder_end_array(builder_.get());
        }
        json_builder_end_array(builder_.get());
    }

    std::string text()
    {
        json_builder_end_object(builder_.get());
        const JsonNodePtr root(json_builder_get_root(builder_.get()));
        return take(json_to_string(root.get(), FALSE));
    }

private:
    void key(const char *name) { json_builder_set_member_name(builder_.get(), name); }

    ObjectPtr<JsonBuilder> builder_;
};

void addTransaction(Json &json)
{
    json.add("transactionId", take(g_uuid_string_random()));
}

void addMeasure(Json &json, const char *name, const char *measure, double value, bool fine)
{
    json.begin(name);
    json.add(measure, value);
    json.add("fine", fine);
    json.end();
}

void addQuality(Json &json, const Quality &quality)
{
    json.begin("quality");
    addMeasure(json, "exposure", "value", quality.exposure, quality.exposureFine);
    addMeasure(json, "contrast", "value", quality.contrast, quality.contrastFine);
    addMeasure(json, "blur", "score", quality.blur, quality.blurFine);
    if (quality.rollDegrees)
        json.add("roll", *quality.rollDegrees);
    json.end();
}

void addVerdict(Json &json, const char *name, bool asked, const std::optional<SaidVerdict> &said)
{
    if (!asked)
        return;
    if (said)
        addMeasure(json, name, "score", said->score, said->fine);
    else
        json.addNull(name);
}

void addJudgements(Json &json, const IdentifyAnswer &answer, const AnswerStyle &style)
{
    addVerdict(json, "liveness", answer.askedLiveness, style.liveness);
    addVerdict(json, "deepfake", answer.askedDeepfake, style.deepfake);
    addQuality(json, answer.sighting.quality);
}

void addFace(Json &json, const IdentifyAnswer &answer, const AnswerStyle &style)
{
    const core::Box &box = answer.sighting.box;
    json.begin("box");
    json.add("x", static_cast<int>(std::lround(box.x)));
    json.add("y", static_cast<int>(std::lround(box.y)));
    json.add("w", static_cast<int>(std::lround(box.width)));
    json.add("h", static_cast<int>(std::lround(box.height)));
    json.end();
    if (answer.sighting.landmarks)
        json.add("landmarks", *answer.sighting.landmarks);
    else
        json.addNull("landmarks");
    addJudgements(json, answer, style);
}

void addSearch(Json &json, const IdentifyAnswer &answer, const AnswerStyle &style)
{
    if (answer.match && !style.noMatch) {
        if (!style.olderShape)
            json.begin("search");
        json.add("templateId", answer.match->templateId);
        json.add("similarity", answer.match->similarity);
        if (!style.olderShape)
            json.end();
        return;
    }
    switch (style.noMatch.value_or(NoMatch::Absent)) {
    case NoMatch::Absent:
        break;
    case NoMatch::Null:
        json.addNull(style.olderShape ? "templateId" : "search");
        break;
    case NoMatch::Empty:
        if (!style.olderShape)
            json.begin("search");
        json.add("templateId", std::string());
        if (!style.olderShape)
            json.end();
        break;
    }
}

} // namespace

std::string identifyJson(const IdentifyAnswer &answer, const AnswerStyle &style)
{
    Json json;
    addTransaction(json);
    json.begin("result");
    addSearch(json, answer, style);
    if (style.olderShape)
        json.begin("face");
    addFace(json, answer, style);
    if (style.olderShape)
        json.end();
    json.end();
    return json.text();
}

std::string enrolJson(const std::string &templateId, const IdentifyAnswer &answer,
                      const AnswerStyle &style)
{
    Json json;
    addTransaction(json);
    json.begin("result");
    if (style.olderShape) {
        json.add("templateId", templateId);
        json.begin("face");
        addFace(json, answer, style);
        json.end();
    } else {
        json.begin("enroll");
        json.add("templateId", templateId);
        json.end();
        addJudgements(json, answer, style);
    }
    json.end();
    return json.text();
}

std::string deletedJson()
{
    Json json;
    addTransaction(json);
    return json.text();
}

std::string errorJson(int code, const std::string &info)
{
    Json json;
    addTransaction(json);
    json.begin("result");
    json.add("status", std::string("error"));
    json.add("code", code);
    json.add("info", info);
    json.end();
    return json.text();
}

std::string errorInfo(int code)
{
    switch (code) {
    case 1:
        return "photo should not be empty";
    case 2:
        return "wrong mime-type in input data";
    case 3:
        return "photo size is 0 bytes";
    case 4:
        return "can not decode image, check it is valid jpeg or png file";
    case 5:
        return "can not detect face";
    case 6:
        return "more than one face detected on photo";
    case 9:
        return "can not extract features from sample, probably it is too small";
    default:
        return {};
    }
}

} // namespace ooto::server
