// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may read and write a file.
#pragma once

#include <optional>
#include <string>

namespace ooto::watch
{

/**
 * Whether somebody else than its owner and root can write the file, or put another one in its
 * place: its own mode, and that of its folder. What is mounted read-only nobody can.
 * @return what is wrong and how to mend it, for people; nothing: all is well, or it is not there
 */
std::optional<std::string> writableByOthers(const std::string &file);

/** The same of a folder in which each file counts. */
std::optional<std::string> folderWritableByOthers(const std::string &folder);

/**
 * @param mainFile whose owner is trusted, beside root and this process's user
 * @return a text for people where somebody else owns it
 */
std::optional<std::string> ownedByOthers(const std::string &path, const std::string &mainFile);

/** Whether everybody on this machine can read it. */
bool readableByAll(const std::string &file);

/** Why it cannot be read, going on after its name; nothing: it can. */
std::optional<std::string> unreadable(const std::string &file);

} // namespace ooto::watch
