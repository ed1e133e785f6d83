// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/identify_call.h"

#include "service/photo_message.h"
#include "service/verdict.h"

#include <utility>

namespace ooto::service
{

namespace
{

/** What a verdict takes beside the end of the exchange itself. */
struct Call {
    std::string endpoint;
    std::string host; ///< fit to be shown
    std::shared_ptr<const http::ProxyRoute> route;
    system::Secret key;
    std::chrono::milliseconds timeout;

    core::Reply judge(const http::Response &response, const http::Result &) const;
    core::Reply judge(const http::Failure &failure, const http::Result &result) const;
};

core::Reply Call::judge(const http::Response &response, const http::Result &) const
{
    Secrets secrets = route->secrets;
    secrets.push_back(key);
    return judgeResponse(response, {host, endpoint}, secrets, std::chrono::system_clock::now());
}

core::Reply Call::judge(const http::Failure &failure, const http::Result &result) const
{
    using Kind = http::Failure::Kind;
    switch (failure.kind) {
    case Kind::NoUrl:
        return judgeBadEndpoint();
    case Kind::UnfitHeader:
        return judgeUnsendableKey();
    case Kind::Deadline:
        return judgeTimeout(timeout, host);
    case Kind::NoTunnel:
        return judgeTunnelRefusal(failure.status, host, route->host, route->setting);
    case Kind::Disconnected:
        break;
    }
    core::Reply reply = judgeError(*failure.error, failure.certificateFlags, host);
    reply.httpStatus = failure.status;
    if (!route->host.empty() && !result.hasLeft && reply.outcome == core::Outcome::Unreachable)
        reply.text += "; the way there is by the proxy " + route->host + ", check " +
                      route->setting + " as well";
    return reply;
}

core::Reply replyOf(const Call &call, const http::Result &result)
{
    core::Reply reply =
        std::visit([&](const auto &end) { return call.judge(end, result); }, result.end);
    reply.roundTrip = result.roundTrip;
    reply.bytesSent = result.bytesSent;
    return reply;
}

} // namespace

std::shared_ptr<http::Exchange> makeIdentifyCall(http::Session &session,
                                                 const ConnectionSettings &settings,
                                                 const Request &request, const system::Secret &key,
                                                 IdentifyCallHandlers handlers)
{
    Call call{.endpoint = settings.endpoint,
              .host = session.host(),
              .route = session.route(),
              .key = key,
              .timeout = request.timeout};
    return session.make(
        makePhotoMessage(settings, request, key),
        {.onDone =
             [call = std::move(call), onDone = std::move(handlers.onDone)](
                 const http::Result &result) { onDone(replyOf(call, result), result.hasLeft); },
         .admitRestart = std::move(handlers.admitRestart)});
}

} // namespace ooto::service
