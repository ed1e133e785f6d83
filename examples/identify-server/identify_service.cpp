// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify_service.h"
#include "glib_handles.h"

namespace ooto::server
{
namespace
{

/** json-glib recurses once per bracket; this is far below what its stack bears. */
constexpr std::size_t longestDeleteBody = 4096;
/** Who is enrolled from a stream should be seen well, px. */
constexpr double enrolFirstPx = 60;

std::optional<Reply> readFlags(const ReceivedRequest &request, IdentifyAnswer &answer)
{
    for (const auto &[key, value] : request.flags) {
        bool *flag = key == "check_liveness"   ? &answer.askedLiveness
                     : key == "check_deepfake" ? &answer.askedDeepfake
                                               : nullptr;
        if (!flag)
            continue;
        if (value != "true" && value != "false")
            return refusal(400, 400, key + " should be true or false");
        *flag = value == "true";
    }
    return std::nullopt;
}

std::optional<std::string> templateIdOf(const std::string &json)
{
    if (json.size() > longestDeleteBody)
        return std::nullopt;
    const ObjectPtr<JsonParser> parser(json_parser_new());
    if (!json_parser_load_from_data(parser.get(), json.data(), static_cast<gssize>(json.size()),
                                    nullptr))
        return std::nullopt;
    JsonNode *root = json_parser_get_root(parser.get());
    if (!root || !JSON_NODE_HOLDS_OBJECT(root))
        return std::nullopt;
    JsonNode *id = json_object_get_member(json_node_get_object(root), "templateId");
    if (!id || json_node_get_value_type(id) != G_TYPE_STRING)
        return std::nullopt;
    return json_node_get_string(id);
}

} // namespace

Reply refusal(unsigned status, int code, const std::string &info)
{
    return {status, code, errorJson(code, info), "application/json", {}};
}

Reply IdentifyService::answer(const ReceivedRequest &request, const AnswerStyle &style)
{
    if (request.method != "POST") {
        Reply reply = refusal(405, 405, "only POST is served");
        reply.header.emplace_back("Allow", "POST");
        return reply;
    }
    const bool identifies = request.path == identifyPath;
    if (!identifies && request.path != addPath && request.path != deletePath)
        return refusal(404, 404, "no such path");
    if (!request.appIdRight || !request.appKeyRight)
        return refusal(401, 401, "APP-ID or APP-KEY is missing or wrong");
    if (request.tooLarge)
        return refusal(413, 413, "request is too large");
    if (request.path == deletePath)
        return remove(request);

    IdentifyAnswer answer;
    if (std::optional<Reply> refused = readFlags(request, answer))
        return *refused;
    if (std::optional<Reply> refused = lookAtPhoto(request, answer))
        return *refused;
    return identifies ? identify(request, std::move(answer), style)
                      : enrol(request, std::move(answer), style);
}

std::optional<Reply> IdentifyService::lookAtPhoto(const ReceivedRequest &request,
                                                  IdentifyAnswer &answer)
{
    const auto refused = [](int code) { return refusal(400, code, errorInfo(code)); };
    const Part *photo = request.multipart ? request.part("photo") : nullptr;
    if (!photo)
        return refused(1);
    if (photo->contentType != "image/jpeg" && photo->contentType != "image/png")
        return refused(2);
    if (photo->bytes.empty())
        return refused(3);
    answer.sighting = recogniser_->look(photo->bytes);
    if (answer.sighting.errorCode)
        return refused(answer.sighting.errorCode);
    return std::nullopt;
}

Reply IdentifyService::identify(const ReceivedRequest &, IdentifyAnswer answer,
                                const AnswerStyle &style)
{
    if (enrolFirst_ && answer.sighting.box.shorterSide() >= enrolFirstPx) {
        gallery_.add(*enrolFirst_, answer.sighting.views.upright);
        enrolFirst_.reset();
    }
    answer.match = gallery_.best(answer.sighting.views);
    return {200, 0, identifyJson(answer, style), "application/json", {}};
}

Reply IdentifyService::enrol(const ReceivedRequest &request, IdentifyAnswer answer,
                             const AnswerStyle &style)
{
    const Part *named = request.part("templateId");
    const std::string id = named && !named->bytes.empty()
                               ? std::string(named->bytes.begin(), named->bytes.end())
                               : take(g_uuid_string_random());
    if (!Gallery::isTemplateId(id))
        return refusal(400, 400, "templateId should be at most 80 bytes of plain text");
    const std::string notSaved =
        gallery_.add(id, answer.sighting.views.upright, request.part("photo")->bytes);
    if (!notSaved.empty())
        return refusal(500, 500, "the photo could not be saved: " + notSaved);
    return {200, 0, enrolJson(id, answer, style), "application/json", {}};
}

Reply IdentifyService::remove(const ReceivedRequest &request)
{
    const std::optional<std::string> id = templateIdOf(request.body);
    if (!id || id->empty())
        return refusal(400, 400, "templateId should not be empty");
    if (!gallery_.remove(*id))
        return refusal(400, 400, "Template not found");
    return {200, 0, deletedJson(), "application/json", {}};
}

} // namespace ooto::server
