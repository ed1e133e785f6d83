// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/http_message.h"

#include "http/authorization.h"
#include "http/header_name.h"
#include "http/multipart.h"
#include "metadata/face_fields.h"
#include "publish/http_uri_check.h"
#include "publish/webhook_signature.h"
#include "system/plain_text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ooto::publish
{

namespace
{

/** Of an answer, bytes. Only `answer:` of a template looks at it. */
constexpr std::size_t longestAnswer = std::size_t{64} << 10;

using Chars = std::string_view;

bool sameName(Chars one, Chars other)
{
    return one.size() == other.size() &&
           g_ascii_strncasecmp(one.data(), other.data(), one.size()) == 0;
}

bool isOurs(Chars name)
{
    constexpr std::array<Chars, 13> names = {"host",
                                             "content-type",
                                             "content-length",
                                             "user-agent",
                                             "connection",
                                             "transfer-encoding",
                                             "proxy-authorization",
                                             "expect",
                                             "te",
                                             "trailer",
                                             "upgrade",
                                             "keep-alive",
                                             "http2-settings"};
    constexpr Chars signing = "webhook-";
    return sameName(name.substr(0, signing.size()), signing) ||
           std::any_of(names.begin(), names.end(),
                       [name](Chars ours) { return sameName(name, ours); });
}

/** Empty: none. */
system::Secret authorizationOf(const Credentials &credentials)
{
    if (!credentials.token.empty())
        return http::bearerAuthorization(credentials.token);
    if (!credentials.userId.empty() || !credentials.password.empty())
        return http::basicAuthorization(credentials.userId, credentials.password);
    return {};
}

std::vector<http::SecretHeader> secretHeaders(const HttpTargetSettings &settings,
                                              const Credentials &credentials)
{
    std::vector<http::SecretHeader> headers;
    const system::Secret authorization = authorizationOf(credentials);
    for (const auto &[name, value] : settings.extraHeaders) {
        const bool replaced = sameName(name, "authorization") && !authorization.empty();
        if (!isOurs(name) && !replaced)
            headers.push_back({name, system::Secret(value)});
    }
    if (!authorization.empty())
        headers.push_back({"Authorization", authorization});
    return headers;
}

Chars charsOf(const spool::Picture &picture)
{
    return {reinterpret_cast<const char *>(picture.bytes->data()), picture.bytes->size()};
}

bool isThere(const spool::Picture &picture)
{
    return picture.bytes && !picture.bytes->empty();
}

void addPicture(std::vector<http::Part> &parts, const spool::Picture &picture, const char *name,
                std::array<const char *, 2> fileNames)
{
    if (isThere(picture)) {
        parts.push_back({.name = name,
                         .fileName = fileNames[picture.png ? 1 : 0],
                         .contentType = picture.png ? "image/png" : "image/jpeg",
                         .bytes = charsOf(picture)});
    }
}

http::Multipart bodyOf(const Outgoing &outgoing)
{
    const std::string type =
        outgoing.contentType.empty() ? "application/json" : outgoing.contentType;
    if (!isThere(outgoing.photo) && !isThere(outgoing.frame)) {
        return {.contentType = type,
                .body =
                    system::BytesHandle(g_bytes_new(outgoing.body.data(), outgoing.body.size()))};
    }
    std::vector<http::Part> parts = {
        {.name = "event", .fileName = {}, .contentType = type, .bytes = outgoing.body}};
    addPicture(parts, outgoing.photo, metadata::field::photo, {"photo.jpg", "photo.png"});
    addPicture(parts, outgoing.frame, metadata::field::frame, {"frame.jpg", "frame.png"});
    return http::makeMultipart(parts);
}

Verdict rejected(const char *text)
{
    return {.kind = Verdict::Kind::Rejected, .text = text};
}

/** Why this event can be no request; Delivered: it can. */
Verdict fitness(const Outgoing &outgoing)
{
    if (!outgoing.method.empty() && outgoing.method != "POST" && outgoing.method != "PUT" &&
        outgoing.method != "PATCH")
        return rejected("The template's `method` is none of POST, PUT and PATCH; events are sent "
                        "by no other");
    if (!system::fitsHeader(outgoing.contentType))
        return rejected("The template's `content-type` holds characters that cannot be sent");
    if (!system::fitsHeader(outgoing.eventId))
        return rejected("The event's id holds characters that cannot be sent");
    return {};
}

Verdict unauthorized(const char *text)
{
    return {.kind = Verdict::Kind::Unauthorized, .text = text};
}

Verdict fitness(const Credentials &credentials)
{
    // RFC 7617: what is behind the first colon would be read as part of the password.
    if (credentials.token.empty() && credentials.userId.find(':') != std::string::npos)
        return unauthorized("The user name holds a colon, which HTTP cannot send; set `user-id` to "
                            "another one");
    if (!credentials.token.fitsHeader())
        return unauthorized("The token holds characters that cannot be sent; set `token` in "
                            "`credentials-file` again");
    return {};
}

std::string_view charsOf(GBytes *bytes)
{
    gsize size = 0;
    const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
    return {data ? data : "", size};
}

} // namespace

core::Expected<http::Request, Verdict> makeHttpMessage(const HttpTargetSettings &settings,
                                                       const std::string &uri,
                                                       const Credentials &credentials,
                                                       const Outgoing &outgoing,
                                                       std::chrono::system_clock::time_point now)
{
    for (const Verdict &verdict : {fitness(outgoing), fitness(credentials)}) {
        if (verdict.kind != Verdict::Kind::Delivered)
            return verdict;
    }
    http::Multipart body = bodyOf(outgoing);
    const std::int64_t seconds = std::chrono::system_clock::to_time_t(now);
    std::vector<http::Header> headers = {{"webhook-id", outgoing.eventId},
                                         {"webhook-timestamp", std::to_string(seconds)}};
    if (settings.signs && !credentials.secrets.empty()) {
        auto signature = webhookSignature(credentials.secrets, outgoing.eventId, seconds,
                                          charsOf(body.body.get()));
        if (!signature)
            return unauthorized("A secret to sign with is not `whsec_` and base64; set `secret` in "
                                "`credentials-file` as the receiver shows it");
        headers.push_back({"webhook-signature", std::move(*signature)});
    }
    return http::Request{.url = outgoing.path.empty() ? uri : withPath(uri, outgoing.path),
                         .method = outgoing.method.empty() ? "POST" : outgoing.method,
                         .headers = std::move(headers),
                         .secretHeaders = secretHeaders(settings, credentials),
                         .contentType = std::move(body.contentType),
                         .body = std::move(body.body),
                         .timeout = settings.timeout,
                         .longestBody = longestAnswer};
}

std::string checkExtraHeaders(const HttpTargetSettings &settings)
{
    for (const auto &[name, value] : settings.extraHeaders) {
        const std::string shown = "The header '" + system::plainText(name) + "' of `extra-headers`";
        if (!http::isHeaderName(name))
            return shown + " has a name that no header can have; use letters, digits and `-`";
        if (isOurs(name))
            return shown + " is set by this element itself; leave it out";
        if (!system::fitsHeader(value))
            return shown + " has a value with characters that cannot be sent; use ASCII only";
    }
    return {};
}

} // namespace ooto::publish
