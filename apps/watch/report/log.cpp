// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/log.h"

#include "core/base/guarded.h"
#include "element/handles.h"
#include "metadata/structure_json.h"
#include "system/iso_time.h"
#include "system/plain_text.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <thread>
#include <utility>

namespace ooto::watch
{

namespace
{

constexpr std::size_t mostLines = 1024;
/** Of subjects whose last line is remembered; there are some per camera and target. */
constexpr std::size_t mostSubjects = 4096;
/** A line with its fields stays below what a pipe takes in one piece (PIPE_BUF, 4096 bytes). */
constexpr std::size_t maxLogTextBytes = 1024;
constexpr std::chrono::seconds longestEnd{1};

/** Whether journald reads the descriptor, which takes the level from a prefix. See sd-daemon(3). */
bool isJournal(int descriptor)
{
    const char *stream = std::getenv("JOURNAL_STREAM");
    struct stat file {
    };
    if (!stream || fstat(descriptor, &file) != 0)
        return false;
    return std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino) == stream;
}

const char *journalPrefix(LogLevel level)
{
    switch (level) {
    case LogLevel::Error:
        return "<3>";
    case LogLevel::Warning:
        return "<4>";
    case LogLevel::Info:
        return "<6>";
    }
    return "";
}

std::string jsonLine(const std::string &time, LogLevel level, const std::string &text,
                     const LogFields &fields)
{
    const element::StructureHandle line(
        gst_structure_new("line", "time", G_TYPE_STRING, time.c_str(), "level", G_TYPE_STRING,
                          logLevelName(level), "text", G_TYPE_STRING, text.c_str(), nullptr));
    for (const LogField &field : fields)
        gst_structure_set(line.get(), field.name, G_TYPE_STRING,
                          system::plainText(field.value).c_str(), nullptr);
    return metadata::toJson(line.get());
}

/** One word as it is, all else in quotes. */
std::string quoted(const std::string &value)
{
    if (!value.empty() && value.find_first_of(" \"\\=") == std::string::npos)
        return value;
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
    }
    return text + '"';
}

std::string textLine(const std::string &time, LogLevel level, const std::string &text,
                     const LogFields &fields)
{
    std::string line = time + ' ' + logLevelName(level) + ' ';
    for (const LogField &field : fields)
        line += std::string(field.name) + '=' + quoted(system::plainText(field.value)) + ' ';
    return line + text;
}

} // namespace

const char *logLevelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Error:
        return "error";
    case LogLevel::Warning:
        return "warning";
    case LogLevel::Info:
        return "info";
    }
    return "";
}

std::string logLine(LogFormat format, std::chrono::system_clock::time_point time, LogLevel level,
                    std::string_view text, const LogFields &fields)
{
    const std::string plain = system::plainText(text, maxLogTextBytes);
    const std::string when = system::iso8601(time);
    return format == LogFormat::Json ? jsonLine(when, level, plain, fields)
                                     : textLine(when, level, plain, fields);
}

struct Log::State {
    struct Queue {
        std::deque<std::string> lines; ///< with their ends
        std::map<std::string, std::string> lastOf;
        LogFormat format = LogFormat::Text;
        std::uint64_t dropped = 0;
        std::uint64_t droppedTold = 0;
        bool ending = false;
        bool ended = false;
    };

    State(LogFormat format, int output) : descriptor(output), journal(isJournal(output))
    {
        queue.lock()->format = format;
    }
    void enqueue(LogLevel level, std::string_view text, const LogFields &fields);
    std::string finished(LogFormat format, LogLevel level, std::string_view text,
                         const LogFields &fields) const;
    /** The next line to write; empty: there will be none. */
    std::string take();
    void writeAll(std::string_view line) const;
    void run();

    const int descriptor;
    const bool journal;
    core::Guarded<Queue> queue;
    std::condition_variable changed;
};

std::string Log::State::finished(LogFormat format, LogLevel level, std::string_view text,
                                 const LogFields &fields) const
{
    return (journal ? journalPrefix(level) : "") +
           logLine(format, std::chrono::system_clock::now(), level, text, fields) + '\n';
}

void Log::State::enqueue(LogLevel level, std::string_view text, const LogFields &fields)
{
    const LogFormat format = queue.lock()->format;
    std::string line = finished(format, level, text, fields);
    {
        auto access = queue.lock();
        if (access->lines.size() >= mostLines) {
            ++access->dropped;
            return;
        }
        access->lines.push_back(std::move(line));
    }
    changed.notify_all();
}

std::string Log::State::take()
{
    std::uint64_t lost = 0;
    LogFormat format = LogFormat::Text;
    {
        auto access = queue.lock();
        changed.wait(access.waitable(), [&] {
            return !access->lines.empty() || access->ending ||
                   access->dropped != access->droppedTold;
        });
        if (!access->lines.empty()) {
            std::string line = std::move(access->lines.front());
            access->lines.pop_front();
            return line;
        }
        lost = access->dropped - std::exchange(access->droppedTold, access->dropped);
        format = access->format;
    }
    if (lost == 0)
        return {};
    return finished(format, LogLevel::Warning,
                    std::to_string(lost) + " lines were dropped: nobody read them in time", {});
}

void Log::State::writeAll(std::string_view line) const
{
    while (!line.empty()) {
        const ssize_t written = ::write(descriptor, line.data(), line.size());
        if (written > 0) {
            line.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
            poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return; // Nobody can be told.
        }
    }
}

void Log::State::run()
{
    pthread_setname_np(pthread_self(), "ooto-log");
    // A reader that is gone is no reason to end; signals are for the other threads.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    for (std::string line = take(); !line.empty(); line = take())
        writeAll(line);
    queue.lock()->ended = true;
    changed.notify_all();
}

Log::Log(LogFormat format, int descriptor) : state_(std::make_shared<State>(format, descriptor))
{
    std::thread([state = state_] { state->run(); }).detach();
}

Log::~Log()
{
    auto queue = state_->queue.lock();
    queue->ending = true;
    state_->changed.notify_all();
    state_->changed.wait_for(queue.waitable(), longestEnd, [&queue] { return queue->ended; });
}

void Log::setFormat(LogFormat format)
{
    state_->queue.lock()->format = format;
}

void Log::write(LogLevel level, std::string_view text, const LogFields &fields)
{
    state_->enqueue(level, text, fields);
}

void Log::writeChange(const std::string &subject, LogLevel level, std::string_view text,
                      const LogFields &fields)
{
    // Whatever time it is.
    std::string content = logLine(LogFormat::Text, {}, level, text, fields);
    {
        auto queue = state_->queue.lock();
        if (queue->lastOf.size() >= mostSubjects && !queue->lastOf.contains(subject))
            queue->lastOf.clear();
        std::string &last = queue->lastOf[subject];
        if (last == content)
            return;
        last = std::move(content);
    }
    state_->enqueue(level, text, fields);
}

std::uint64_t Log::dropped() const
{
    return state_->queue.lock()->dropped;
}

} // namespace ooto::watch
