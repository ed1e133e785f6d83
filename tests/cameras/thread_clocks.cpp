// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cameras/thread_clocks.h"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace ooto::cameras
{

namespace
{

double secondsOf(clockid_t clock)
{
    timespec time{};
    if (clock_gettime(clock, &time) != 0)
        return 0; // the thread has ended meanwhile
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/** The clock that pthread_getcpuclockid() gives for a thread of one's own (Linux). */
clockid_t clockOfThread(unsigned tid)
{
    constexpr unsigned perThreadScheduled = 6;
    return static_cast<clockid_t>((~tid << 3) | perThreadScheduled);
}

} // namespace

ThreadTimes threadTimes()
{
    ThreadTimes times;
    std::error_code ended;
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task", ended)) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        const std::string number = task.path().filename();
        unsigned tid = 0;
        std::from_chars(number.data(), number.data() + number.size(), tid);
        times[name] += secondsOf(clockOfThread(tid));
    }
    return times;
}

double ownTime()
{
    return secondsOf(CLOCK_THREAD_CPUTIME_ID);
}

ThreadTimes since(const ThreadTimes &before)
{
    ThreadTimes grown = threadTimes();
    for (const auto &[name, time] : before) {
        if (const auto now = grown.find(name); now != grown.end())
            now->second -= time;
    }
    return grown;
}

double residentMiB()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) / 1024;
    }
    return 0;
}

} // namespace ooto::cameras
