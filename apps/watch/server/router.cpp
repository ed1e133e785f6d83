// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/router.h"

#include "element/handles.h"
#include "metadata/structure_json.h"
#include "report/status_report.h"
#include "server/switch_request.h"
#include "system/plain_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace ooto::watch
{

namespace
{

constexpr std::uint64_t maxBodyBytes = 1024;
constexpr const char *jsonType = "application/json";
constexpr const char *textType = "text/plain; charset=utf-8";
constexpr const char *metricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::array<std::string_view, 4> readOnlyPaths{"/metrics", "/healthz", "/readyz",
                                                        "/status"};

Response textResponse(unsigned status, const std::string &text)
{
    return {.status = status, .contentType = textType, .body = text + '\n', .headers = {}};
}

Response notAllowed(const std::string &methods)
{
    Response response = textResponse(405, "only " + methods);
    response.headers.emplace_back("Allow", methods);
    return response;
}

bool isRead(const RequestHead &head)
{
    return head.method == "GET" || head.method == "HEAD";
}

Response activeResponse(unsigned status, const std::string &camera, bool active)
{
    const element::StructureHandle object(
        gst_structure_new("active", "camera", G_TYPE_STRING, camera.c_str(), "active",
                          G_TYPE_BOOLEAN, gboolean(active), nullptr));
    return {.status = status,
            .contentType = jsonType,
            .body = metadata::toJson(object.get()) + '\n',
            .headers = {}};
}

Response noSuchCamera()
{
    return textResponse(404, "there is no such camera");
}

Response answerActive(const Snapshot &snapshot, const std::string &camera)
{
    for (const CameraSnapshot &each : snapshot.cameras) {
        if (each.name == camera)
            return activeResponse(200, camera, each.status.state != CameraState::Off);
    }
    return noSuchCamera();
}

Response answerHealth(const Snapshot &snapshot)
{
    const std::string reason = notAliveReason(snapshot, std::chrono::steady_clock::now());
    return reason.empty() ? textResponse(200, "ok") : textResponse(503, reason);
}

Response answerReadiness(const Snapshot &snapshot)
{
    const std::vector<std::string> reasons = notReadyReasons(snapshot);
    if (reasons.empty())
        return textResponse(200, "ready");
    std::string text;
    for (const std::string &reason : reasons)
        text += (text.empty() ? "" : "\n") + reason;
    return textResponse(503, text);
}

} // namespace

Router::Router(AllowedHosts hosts, Tokens tokens, Controls &controls)
    : hosts_(std::move(hosts)), tokens_(std::move(tokens)), controls_(controls)
{
}

std::optional<std::string> Router::ownerOf(const RequestHead &head) const
{
    constexpr std::string_view scheme = "bearer ";
    const std::string_view value = head.authorization;
    if (value.size() <= scheme.size() ||
        g_ascii_strncasecmp(value.data(), scheme.data(), scheme.size()) != 0)
        return std::nullopt;
    return tokens_.ownerOf(system::trimmed(value.substr(scheme.size())));
}

std::optional<Response> Router::refuseSwitch(const RequestHead &head) const
{
    if (tokens_.empty())
        return textResponse(403, "nobody may switch cameras: there is no token");
    if (!ownerOf(head)) {
        Response response = textResponse(401, "a token is needed: Authorization: Bearer TOKEN");
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
        return response;
    }
    if (head.contentType != jsonType)
        return textResponse(415, "the body is to be application/json");
    if (!head.contentLength)
        return textResponse(411, "a Content-Length is needed");
    if (*head.contentLength > maxBodyBytes)
        return textResponse(413, "the body is too large");
    return std::nullopt;
}

std::optional<Response> Router::refuse(const RequestHead &head) const
{
    if (!hosts_.allows(head.host))
        return textResponse(403, "this host name is not allowed: see `allowed-hosts`");
    if (head.origin && !isSameOrigin(*head.origin, head.host))
        return textResponse(403, "pages of others may not ask");
    const bool isReadOnly =
        std::find(readOnlyPaths.begin(), readOnlyPaths.end(), head.path) != readOnlyPaths.end();
    if (!isReadOnly && !switchedCamera(head.path))
        return textResponse(404, "there is /metrics, /healthz, /readyz, /status and "
                                 "/cameras/NAME/active");
    if (!isReadOnly && head.method == "POST")
        return refuseSwitch(head);
    if (!isRead(head))
        return notAllowed(isReadOnly ? "GET, HEAD" : "GET, HEAD, POST");
    if (head.isChunked || head.contentLength.value_or(0) > maxBodyBytes)
        return textResponse(413, "the body is too large");
    return std::nullopt;
}

Response Router::answerSwitch(const RequestHead &head, const std::string &camera,
                              const std::string &body)
{
    const auto active = switchedTo(body);
    if (!active)
        return textResponse(400, "the body is to be {\"active\": true} or {\"active\": false}");
    const auto owner = ownerOf(head);
    if (!owner)
        return textResponse(401, "a token is needed");
    switch (controls_.setActive(camera, *active, *owner)) {
    case Switched::Kept:
        return activeResponse(200, camera, *active);
    case Switched::NotKept: {
        Response response = activeResponse(507, camera, *active);
        response.headers.emplace_back("Warning",
                                      "199 - \"switched, but lost with the next restart: the log "
                                      "says why it could not be kept\"");
        return response;
    }
    case Switched::NoSuchCamera:
        break;
    }
    return noSuchCamera();
}

Response Router::answer(const RequestHead &head, const std::string &body)
{
    if (const auto camera = switchedCamera(head.path))
        return isRead(head) ? answerActive(controls_.snapshot(), *camera)
                            : answerSwitch(head, *camera, body);
    if (head.path == "/metrics")
        return {
            .status = 200, .contentType = metricsType, .body = controls_.metrics(), .headers = {}};
    const Snapshot snapshot = controls_.snapshot();
    if (head.path == "/healthz")
        return answerHealth(snapshot);
    if (head.path == "/readyz")
        return answerReadiness(snapshot);
    return {
        .status = 200, .contentType = jsonType, .body = statusJson(snapshot) + '\n', .headers = {}};
}

} // namespace ooto::watch
