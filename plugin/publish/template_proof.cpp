// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template_proof.h"

#include "system/handles.h"
#include "system/plain_text.h"

#include <json-glib/json-glib.h>

#include <algorithm>

namespace ooto::publish
{

namespace
{

constexpr std::size_t longestTopic = 65535; // MQTT's
constexpr std::size_t longestPath = 8000;

template<typename T>
std::vector<T> orAll(const std::vector<T> &wanted, std::vector<T> all)
{
    return wanted.empty() ? std::move(all) : wanted;
}

std::string jsonProblem(const std::string &body)
{
    // The parser takes "" for a document.
    if (system::trimmed(body).empty())
        return "empty, which is no JSON";
    const system::ObjectHandle<JsonParser> parser(json_parser_new());
    system::ErrorHandle error;
    if (json_parser_load_from_data(parser.get(), body.data(), static_cast<gssize>(body.size()),
                                   system::ErrorOut(error)))
        return {};
    return "no JSON: " + system::plainText(error->message);
}

std::string xmlProblem(const std::string &body)
{
    const GMarkupParser takesAll{};
    const system::Handle<GMarkupParseContext, g_markup_parse_context_unref> context(
        g_markup_parse_context_new(&takesAll, GMarkupParseFlags{}, nullptr, nullptr));
    system::ErrorHandle error;
    const bool parsed = g_markup_parse_context_parse(
        context.get(), body.data(), static_cast<gssize>(body.size()), system::ErrorOut(error));
    if (parsed && g_markup_parse_context_end_parse(context.get(), system::ErrorOut(error)))
        return {};
    return "no XML: " + system::plainText(error->message);
}

bool isPathCharacter(char c)
{
    return g_ascii_isalnum(c) ||
           std::string_view("-._~%/:@!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool hasDots(const std::string &path)
{
    const std::string closed = path + "/";
    return closed.find("/./") != std::string::npos || closed.find("/../") != std::string::npos;
}

} // namespace

std::vector<SampleKind> wantedSamples(const TemplateHead &head)
{
    using core::FaceEventType;
    using core::Status;
    std::vector<SampleKind> samples;
    for (const auto type : orAll(head.events, {FaceEventType::New, FaceEventType::Answered,
                                               FaceEventType::Updated, FaceEventType::End})) {
        for (const auto status :
             orAll(head.statuses, {Status::Pending, Status::Identified, Status::Unknown,
                                   Status::Spoof, Status::Unavailable})) {
            samples.push_back({.type = type, .status = status, .full = true});
            samples.push_back({.type = type, .status = status, .full = false});
        }
    }
    return samples;
}

std::string bodyProblem(const std::string &body, Escape escape)
{
    if (escape == Escape::Json)
        return jsonProblem(body);
    return escape == Escape::Xml ? xmlProblem(body) : std::string();
}

std::string topicProblem(const std::string &topic)
{
    if (topic.empty())
        return "the topic is empty";
    if (topic.size() > longestTopic)
        return "the topic is longer than 65535 bytes";
    if (topic.find_first_of("+#") != std::string::npos)
        return "a topic that something is sent to has no `+` and no `#`";
    return system::isPlainText(topic) ? std::string() : "the topic has control characters";
}

std::string pathProblem(const std::string &path)
{
    if (!path.starts_with('/') || path.starts_with("//"))
        return "a path begins with one `/`";
    if (path.size() > longestPath)
        return "the path is longer than 8000 bytes";
    if (!std::all_of(path.begin(), path.end(), isPathCharacter))
        return "a path has letters, digits and `-._~%/:@!$&'()*+,;=`; a query is the uri's";
    return hasDots(path) ? "a path has no `.` or `..` as a part" : std::string();
}

} // namespace ooto::publish
