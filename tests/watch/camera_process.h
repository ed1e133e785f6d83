// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera in a process of its own, which can be killed and frozen.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace ooto::test
{

/** Serves RTSP on a free loopback port, which stays its own over restarts. */
class CameraProcess
{
public:
    using Streams = std::vector<std::pair<std::string, std::string>>; ///< path, launch line

    /** @param login `USER:PASSWORD`, or nobody has to log in */
    explicit CameraProcess(Streams streams, std::string login = {});
    CameraProcess(const CameraProcess &) = delete;
    CameraProcess &operator=(const CameraProcess &) = delete;
    ~CameraProcess();

    void kill();
    void freeze();
    void thaw();
    /** After it was killed. */
    void start();
    void startWith(Streams streams);

    std::string uri(const std::string &path) const;
    int port() const { return port_; }

private:
    Streams streams_;
    const std::string login_;
    int port_ = 0;
    pid_t pid_ = 0;
    int input_ = -1; ///< it ends when this is closed
};

/** A launch line for a stream. @param encoder with the payloader as its last, `name=pay0` */
std::string streamLine(const std::string &encoder, bool withSound = false, int width = 320);
std::string h264(int keyInterval = 15);
std::string h265();
std::string mjpeg();
std::string soundOnly();

} // namespace ooto::test
