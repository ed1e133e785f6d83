// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/notifier.h"

#include "system/plain_text.h"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace ooto::watch
{

namespace
{

void tell(const std::string &assignments)
{
    sd_notify(0, assignments.c_str());
}

std::string statusLine(const std::string &text)
{
    return "STATUS=" + system::plainText(text);
}

/** By the clock that systemd compares with, see sd_notify(3). */
std::uint64_t monotonicUs()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

} // namespace

Notifier::Notifier()
{
    std::uint64_t watchdogUs = 0;
    if (sd_watchdog_enabled(0, &watchdogUs) > 0)
        interval_ = std::chrono::microseconds(watchdogUs / 2);
}

void Notifier::ready(const std::string &status)
{
    status_ = status;
    tell("READY=1\n" + statusLine(status));
}

void Notifier::reloading()
{
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonicUs()));
}

void Notifier::stopping(const std::string &status)
{
    status_ = status;
    tell("STOPPING=1\n" + statusLine(status));
}

void Notifier::status(const std::string &text)
{
    if (text == status_)
        return;
    status_ = text;
    tell(statusLine(text));
}

void Notifier::tick(Clock::time_point now)
{
    if (!interval_ || (told_ && now - *told_ < *interval_))
        return;
    told_ = now;
    tell("WATCHDOG=1");
}

} // namespace ooto::watch
