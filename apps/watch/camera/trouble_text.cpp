// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/trouble_text.h"

#include "system/handles.h"
#include "system/plain_text.h"

#include <string_view>

namespace ooto::watch
{

namespace
{

constexpr std::string_view uriMark = "://";

bool endsUri(char c)
{
    return g_ascii_isspace(c) || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')';
}

/** `rtsp://user:pw@host:554/path?token` is `rtsp://host:554`. */
std::string hostsOnly(std::string_view text)
{
    std::string plain;
    for (;;) {
        const auto mark = text.find(uriMark);
        if (mark == std::string_view::npos)
            return plain.append(text);
        auto end = mark + uriMark.size();
        while (end < text.size() && !endsUri(text[end]))
            ++end;
        std::string_view rest = text.substr(mark + uriMark.size(), end - mark - uriMark.size());
        const auto at = rest.rfind('@');
        const auto path = rest.find_first_of("/?#");
        // An @ behind a slash may be of the path, or of a password with a slash in it.
        if (at != std::string_view::npos && at > path)
            rest = "...";
        else
            rest = rest.substr(0, path).substr(at == std::string_view::npos ? 0 : at + 1);
        plain.append(text.substr(0, mark + uriMark.size())).append(rest);
        text.remove_prefix(end);
    }
}

void replaceAll(std::string &text, std::string_view what, std::string_view with)
{
    if (what.empty())
        return;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

GstFlowReturn flowOf(GstMessage *message)
{
    const GstStructure *details = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error_details(message, &details);
    gint flow = GST_FLOW_OK;
    if (details)
        gst_structure_get_int(details, "flow-return", &flow);
    return static_cast<GstFlowReturn>(flow);
}

/** The number that a server answered with, as `Service Unavailable (503)` ends; else 0. */
int answerOf(GstMessage *message)
{
    system::CharsHandle debug;
    gchar *text = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, nullptr, &text);
    debug.reset(text);
    const std::string_view all = text ? text : "";
    for (auto at = all.rfind('('); at != std::string_view::npos && at > 0;
         at = all.rfind('(', at - 1)) {
        const std::string_view rest = all.substr(at + 1);
        if (rest.size() > 3 && rest[3] == ')' && (rest[0] == '4' || rest[0] == '5') &&
            g_ascii_isdigit(rest[1]) && g_ascii_isdigit(rest[2]))
            return (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    }
    return 0;
}

/** In our words; empty where the element's own are as good. */
std::string resourceTrouble(gint code, const CameraConfig &config)
{
    const bool isFile = config.uri.starts_with("file:");
    const bool isDevice = config.uri.starts_with("v4l2:");
    switch (code) {
    case GST_RESOURCE_ERROR_NOT_AUTHORIZED:
        return "The camera refuses the user or the password: check user-id and user-pw.";
    case GST_RESOURCE_ERROR_NOT_FOUND:
        if (isFile)
            return "There is no such file: check uri.";
        if (isDevice)
            return "There is no such device: check uri.";
        return "The camera has no such stream: check the path in uri.";
    case GST_RESOURCE_ERROR_OPEN_READ:
    case GST_RESOURCE_ERROR_OPEN_READ_WRITE:
        if (isFile || isDevice)
            return {};
        return "The camera cannot be reached, or refuses to connect.";
    case GST_RESOURCE_ERROR_BUSY:
        return "The camera is busy: somebody else uses it.";
    default:
        return {};
    }
}

std::string streamTrouble(gint code, const TroubleScene &scene)
{
    switch (code) {
    case GST_STREAM_ERROR_CODEC_NOT_FOUND:
        return scene.missingCodec.empty() ? "There is no decoder here for what the camera sends."
                                          : "There is no decoder here for what the camera sends: " +
                                                system::plainText(scene.missingCodec) + ".";
    case GST_STREAM_ERROR_WRONG_TYPE:
    case GST_STREAM_ERROR_TYPE_NOT_FOUND:
        return "What comes is no stream that is known here.";
    case GST_STREAM_ERROR_DECRYPT:
    case GST_STREAM_ERROR_DECRYPT_NOKEY:
        return "What comes is encrypted.";
    default:
        return {};
    }
}

std::string inOurWords(GstMessage *message, const GError &error, const CameraConfig &config,
                       const TroubleScene &scene)
{
    if (scene.sawNoVideo)
        return "The camera sends no video.";
    if (error.domain == GST_RESOURCE_ERROR) {
        std::string text = resourceTrouble(error.code, config);
        if (!text.empty())
            return text;
        if (const int answer = answerOf(message))
            return "The camera answers with error " + std::to_string(answer) + ".";
    }
    const std::string text =
        error.domain == GST_STREAM_ERROR ? streamTrouble(error.code, scene) : std::string();
    if (!text.empty())
        return text;
    if (flowOf(message) == GST_FLOW_NOT_NEGOTIATED)
        return "What the camera sends cannot be made into pictures.";
    // What a launch line has in it, its elements may print.
    if (config.uri.empty())
        return "The launch line's source failed.";
    return {};
}

} // namespace

std::string withoutSecrets(const std::string &text, const CameraConfig &config)
{
    std::string plain = hostsOnly(text);
    replaceAll(plain, config.userPw.reveal(), "***");
    return system::plainText(plain);
}

std::string troubleText(GstMessage *message, const CameraConfig &config, const TroubleScene &scene)
{
    system::ErrorHandle error;
    {
        system::ErrorOut out(error);
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
            gst_message_parse_error(message, out, nullptr);
        else
            gst_message_parse_warning(message, out, nullptr);
    }
    if (!error)
        return "It failed.";
    std::string text;
    if (scene.isSource)
        text = inOurWords(message, *error, config, scene);
    return text.empty() ? withoutSecrets(error->message, config) : text;
}

} // namespace ooto::watch
