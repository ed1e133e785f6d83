// SPDX-License-Identifier: LGPL-2.1-or-later
// One request as it arrived, for the answer, the log, and strict tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ooto::server
{

/** One part of a multipart body. */
struct Part {
    std::string contentDisposition; ///< the header's value as it was sent; empty without one
    std::string contentType;        ///< likewise
    std::string name;               ///< from the disposition
    std::optional<std::string> fileName;
    std::vector<std::uint8_t> bytes;
};

struct ReceivedRequest {
    std::uint64_t number = 0; ///< from 1, in order of arrival
    std::chrono::system_clock::time_point arrived;
    std::chrono::steady_clock::time_point arrivedSteady; ///< for intervals between requests
    std::uint16_t remotePort = 0;                        ///< same port: same connection
    std::string method;
    std::string path;
    std::string query;                                       ///< undecoded, without '?'
    std::vector<std::pair<std::string, std::string>> flags;  ///< the query's, decoded, in order
    std::vector<std::pair<std::string, std::string>> header; ///< all, but APP-KEY without its value
    bool appIdRight = false;
    bool appKeyRight = false;
    bool multipart = false;
    std::vector<Part> parts;
    std::string body;      ///< of what is not multipart
    bool tooLarge = false; ///< the body was over the limit and is not here

    int photoWidth = 0; ///< px, by the header of the first part `photo`
    int photoHeight = 0;

    /** HTTP status of the answer; 0 when the connection was dropped instead. */
    unsigned status = 0;
    int code = 0; ///< `result.code` of the answer; 0 without one

    /** The first part of this name. */
    const Part *part(const std::string &name) const;
    /** The header's value; nothing when it was not sent. Case does not matter. */
    std::optional<std::string> headerValue(const std::string &name) const;
};

/**
 * What a strict peer would have to complain about, in people's words: parts that are missing, too
 * many or wrongly labelled, unknown or misspelled query flags, a photo that is empty, undecodable,
 * or carries metadata. For `/identify` and `/add`.
 */
std::vector<std::string> violationsOf(const ReceivedRequest &request);

} // namespace ooto::server
