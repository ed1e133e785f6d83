// SPDX-License-Identifier: LGPL-2.1-or-later
// Closes what libsoup leaves open over HTTP/2. Network thread only.
#pragma once

#include <gio/gio.h>

#include <vector>

namespace ooto::http
{

/**
 * The HTTP/2 connections of one session. libsoup (3.2 to 3.6) notices that a request was cancelled
 * when the next byte comes in on its connection: with a server that says nothing more, request and
 * photo would be kept for ever. So when requests were given up and no other one is under way, the
 * connections are closed from here, which libsoup notices at once.
 */
class Http2Connections
{
public:
    Http2Connections() = default;
    Http2Connections(const Http2Connections &) = delete;
    Http2Connections &operator=(const Http2Connections &) = delete;
    ~Http2Connections();

    /** A connection whose TLS handshake is done; one that speaks something else is not kept. */
    void add(GIOStream *stream);
    void requestBegan() { ++underWay_; }
    /** @param givenUp it was cancelled, and libsoup may not have noticed */
    void requestEnded(bool givenUp);

private:
    void closeAll();

    std::vector<GWeakRef *> connections_;
    unsigned underWay_ = 0;
    bool givenUp_ = false; ///< a request was, since the connections were closed
};

} // namespace ooto::http
