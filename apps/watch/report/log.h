// SPDX-License-Identifier: LGPL-2.1-or-later
// What the program tells whoever reads its standard error: one line per change.
#pragma once

#include "config/config.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace ooto::watch
{

enum class LogLevel { Error, Warning, Info };

/** "error", "warning", "info" */
const char *logLevelName(LogLevel level);

/** What a line is about, as `camera` and `door`. Names are our own, values may be of others. */
struct LogField {
    const char *name;
    std::string value;
};
using LogFields = std::vector<LogField>;

/** The line without its end. Control characters of others' text are spaces in it. */
std::string logLine(LogFormat format, std::chrono::system_clock::time_point time, LogLevel level,
                    std::string_view text, const LogFields &fields);

/**
 * Writes lines on a thread of its own: whoever calls never waits, also where nobody reads. What the
 * queue has no place for is dropped, counted, and told when it has again. Thread-safe.
 */
class Log
{
public:
    /** @param descriptor stays open for as long as the process lives */
    explicit Log(LogFormat format, int descriptor = STDERR_FILENO);
    /** Writes what is queued, for a second at most. */
    ~Log();
    Log(const Log &) = delete;
    Log &operator=(const Log &) = delete;

    void setFormat(LogFormat format);
    void write(LogLevel level, std::string_view text, const LogFields &fields = {});
    /** As write(), unless it is what was told last of the subject, as `camera door`. */
    void writeChange(const std::string &subject, LogLevel level, std::string_view text,
                     const LogFields &fields = {});
    /** How many lines there was no place for. */
    std::uint64_t dropped() const;

private:
    struct State;
    std::shared_ptr<State> state_; ///< shared with the thread, which may hang in a write for ever
};

} // namespace ooto::watch
