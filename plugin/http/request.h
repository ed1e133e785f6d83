// SPDX-License-Identifier: LGPL-2.1-or-later
// What is sent over HTTP, and what became of it.
#pragma once

#include "system/handles.h"
#include "system/secret.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace ooto::http
{

struct Header {
    std::string name;
    std::string value;
};

struct SecretHeader {
    std::string name;
    system::Secret value;
};

/** A request with a body. */
struct Request {
    std::string url;
    std::string method = "POST";
    std::vector<Header> headers;
    std::vector<SecretHeader> secretHeaders;
    std::string contentType;
    system::BytesHandle body = nullptr;
    std::chrono::milliseconds timeout{10000}; ///< from name look-up to the last byte
    /** Of the response, bytes; also the bound for what a compressed one unpacks to. */
    std::size_t longestBody = std::size_t{1} << 20;
};

/** A response as it came, nothing of it trusted. */
struct Response {
    int status = 0;
    std::string body;
    bool tooLong = false;   ///< the rest of the body, beyond `longestBody`, was not read
    std::string location;   ///< the header of this name
    std::string retryAfter; ///< the header of this name; parseRetryAfter() reads it
};

/** Why there is no response, or not all of it. */
struct Failure {
    enum class Kind {
        NoUrl,        ///< the URL is none; nothing was sent
        UnfitHeader,  ///< a header cannot be sent as it is; nothing was sent
        Deadline,     ///< `timeout` passed
        NoTunnel,     ///< an http proxy opened none: the host was not reached
        Disconnected, ///< look-up, connection, TLS or transfer failed
    };
    Kind kind = Kind::Disconnected;
    /** With NoTunnel the proxy's, else that of a response whose body broke off, or took too long.
     */
    int status = 0;
    system::ErrorHandle error = nullptr; ///< with Disconnected
    /** Of a certificate that was refused, with Disconnected. */
    GTlsCertificateFlags certificateFlags = G_TLS_CERTIFICATE_NO_FLAGS;
};

struct Result {
    std::variant<Response, Failure> end;
    /** False when no byte of the request can have left since it was sent, or sent again. */
    bool hasLeft = false;
    unsigned restarts = 0;       ///< how often it was sent once more
    std::uint64_t bytesSent = 0; ///< body bytes handed to the network
    std::chrono::microseconds roundTrip{0};
};

} // namespace ooto::http
