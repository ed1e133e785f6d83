// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines into a file.
#pragma once

#include "http/network_thread.h"
#include "publish/target.h"

#include <memory>
#include <string>

namespace ooto::publish
{

/**
 * Each event is one line, by one write; its own line breaks become spaces. The file is made with
 * mode 0600, and opened again when another one has its name (logrotate) or none has. What may block
 * (a pipe, a network file system) happens on a thread of its own.
 * @param path   absolute; `/dev/stdout` and `/dev/stderr` are those of the process
 * @param thread the publisher's own, on which all calls come
 */
std::unique_ptr<Target> makeFileTarget(std::string path, http::NetworkThread &thread);

/** @return a text for people where nothing can be written there, whatever the disk does; or empty
 */
std::string checkFilePath(const std::string &path);

} // namespace ooto::publish
