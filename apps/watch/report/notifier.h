// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells systemd how the program is: sd_notify(3). Without systemd nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace ooto::watch
{

/** Thread-bound: the main loop, whose ticks are what the watchdog watches. */
class Notifier
{
public:
    using Clock = std::chrono::steady_clock;

    Notifier();

    void ready(const std::string &status);
    /** Followed by ready(), also where nothing was taken over. */
    void reloading();
    void stopping(const std::string &status);
    /** Tells nothing that was told last. */
    void status(const std::string &text);
    /** To be called by the main loop, at least twice in a `watchdogInterval`. */
    void tick(Clock::time_point now);
    /** Half of WATCHDOG_USEC: how often tick() tells systemd; none where there is no watchdog. */
    std::optional<std::chrono::microseconds> watchdogInterval() const { return interval_; }

private:
    std::optional<std::chrono::microseconds> interval_;
    std::optional<Clock::time_point> told_;
    std::string status_;
};

} // namespace ooto::watch
