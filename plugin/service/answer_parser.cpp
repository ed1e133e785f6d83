// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/answer_parser.h"

#include "service/json_fields.h"
#include "service/json_guard.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <array>
#include <cstdlib>
#include <limits>

namespace ooto::service
{

namespace
{

constexpr double maxCoordinatePx = 100000;
constexpr double halfTurn = 180; // degrees
constexpr double anyFinite = std::numeric_limits<double>::max();
constexpr int maxAgeYears = 150;

/** The names of core::qualityNames in the older shape, where they differ. */
const char *olderName(std::string_view name)
{
    if (name == "leftEyeClosed")
        return "left_eye_closed";
    if (name == "rightEyeClosed")
        return "right_eye_closed";
    return nullptr;
}

/** A parsed document, and its one object. */
class Document
{
public:
    explicit Document(std::string_view body)
    {
        if (body.size() > maxAnswerBytes)
            return;
        const auto guarded = guardJson(body, maxAnswerDepth);
        if (!guarded || !json_parser_load_from_data(parser_.get(), guarded->data(),
                                                    static_cast<gssize>(guarded->size()), nullptr))
            return;
        JsonNode *root = json_parser_get_root(parser_.get());
        if (root && JSON_NODE_HOLDS_OBJECT(root))
            root_ = JsonFields(json_node_get_object(root));
    }

    JsonFields root() const { return root_; }

private:
    system::ObjectHandle<JsonParser> parser_{json_parser_new()};
    JsonFields root_;
};

/** The first of several places that has a field. */
template<typename T, typename... More>
std::optional<T> either(std::optional<T> first, More... more)
{
    if constexpr (sizeof...(more) > 0) {
        if (!first)
            return either(std::move(more)...);
    }
    return first;
}

std::optional<core::Box> box(JsonFields fields)
{
    const auto x = fields.number("x", -maxCoordinatePx, maxCoordinatePx);
    const auto y = fields.number("y", -maxCoordinatePx, maxCoordinatePx);
    const auto w = fields.number("w", 0, maxCoordinatePx);
    const auto h = fields.number("h", 0, maxCoordinatePx);
    if (!x || !y || !w || !h || *w <= 0 || *h <= 0)
        return std::nullopt;
    return core::Box{*x, *y, *w, *h};
}

std::optional<core::Landmarks> landmarks(JsonArray *points)
{
    core::Landmarks landmarks;
    if (!points || json_array_get_length(points) != landmarks.size())
        return std::nullopt;
    for (guint i = 0; i < landmarks.size(); ++i) {
        JsonNode *node = json_array_get_element(points, i);
        if (!JSON_NODE_HOLDS_ARRAY(node))
            return std::nullopt;
        JsonArray *pair = json_node_get_array(node);
        if (json_array_get_length(pair) != 2)
            return std::nullopt;
        const auto x = numberIn(json_array_get_element(pair, 0), -maxCoordinatePx, maxCoordinatePx);
        const auto y = numberIn(json_array_get_element(pair, 1), -maxCoordinatePx, maxCoordinatePx);
        if (!x || !y)
            return std::nullopt;
        landmarks[i] = {*x, *y};
    }
    return landmarks;
}

std::optional<core::Judgement> judgement(std::optional<double> score, JsonFields fields)
{
    core::Judgement judgement{score, fields.boolean("fine")};
    if (!judgement.score && !judgement.fine)
        return std::nullopt;
    return judgement;
}

/** Liveness and deepfake: a score of 0..1. */
std::optional<core::Judgement> scored(JsonFields fields)
{
    return judgement(fields.number("score", 0, 1), fields);
}

/** A quality measure: some have a `score`, some a `value`, and neither has a documented range. */
std::optional<core::Judgement> measured(JsonFields fields)
{
    return judgement(either(fields.number("score", -anyFinite, anyFinite),
                            fields.number("value", -anyFinite, anyFinite)),
                     fields);
}

void readQuality(core::Answer &answer, JsonFields quality)
{
    for (std::size_t i = 0; i < core::qualityNames.size(); ++i) {
        const std::string name(core::qualityNames[i]);
        answer.quality[i] = either(answer.quality[i], measured(quality.object(name.c_str())));
        if (const char *older = olderName(name))
            answer.quality[i] = either(answer.quality[i], measured(quality.object(older)));
    }
    answer.pitch = either(answer.pitch, quality.number("pitch", -halfTurn, halfTurn));
    answer.yaw = either(answer.yaw, quality.number("yaw", -halfTurn, halfTurn));
    answer.roll = either(answer.roll, quality.number("roll", -halfTurn, halfTurn));
}

/** `demography`, or the fields of the same names that `quality` has. */
void readDemography(core::Answer &answer, JsonFields fields)
{
    answer.gender = either(answer.gender, fields.text("gender"));
    answer.race = either(answer.race, fields.text("race"));
    answer.age = either(answer.age, fields.integer("age", 0, maxAgeYears));
}

} // namespace

std::optional<core::Answer> parseAnswer(std::string_view body)
{
    const Document document(body);
    const JsonFields result = document.root().object("result");
    if (!result)
        return std::nullopt;
    const JsonFields search = result.object("search");
    const JsonFields face = result.object("face"); // the older shape

    core::Answer answer;
    answer.transactionId = document.root().text("transactionId");
    answer.templateId = either(search.text("templateId"), result.text("templateId"));
    answer.similarity =
        either(search.number("similarity", -1, 1), result.number("similarity", -1, 1));
    answer.box = either(box(result.object("box")), box(face.object("box")));
    answer.landmarks =
        either(landmarks(result.array("landmarks")), landmarks(face.array("landmarks")));
    answer.liveness = either(scored(result.object("liveness")), scored(face.object("liveness")));
    answer.deepfake = either(scored(result.object("deepfake")), scored(face.object("deepfake")));
    for (const JsonFields place : {result, face})
        readQuality(answer, place.object("quality"));
    for (const char *name : {"demography", "quality"}) {
        for (const JsonFields place : {result, face})
            readDemography(answer, place.object(name));
    }
    return answer;
}

ServiceError parseError(std::string_view body)
{
    const Document document(body);
    const JsonFields result = document.root().object("result");
    ServiceError error;
    error.stated = result.text("status") == "error";
    error.code = result.integer("code", 0, std::numeric_limits<int>::max()).value_or(0);
    error.info = result.shownText("info");
    return error;
}

} // namespace ooto::service
