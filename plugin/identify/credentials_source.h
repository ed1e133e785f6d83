// SPDX-License-Identifier: LGPL-2.1-or-later
// The credentials in force, read again when their file changes.
#pragma once

#include "service/credentials.h"
#include "system/file_watch.h"

#include <chrono>
#include <string>

namespace ooto::identify
{

/** Thread-bound: one caller at a time. */
class CredentialsSource
{
public:
    CredentialsSource(service::Credentials given, std::string file);

    /** Reads anew. @return an empty string, or what is wrong, for people */
    std::string load();
    /**
     * Looks at most once a second whether the file changed.
     * @param refused read it in any case: the service does not take what it had
     * @param problem set to what is wrong with it, for people, once for each text
     * @return true when the key changed
     */
    bool refresh(bool refused, std::string &problem);
    /** A key or a file was set. @param problem as of refresh() */
    void replace(service::Credentials given, std::string file, std::string &problem);

    const service::Credentials &current() const { return current_; }

private:
    using Clock = std::chrono::steady_clock;

    /** @param tellAt when a new problem is told at the earliest */
    void reload(Clock::time_point tellAt, std::string &problem);

    service::Credentials given_;
    system::FileWatch file_;
    service::Credentials current_;
    std::string problem_; ///< since the last load
    bool told_ = false;
    Clock::time_point tellAt_{};
};

} // namespace ooto::identify
