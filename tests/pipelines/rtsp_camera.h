// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera on a free loopback port that sends H.264 and sound, as real ones do.
#pragma once

#include <memory>
#include <string>

namespace ooto::test
{

/** Serves from construction to destruction, on a thread of its own. */
class RtspCamera
{
public:
    RtspCamera();
    ~RtspCamera();

    /** Its video track comes first in the stream's description. */
    std::string videoFirstUri() const;
    /** Its sound track comes first. */
    std::string soundFirstUri() const;

private:
    struct Private;
    std::unique_ptr<Private> private_;
};

} // namespace ooto::test
