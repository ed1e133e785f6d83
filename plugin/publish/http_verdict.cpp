// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/http_verdict.h"

#include "http/http_uri.h"
#include "http/retry_after.h"
#include "http/trouble_text.h"
#include "publish/http_uri_check.h"
#include "system/plain_text.h"

#include <algorithm>
#include <string_view>

namespace ooto::publish
{

namespace
{

using Kind = Verdict::Kind;

/** Parts of a path of so many bytes may be a secret: shorter ones are words. */
constexpr std::size_t shortestSecret = 8;

Kind kindOf(int status)
{
    switch (status) {
    case 401:
    case 403:
        return Kind::Unauthorized;
    case 404:
    case 405:
    case 407: // of a proxy that forwards plain http: no event is to blame
        return Kind::NotThere;
    case 408:
    case 425:
    case 429:
        return Kind::Again;
    case 410:
        return Kind::Gone;
    default:
        break;
    }
    if (status >= 200 && status < 300)
        return Kind::Delivered;
    if (status >= 300 && status < 400)
        return Kind::NotThere;
    return status >= 400 && status < 500 ? Kind::Rejected : Kind::Again;
}

bool holds(std::string_view text, std::string_view part)
{
    const auto same = [](char a, char b) { return g_ascii_tolower(a) == g_ascii_tolower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

/** Whether the text repeats a secret of the request, or a part of the path it went to. */
bool repeatsSecret(const std::string &text, const HttpAttempt &attempt)
{
    for (const system::Secret &secret : attempt.secrets) {
        if (!secret.empty() && holds(text, secret.reveal()))
            return true;
    }
    const system::UriHandle uri = http::parseHttpUri(attempt.uri);
    std::string_view path = uri ? g_uri_get_path(uri.get()) : "";
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        if (part.size() >= shortestSecret && holds(text, part))
            return true;
        path.remove_prefix(std::min(path.size(), part.size() + 1));
    }
    return false;
}

std::string redirectText(const std::string &location, const HttpAttempt &attempt)
{
    std::string target = http::redirectTarget(location, attempt.uri);
    if (repeatsSecret(target, attempt))
        target = "another host";
    return ", a redirect to " + target +
           ", which is not followed; set `uri` to the final address if you trust it";
}

std::string rejectionText(int status)
{
    if (status == 413)
        return ": this event is too large for it; send it without photos, or raise its limit";
    if (status == 415)
        return ": it does not take this type of content; check `format` and `photos`";
    return ": it refused this event; check `format`, and what its own log says";
}

/** What comes behind "https://example.com answered HTTP 404". */
std::string statusText(const http::Response &response, Kind kind, const HttpAttempt &attempt)
{
    switch (kind) {
    case Kind::Unauthorized:
        return ": it does not accept the credentials; check `credentials-file` (or `user-id` and "
               "`user-pw`)";
    case Kind::NotThere:
        if (response.status == 405)
            return ": it does not take events this way; check the path of `uri`, and the "
                   "template's `method`";
        if (response.status >= 400)
            return ": nobody takes events there; check the path of `uri`";
        return redirectText(response.location, attempt);
    case Kind::Gone:
        return ": it wants no events any more; remove this target, or check the path of `uri`";
    case Kind::Rejected:
        return rejectionText(response.status);
    default:
        break;
    }
    if (response.status == 429)
        return ": too many requests; it is tried again later";
    if (response.status >= 400)
        return ": trouble at the receiver; it is tried again later";
    return ", which is no answer to a request; check that `uri` is a web server";
}

std::string proxyName(const HttpAttempt &attempt)
{
    const std::string host = attempt.route ? attempt.route->host : "";
    return "The proxy " + host + (host.empty() ? "" : " ") + "on the way to " +
           shownHttpUri(attempt.uri);
}

std::string proxySetting(const HttpAttempt &attempt)
{
    return attempt.route ? attempt.route->setting : "the proxy of the environment";
}

std::string proxyText(int status, const HttpAttempt &attempt)
{
    return proxyName(attempt) + " answered HTTP " + std::to_string(status) +
           (status == 407 ? ": it wants other credentials; check "
                          : ": it does not let events through to there; check ") +
           proxySetting(attempt);
}

Verdict withoutTheAnswer(const http::Response &response, const HttpAttempt &attempt)
{
    std::string text = shownHttpUri(attempt.uri) + " answered HTTP " +
                       std::to_string(response.status) +
                       " without the text that the template's `answer` names";
    if (response.tooLong)
        text += ", at least not in its first 64 KiB";
    return {.kind = Kind::Again, .text = text + "; check what its own log says"};
}

bool wishCounts(int status)
{
    return status == 429 || (status >= 500 && status < 600);
}

Verdict judgeResponse(const HttpAttempt &attempt, const http::Response &response,
                      std::chrono::system_clock::time_point now)
{
    const Kind kind = kindOf(response.status);
    if (kind == Kind::Delivered) {
        const bool expected = attempt.expectedAnswer.empty() ||
                              response.body.find(attempt.expectedAnswer) != std::string::npos;
        return expected ? Verdict{} : withoutTheAnswer(response, attempt);
    }
    Verdict verdict{.kind = kind};
    if (wishCounts(response.status))
        verdict.retryAfter = http::parseRetryAfter(response.retryAfter, now);
    verdict.text = response.status == 407
                       ? proxyText(response.status, attempt)
                       : shownHttpUri(attempt.uri) + " answered HTTP " +
                             std::to_string(response.status) + statusText(response, kind, attempt);
    return verdict;
}

std::string certificateText(unsigned flags, const std::string &where)
{
    std::string advice = "; its operator has to renew it";
    if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
        advice = "; set `ssl-ca-file` to the CA that signed it";
    else if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
        advice = "; check the host name in `uri`";
    return "The certificate of " + where + " is refused: " + http::certificateProblem(flags) +
           advice;
}

bool isOf(const GError &error, GQuark domain, int code)
{
    return g_error_matches(&error, domain, code) != FALSE;
}

bool wantsCertificate(const GError &error)
{
    return isOf(error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED);
}

/** By a GError: the connection, or its TLS. */
std::string errorText(const HttpAttempt &attempt, const http::Failure &failure)
{
    const GError &error = *failure.error;
    const std::string where = shownHttpUri(attempt.uri);
    if (failure.certificateFlags != 0 || isOf(error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
        return certificateText(failure.certificateFlags, where);
    if (isOf(error, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH) ||
        isOf(error, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED))
        return proxyName(attempt) + " wants other credentials; check " + proxySetting(attempt);
    if (wantsCertificate(error))
        return where + " wants a client certificate that it knows; set `ssl-cert-file` (and "
                       "`ssl-key-file`)";
    if (error.domain == G_RESOLVER_ERROR || isOf(error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND))
        return "The name of " + where + " cannot be resolved; check `uri` and the network";
    if (isOf(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return where + " refuses connections: nothing listens there; check `uri`, or start the "
                       "receiver";
    if (isOf(error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
        return where + " ended the connection without an answer";
    if (error.domain == G_TLS_ERROR)
        return "No safe connection to " + where +
               " came about: " + system::plainText(error.message) +
               "; check that `uri` speaks https, and whether it wants `ssl-cert-file`";
    return where + " cannot be reached: " + system::plainText(error.message) +
           "; check `uri` and the network";
}

/** Nobody was there who could have taken any event. */
Verdict unreached(std::string text)
{
    return {.kind = Kind::Again, .text = std::move(text), .connectionFailed = true};
}

Verdict judgeFailure(const HttpAttempt &attempt, const http::Failure &failure,
                     const http::Result &result, std::chrono::system_clock::time_point now)
{
    switch (failure.kind) {
    case http::Failure::Kind::NoUrl:
        return {.kind = Kind::NotThere, .text = "The uri is no http or https URL; set `uri`"};
    case http::Failure::Kind::UnfitHeader:
        return {.kind = Kind::Unauthorized,
                .text = "A header for " + shownHttpUri(attempt.uri) +
                        " holds characters that cannot be sent; check `extra-headers` and the "
                        "credentials"};
    case http::Failure::Kind::NoTunnel:
        return unreached(proxyText(failure.status, attempt));
    case http::Failure::Kind::Deadline:
    case http::Failure::Kind::Disconnected:
        break;
    }
    // The status came, and counts; only its body did not, or not all of it.
    if (failure.status != 0) {
        http::Response response;
        response.status = failure.status;
        return judgeResponse(attempt, response, now);
    }
    if (failure.kind == http::Failure::Kind::Deadline) {
        return {.kind = Kind::Again,
                .text = shownHttpUri(attempt.uri) + " did not answer within " +
                        std::to_string(attempt.timeout.count()) +
                        " ms; check the network, or raise `timeout`",
                .connectionFailed = !result.hasLeft};
    }
    Verdict verdict = unreached(errorText(attempt, failure));
    // With TLS 1.3 the request is on its way before the server says what it misses.
    verdict.connectionFailed = !result.hasLeft || wantsCertificate(*failure.error);
    if (!result.hasLeft && attempt.route && !attempt.route->host.empty())
        verdict.text += "; the way there is by the proxy " + attempt.route->host + ", check " +
                        proxySetting(attempt) + " as well";
    return verdict;
}

} // namespace

Verdict judgeHttp(const HttpAttempt &attempt, const http::Result &result,
                  std::chrono::system_clock::time_point now)
{
    if (const auto *response = std::get_if<http::Response>(&result.end))
        return judgeResponse(attempt, *response, now);
    return judgeFailure(attempt, *std::get_if<http::Failure>(&result.end), result, now);
}

} // namespace ooto::publish
