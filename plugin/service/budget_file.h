// SPDX-License-Identifier: LGPL-2.1-or-later
// The day's count on disk, which survives restarts and is shared by processes.
#pragma once

#include "core/traffic/day_budget.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace ooto::service
{

/** Thread-safe. What is said to block does so for the file's lock, never longer than told. */
class BudgetFile
{
public:
    enum class Outcome {
        Done,
        Busy,   ///< somebody else held the lock all the time
        Failed, ///< the file cannot be read, locked, or replaced
    };
    /** @param record what the file holds, nothing when there is none that makes sense */
    using Change = std::function<core::DayRecord(const std::optional<core::DayRecord> &record)>;

    /**
     * `$XDG_STATE_HOME/ooto/budget-<hash>` (else below `~/.local/state`): one file for each service
     * and app-id. The name tells neither.
     */
    static std::string pathFor(const std::string &endpoint, const std::string &appId);

    /** 64 hex digits that stand for a service and an app-id, and tell neither. */
    static std::string hashOf(const std::string &endpoint, const std::string &appId);

    explicit BudgetFile(std::string path) : path_(std::move(path)) {}

    const std::string &path() const { return path_; }
    /** What the file holds now, without waiting for anybody; nothing when that makes no sense. */
    std::optional<core::DayRecord> read() const;
    /**
     * Reads, changes and replaces the record while no other process can. A power failure may cost
     * the last change, as nothing waits for the disk.
     * @param patience how long the call may wait for the lock
     * @param error with Failed: the system's words
     */
    Outcome update(const Change &change, std::chrono::milliseconds patience, std::string &error);

private:
    const std::string path_;
};

} // namespace ooto::service
