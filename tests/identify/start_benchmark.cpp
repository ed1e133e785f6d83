// SPDX-License-Identifier: LGPL-2.1-or-later
// What it costs to be there at all: start_benchmark [RUNS]
//
// gst-launch-1.0 plays one frame through `identity`, and the same through ootoidentify with each
// detector. The lines take turns, after a round that makes the registry and fills the caches.
// Printed are medians: the time from fork() to the process's end, its CPU time, the most memory
// that was resident, and what that is over `identity`. The goal, for detector=none: 100 ms, 20 MiB.
// This process is small, since its own memory counts until the child is another program.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace
{

struct Cost {
    double wallMs;
    double cpuMs;
    double residentMib;
    bool hasFailed;
};

struct Line {
    std::string name;
    std::vector<std::string> element;
    std::vector<Cost> costs;
};

double ms(const timeval &time)
{
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

[[noreturn]] void become(const std::vector<std::string> &arguments)
{
    std::vector<char *> pointers;
    for (const std::string &argument : arguments)
        pointers.push_back(const_cast<char *>(argument.c_str()));
    pointers.push_back(nullptr);
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        dup2(nowhere, stream);
    execvp(pointers.front(), pointers.data());
    _exit(127);
}

Cost run(const Line &line)
{
    std::vector<std::string> arguments{"gst-launch-1.0", "-q", "videotestsrc", "num-buffers=1",
                                       "!"};
    arguments.insert(arguments.end(), line.element.begin(), line.element.end());
    arguments.insert(arguments.end(), {"!", "fakesink"});
    const auto start = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0)
        become(arguments);
    int status = 0;
    rusage usage{};
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return {0, 0, 0, true};
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    return {wall.count(), ms(usage.ru_utime) + ms(usage.ru_stime),
            static_cast<double>(usage.ru_maxrss) / 1024,
            !WIFEXITED(status) || WEXITSTATUS(status) != 0};
}

double median(const std::vector<Cost> &costs, double Cost::*field)
{
    std::vector<double> values;
    for (const Cost &cost : costs)
        values.push_back(cost.*field);
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void print(const Line &line, const Line &base)
{
    const double wall = median(line.costs, &Cost::wallMs);
    const double resident = median(line.costs, &Cost::residentMib);
    std::printf("%-18s %6.0f ms %6.0f ms CPU %6.1f MiB   over identity %+5.0f ms %+6.1f MiB%s\n",
                line.name.c_str(), wall, median(line.costs, &Cost::cpuMs), resident,
                wall - median(base.costs, &Cost::wallMs),
                resident - median(base.costs, &Cost::residentMib),
                line.costs.front().hasFailed ? "   it ended in an error (no model?)" : "");
}

} // namespace

int main(int argc, char **argv)
{
    const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
    std::vector<Line> lines{{"identity", {"identity"}, {}}};
    for (const char *detector : {"none", "upstream", "auto", "yunet", "cascade"})
        lines.push_back({std::string("detector=") + detector,
                         {"ootoidentify", "dry-run=true", "endpoint=http://127.0.0.1:9/",
                          "app-id=a", "app-key=b", std::string("detector=") + detector},
                         {}});
    for (Line &line : lines)
        run(line);
    for (int round = 0; round < runs; ++round)
        for (Line &line : lines)
            line.costs.push_back(run(line));
    for (const Line &line : lines)
        print(line, lines.front());
    const auto hasFailed = [&](std::size_t line) { return lines[line].costs.front().hasFailed; };
    return hasFailed(0) || hasFailed(1) ? EXIT_FAILURE : EXIT_SUCCESS;
}
