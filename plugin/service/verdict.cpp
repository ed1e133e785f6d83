// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/verdict.h"

#include "http/retry_after.h"
#include "http/trouble_text.h"
#include "service/answer_parser.h"
#include "system/plain_text.h"

#include <algorithm>
#include <utility>

namespace ooto::service
{

namespace
{

using core::Outcome;

constexpr const char *proxyCredentialsAdvice =
    "wants other credentials; check `proxy`, `proxy-id` and `proxy-pw`";

Outcome outcomeOf(int status)
{
    switch (status) {
    case 401:
    case 403:
        return Outcome::Unauthorized;
    case 404:
    case 405:
    case 407:
        return Outcome::WrongEndpoint;
    case 408:
        return Outcome::ServerError;
    case 413:
        return Outcome::TooLarge;
    case 429:
        return Outcome::RateLimited;
    default:
        break;
    }
    if (status >= 300 && status < 400)
        return Outcome::Redirected;
    if (status >= 400 && status < 500)
        return Outcome::Refused;
    if (status >= 500)
        return Outcome::ServerError;
    return Outcome::NoAnswer;
}

/** There is trouble now, and the same is asked again later. */
bool isTemporary(Outcome outcome)
{
    const core::OutcomeMeaning meaning = core::meaningOf(outcome);
    return meaning.mayPass && !meaning.probablyBilled;
}

/**
 * The text with the secret starred out wherever it, or a part of it that was cut off, shows; in any
 * case, as host names come in lower case. A secret of a few characters is none, and is not looked
 * for.
 */
std::string without(const system::Secret &hidden, std::string text)
{
    constexpr std::size_t shortest = 4;
    constexpr std::size_t telling = 12;
    const std::string_view secret = hidden.reveal();
    if (secret.size() < shortest)
        return text;
    const auto same = [](char a, char b) { return g_ascii_tolower(a) == g_ascii_tolower(b); };
    const std::string_view start = secret.substr(0, telling);
    auto from = text.begin();
    for (;;) {
        from = std::search(from, text.end(), start.begin(), start.end(), same);
        if (from == text.end())
            return text;
        for (auto s = secret.begin(); from != text.end() && s != secret.end() && same(*from, *s);
             ++s)
            *from++ = '*';
    }
}

std::string without(const Secrets &secrets, std::string text)
{
    for (const system::Secret &secret : secrets)
        text = without(secret, std::move(text));
    return text;
}

/** A fact that repeats a secret is no fact: it would be shown to everyone. */
void dropSecrets(core::Answer &answer, const Secrets &secrets)
{
    for (auto *fact : {&answer.transactionId, &answer.templateId, &answer.gender, &answer.race}) {
        if (*fact && without(secrets, **fact) != **fact)
            fact->reset();
    }
}

/** `info` of the service, as a clause to put behind a sentence. */
std::string saying(const ServiceError &error)
{
    std::string clause;
    if (error.code != 0)
        clause += ", code " + std::to_string(error.code);
    if (!error.info.empty())
        clause += ": " + error.info;
    return clause;
}

/** @param error and @param target without secrets */
std::string refusalText(const http::Response &response, Outcome outcome, const ServiceError &error,
                        const std::string &target, const std::string &host)
{
    const std::string who = host + " answered HTTP " + std::to_string(response.status);
    switch (outcome) {
    case Outcome::Unauthorized:
        return who + saying(error) +
               ": it does not accept the credentials; check `app-id` and `app-key` (or "
               "`credentials-file`)";
    case Outcome::WrongEndpoint:
        if (response.status == 407)
            return "The proxy on the way to " + who + ": it " + proxyCredentialsAdvice;
        return who + saying(error) + ": there is no identify service; check `endpoint`";
    case Outcome::TooLarge:
        return who + saying(error) + ": the photo is too large; lower `max-photo-size`";
    case Outcome::RateLimited:
        return who + saying(error) +
               ": too many requests; lower `analysis-rate` or `max-in-flight`";
    case Outcome::Redirected:
        return who + ", a redirect to " + target +
               ", which is not followed; set `endpoint` to the final address if you trust it";
    case Outcome::ServerError:
        return who + saying(error) + ": trouble at the service; it is asked again later";
    case Outcome::Refused:
        return who + saying(error) + ": this photo was refused";
    default:
        return who + " without an answer that makes sense; check that `endpoint` is an identify "
                     "service";
    }
}

std::string certificateAdvice(unsigned flags)
{
    if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
        return "; set `ssl-ca-file` to the CA that signed it";
    if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
        return "; check the host name in `endpoint`";
    return "; the service's operator has to renew it";
}

std::string failureText(const GError &error, const std::string &host)
{
    const auto is = [&error](GQuark domain, int code) {
        return g_error_matches(&error, domain, code) != FALSE;
    };
    if (error.domain == G_RESOLVER_ERROR || is(G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND))
        return "The name " + host + " cannot be resolved; check `endpoint` and the network";
    if (is(G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return host + " refuses connections: nothing listens there; check `endpoint`, or start "
                      "the service";
    if (is(G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
        return host + " ended its answer before it was complete";
    if (error.domain == G_TLS_ERROR)
        return "No safe connection to " + host +
               " came about: " + system::plainText(error.message) +
               "; check that `endpoint` speaks https";
    return host + " cannot be reached: " + system::plainText(error.message) +
           "; check `endpoint` and the network";
}

} // namespace

core::Reply judgeResponse(const http::Response &response, const Asked &asked,
                          const Secrets &secrets, std::chrono::system_clock::time_point now)
{
    core::Reply reply;
    reply.httpStatus = response.status;
    reply.outcome = outcomeOf(response.status);
    ServiceError error;
    if (!response.tooLong)
        error = parseError(without(secrets, response.body));
    // Once more, as JSON can spell a secret in escapes.
    error.info = without(secrets, error.info);

    if (response.status == 200 && !response.tooLong) {
        if (error.stated) {
            // Not documented, but an error is not an answer whatever the status line says.
            reply.outcome = Outcome::Refused;
        } else if (auto answer = parseAnswer(response.body)) {
            reply.outcome = Outcome::Answered;
            reply.answer = std::move(*answer);
            dropSecrets(reply.answer, secrets);
            return reply;
        }
    }
    if (reply.outcome == Outcome::Refused)
        reply.errorCode = error.code;
    if (isTemporary(reply.outcome))
        reply.retryAfter = http::parseRetryAfter(response.retryAfter, now);
    const std::string target =
        without(secrets, http::redirectTarget(response.location, asked.endpoint));
    reply.text = refusalText(response, reply.outcome, error, target, asked.host);
    return reply;
}

core::Reply judgeTunnelRefusal(int status, const std::string &host, const std::string &proxy,
                               const std::string &setting)
{
    core::Reply reply;
    reply.httpStatus = status;
    const bool mayPass = isTemporary(outcomeOf(status));
    reply.outcome = mayPass ? Outcome::Unreachable : Outcome::WrongEndpoint;
    reply.text = "The proxy " + proxy + (proxy.empty() ? "" : " ") + "on the way to " + host +
                 " answered HTTP " + std::to_string(status);
    if (status == 407) {
        reply.text += std::string(": it ") + proxyCredentialsAdvice;
    } else if (mayPass) {
        reply.text += ": it does not get through; check " + setting + " and `endpoint`";
    } else {
        reply.text += ": it does not let anybody through to there; check " + setting +
                      ", or what the proxy permits";
    }
    return reply;
}

core::Reply judgeError(const GError &error, unsigned certificateFlags, const std::string &host)
{
    core::Reply reply;
    if (certificateFlags != 0 ||
        g_error_matches(&error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE)) {
        reply.outcome = Outcome::BadCertificate;
        reply.text = "The certificate of " + host +
                     " is refused: " + http::certificateProblem(certificateFlags) +
                     certificateAdvice(certificateFlags);
    } else if (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH) ||
               g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED)) {
        reply.outcome = Outcome::WrongEndpoint;
        reply.text = "The proxy on the way to " + host + " " + proxyCredentialsAdvice;
    } else {
        reply.outcome = Outcome::Unreachable;
        reply.text = failureText(error, host);
    }
    return reply;
}

core::Reply judgeTimeout(std::chrono::milliseconds timeout, const std::string &host)
{
    core::Reply reply;
    reply.outcome = Outcome::Timeout;
    reply.text = host + " did not answer within " + std::to_string(timeout.count()) +
                 " ms; check the network, or raise `timeout`";
    return reply;
}

core::Reply judgeBadEndpoint()
{
    core::Reply reply;
    reply.outcome = Outcome::WrongEndpoint;
    reply.text = "The endpoint is no http or https URL; set `endpoint`";
    return reply;
}

core::Reply judgeUnsendableKey()
{
    core::Reply reply;
    reply.outcome = Outcome::Unauthorized;
    reply.text = "The `app-id` or `app-key` holds characters that cannot be sent; set it again";
    return reply;
}

} // namespace ooto::service
