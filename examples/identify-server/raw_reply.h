// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers that break HTTP: written by hand on a connection that is taken from libsoup.
#pragma once

#include "glib_handles.h"

#include <chrono>
#include <string>

namespace ooto::server
{

/** The connection of one request, which libsoup no longer knows. Closed when it goes. */
class RawConnection
{
public:
    /** Takes the connection; `message` is not to be used any more. */
    explicit RawConnection(SoupServerMessage *message);
    RawConnection(RawConnection &&) = default;
    RawConnection &operator=(RawConnection &&) = default;
    ~RawConnection();

    /** The peer sees a reset instead of an end. */
    void reset();
    /** False when the peer is gone. */
    bool write(const std::string &bytes);

private:
    ObjectPtr<GSocket> socket_;
    ObjectPtr<GIOStream> stream_;
};

/** The head of an answer that closes its connection, up to the empty line. */
std::string responseHead(unsigned status, const std::string &contentType, std::size_t bytes);

/** Sends a body byte by byte, from the thread that made it. */
class Trickle
{
public:
    Trickle(RawConnection connection, std::string body, std::chrono::milliseconds interval,
            GMainContext *context);
    bool finished() const { return !connection_; }

private:
    gboolean sendOne();

    std::unique_ptr<RawConnection> connection_; ///< null when all is sent or the peer is gone
    std::string body_;
    std::size_t sent_ = 0;
    SourcePtr timer_;
};

} // namespace ooto::server
