// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays a source through ootoidentify and ootooverlay in real time.
#pragma once

#include "handles.h"
#include "report.h"

#include <string>

namespace ooto::demo
{

struct RunOptions {
    std::string uri;             ///< a file's, rtsp://, v4l2://, http(s)://
    std::string endpoint;        ///< empty: the element's own default
    bool allowHttp = false;      ///< plain http to other hosts than loopback
    std::string credentialsFile; ///< empty: the environment's OOTO_APP_ID and OOTO_APP_KEY
    std::string annotatedFile;   ///< the MP4 file to write
    double durationS = 0;        ///< of running time; 0: to the end of the source
    bool display = false;        ///< also show the picture in a window
};

struct RunResult {
    std::string error; ///< a text for people; empty when the source was played to its end
    FrameCounts counts;
    StructureHandle stats; ///< of ootoidentify, when all was over
};

/** Whether the source sets the pace itself: a camera does, a file does not. */
bool isLive(const std::string &uri);

/** The URI as it may be shown: cameras' URIs hold passwords. */
std::string withoutPassword(const std::string &uri);

/**
 * Ends at the end of the source, after the given duration, or on SIGINT or SIGTERM; in each case
 * the file is finished properly. Runs the default main context.
 */
RunResult run(const RunOptions &options, Report &report);

} // namespace ooto::demo
