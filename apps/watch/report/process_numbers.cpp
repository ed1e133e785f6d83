// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/process_numbers.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace ooto::watch
{

namespace
{

/** Fields of /proc/PID/stat after the name, which may have blanks and brackets in it: proc(5). */
std::vector<double> statFields()
{
    std::ifstream file("/proc/self/stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto nameEnd = text.rfind(')');
    if (nameEnd == std::string::npos)
        return {};
    std::istringstream rest(text.substr(nameEnd + 1));
    std::string state;
    rest >> state;
    // The state is the third, and one letter.
    std::vector<double> fields(4, 0);
    for (double value = 0; rest >> value;)
        fields.push_back(value);
    return fields;
}

constexpr std::size_t userTicks = 14;
constexpr std::size_t systemTicks = 15;
constexpr std::size_t threadCount = 20;
constexpr std::size_t startTicks = 22;
constexpr std::size_t virtualSize = 23;
constexpr std::size_t residentPages = 24;

/** By what the clocks show now: /proc/stat, which has the time of boot, is hidden by ProcSubset. */
double startTimeS(double sinceBootS)
{
    timespec boot{};
    clock_gettime(CLOCK_BOOTTIME, &boot);
    const double uptimeS = static_cast<double>(boot.tv_sec) + boot.tv_nsec / 1e9;
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    return now.count() - uptimeS + sinceBootS;
}

std::optional<double> countOpenFds()
{
    struct Close {
        void operator()(DIR *folder) const { closedir(folder); }
    };
    const std::unique_ptr<DIR, Close> folder(opendir("/proc/self/fd"));
    if (!folder)
        return std::nullopt;
    double count = 0;
    while (const dirent *entry = readdir(folder.get()))
        count += entry->d_name[0] != '.';
    return count - 1; // Without the folder's own.
}

} // namespace

ProcessNumbers processNumbers()
{
    ProcessNumbers numbers;
    const std::vector<double> fields = statFields();
    if (fields.size() > residentPages) {
        const auto ticksPerS = static_cast<double>(sysconf(_SC_CLK_TCK));
        numbers.cpuS = (fields[userTicks] + fields[systemTicks]) / ticksPerS;
        numbers.threads = fields[threadCount];
        numbers.virtualBytes = fields[virtualSize];
        numbers.residentBytes = fields[residentPages] * static_cast<double>(sysconf(_SC_PAGESIZE));
        // A clock that is set later does not make it another process.
        static const double started = startTimeS(fields[startTicks] / ticksPerS);
        numbers.startS = started;
    }
    numbers.openFds = countOpenFds();
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        numbers.maxFds = static_cast<double>(limit.rlim_cur);
    return numbers;
}

} // namespace ooto::watch
