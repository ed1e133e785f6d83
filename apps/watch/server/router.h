// SPDX-License-Identifier: LGPL-2.1-or-later
// What each request gets. Knows requests and responses, but no sockets.
#pragma once

#include "server/allowed_hosts.h"
#include "server/controls.h"
#include "server/tokens.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ooto::watch
{

/** What is known of a request before its body has come. Headers that are absent are empty. */
struct RequestHead {
    std::string method;
    std::string path; ///< percent-encoded
    std::string host;
    std::optional<std::string> origin;
    std::string authorization;
    std::string contentType; ///< without parameters
    /** Bytes of the body; none: nobody says (no body, or chunked). */
    std::optional<std::uint64_t> contentLength;
    bool isChunked = false;
};

struct Response {
    unsigned status = 200;
    std::string contentType;
    std::string body;
    std::vector<std::pair<const char *, std::string>> headers;
};

class Router
{
public:
    /** @param controls outlives it */
    Router(AllowedHosts hosts, Tokens tokens, Controls &controls);

    /** What is wrong with it already; nothing: answer() will have the response. */
    std::optional<Response> refuse(const RequestHead &head) const;
    /** Of a request that was not refused. */
    Response answer(const RequestHead &head, const std::string &body);

private:
    std::optional<Response> refuseSwitch(const RequestHead &head) const;
    std::optional<std::string> ownerOf(const RequestHead &head) const;
    Response answerSwitch(const RequestHead &head, const std::string &camera,
                          const std::string &body);

    const AllowedHosts hosts_;
    const Tokens tokens_;
    Controls &controls_;
};

} // namespace ooto::watch
