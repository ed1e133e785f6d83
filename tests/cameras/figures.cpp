// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cameras/figures.h"

#include "cameras/camera.h"
#include "cameras/thread_clocks.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace ooto::cameras
{

namespace
{

using namespace std::chrono_literals;

constexpr core::PixelSize large{1920, 1080};
constexpr core::PixelSize small{640, 360};
constexpr std::chrono::seconds longestGreeting{30}; ///< until everybody is identified
constexpr std::chrono::seconds settling{3};         ///< after it

std::string identity()
{
    return "identity name=identify";
}

std::string identify(const Circumstances &with)
{
    return "ootoidentify name=identify detector=" + with.detector + " endpoint=" + with.endpoint +
           " credentials-file=" + with.credentialsFile +
           " max-rate=0 max-requests-per-day=0 max-in-flight=8";
}

MovingFrames framesOf(const Circumstances &with, core::PixelSize size, int people)
{
    if (with.clip.empty() || people == 0)
        return MovingFrames::people(size, people);
    std::string error;
    MovingFrames frames = MovingFrames::clip(with.clip, size, error);
    if (!error.empty())
        throw std::runtime_error(error);
    return frames;
}

/** Per cent of one core. */
struct Usage {
    double analysis = 0;
    double streaming = 0;
    double network = 0;
};

Usage usageDuring(std::chrono::seconds length)
{
    const ThreadTimes before = threadTimes();
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(length);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    Usage usage;
    for (const auto &[name, seconds] : since(before)) {
        const double share = 100 * seconds / took.count();
        if (name == "ooto-analysis")
            usage.analysis += share;
        else if (name == "ooto-network")
            usage.network += share;
        else if (name.starts_with(Camera::streamingThread))
            usage.streaming += share;
    }
    return usage;
}

void printUsage(const char *element, const Usage &usage)
{
    std::printf("  %-13s %% of a core: analysis %6.2f   streaming %6.2f   network %5.2f\n", element,
                usage.analysis, usage.streaming, usage.network);
}

/** What is aimed at, and how far it is. @param most of the goal, in `unit` */
void printGoal(const char *what, double measured, double most, const char *unit)
{
    if (measured <= most)
        std::printf("  goal: %s at most %g %s: %.2f, met\n", what, most, unit, measured);
    else
        std::printf("  goal: %s at most %g %s: %.2f, NOT met by %.2f\n", what, most, unit, measured,
                    measured - most);
}

double percentile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values.empty()
               ? 0
               : values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/** What was counted meanwhile. */
std::vector<Counts> grown(std::vector<Counts> now, const std::vector<Counts> &before)
{
    for (std::size_t i = 0; i < now.size(); ++i) {
        now[i].samples -= before[i].samples;
        now[i].skipped -= before[i].skipped;
        now[i].requests -= before[i].requests;
    }
    return now;
}

/** How the cameras were served. */
struct Service {
    std::uint64_t samples = 0;
    std::uint64_t skipped = 0;
    std::uint64_t requests = 0;
    std::uint64_t least = ~std::uint64_t(0); ///< analysed of one camera
    std::uint64_t most = 0;
    double analysisMs = 0; ///< mean
    double waitP50Ms = 0;  ///< median over the cameras
    double waitP99Ms = 0;  ///< of the worst camera

    /** Per cent that the least served camera is below the best; one sample is the clock's. */
    double unevenness() const
    {
        const std::uint64_t apart = most - std::min(most, least);
        return apart <= 1 ? 0 : 100 * static_cast<double>(apart) / static_cast<double>(most);
    }
};

Service serviceOf(const std::vector<Counts> &cameras)
{
    Service service;
    std::vector<double> waits;
    for (const Counts &camera : cameras) {
        service.samples += camera.samples;
        service.skipped += camera.skipped;
        service.requests += camera.requests;
        service.least = std::min(service.least, camera.analysed());
        service.most = std::max(service.most, camera.analysed());
        service.analysisMs += camera.analysisMs / static_cast<double>(cameras.size());
        service.waitP99Ms = std::max(service.waitP99Ms, camera.waitP99Ms);
        waits.push_back(camera.waitP50Ms);
    }
    service.waitP50Ms = percentile(waits, 0.5);
    return service;
}

void print(const Service &service)
{
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("  samples %llu, skipped %llu; analysed by camera %llu to %llu; %.1f ms a search; "
                "requests %llu\n  age of a sample at its analysis: p50 %.0f ms, p99 of the worst "
                "camera %.0f ms\n",
                number(service.samples), number(service.skipped), number(service.least),
                number(service.most), service.analysisMs, number(service.requests),
                service.waitP50Ms, service.waitP99Ms);
}

/** Lets everybody be seen and answered. */
void greet(Cameras &cameras, std::size_t people)
{
    const std::size_t all = cameras.counts().size();
    const std::size_t done = people ? cameras.awaitIdentified(people, longestGreeting) : all;
    if (done < all)
        std::printf("  on %zu of %zu cameras not all %zu faces are identified\n", all - done, all,
                    people);
    std::this_thread::sleep_for(settling);
}

void measureOne(const Circumstances &with, core::PixelSize size, int people, double goal)
{
    const MovingFrames frames = framesOf(with, size, people);
    {
        Cameras cameras(identity(), frames);
        cameras.add(1);
        greet(cameras, 0);
        printUsage("identity", usageDuring(with.length));
    }
    Cameras cameras(identify(with), frames);
    cameras.add(1);
    greet(cameras, static_cast<std::size_t>(people));
    const auto before = cameras.counts();
    const Usage usage = usageDuring(with.length);
    printUsage("ootoidentify", usage);
    print(serviceOf(grown(cameras.counts(), before)));
    printGoal("analysis", usage.analysis, goal, "%");
}

StreamingCosts streamingCosts(const std::string &element, const MovingFrames &frames,
                              std::size_t people, std::chrono::seconds length)
{
    Cameras cameras(element, frames);
    cameras.add(1);
    greet(cameras, people);
    cameras.first().measureStreaming();
    std::this_thread::sleep_for(length);
    return cameras.first().streamingCosts();
}

double printCosts(const char *what, const std::vector<double> &us)
{
    double sum = 0;
    for (const double each : us)
        sum += each;
    const double mean = us.empty() ? 0 : sum / static_cast<double>(us.size());
    std::printf("  %-38s %5zu frames, us: mean %7.1f   p50 %7.1f   p99 %7.1f\n", what, us.size(),
                mean, percentile(us, 0.5), percentile(us, 0.99));
    return mean;
}

void measureStreaming(const Circumstances &with)
{
    const MovingFrames frames = framesOf(with, large, 2);
    const double identityUs =
        printCosts("identity", streamingCosts(identity(), frames, 0, with.length).others);
    const StreamingCosts costs = streamingCosts(identify(with), frames, 2, 2 * with.length);
    const double otherUs = printCosts("ootoidentify, frames that are none", costs.others);
    printCosts("ootoidentify, samples", costs.samples);
    printGoal("not a sample, over identity", otherUs - identityUs, 20, "us");
    printGoal("a sample, p99", percentile(costs.samples, 0.99) / 1000, 0.35, "ms");
}

/** MiB that each of `count` further cameras takes. */
double furtherCamera(const std::string &element, const MovingFrames &frames, std::size_t people,
                     unsigned count)
{
    Cameras cameras(element, frames);
    cameras.add(count);
    greet(cameras, people);
    const double before = residentMiB();
    cameras.add(count);
    greet(cameras, people);
    return (residentMiB() - before) / count;
}

void measureMemory(const Circumstances &with, core::PixelSize size, unsigned count, double goal)
{
    const MovingFrames frames = framesOf(with, size, 3);
    const double plain = furtherCamera(identity(), frames, 0, count);
    const double ours = furtherCamera(identify(with), frames, 3, count);
    std::printf("  MiB for each of %u after the first %u: identity %.2f, ootoidentify %.2f\n",
                count, count, plain, ours);
    printGoal("a further camera", ours, goal, "MiB");
}

void measureMany(const Circumstances &with)
{
    constexpr unsigned count = 32;
    const MovingFrames frames = framesOf(with, small, 3);
    {
        Cameras cameras(identity(), frames);
        cameras.add(count);
        greet(cameras, 0);
        printUsage("identity", usageDuring(with.length));
    }
    Cameras cameras(identify(with), frames);
    cameras.add(count);
    greet(cameras, 3);
    const auto before = cameras.counts();
    printUsage("ootoidentify", usageDuring(with.length));
    const Service service = serviceOf(grown(cameras.counts(), before));
    print(service);
    printGoal("skipped", static_cast<double>(service.skipped), 0, "samples");
    printGoal("the least served camera below the best", service.unevenness(), 10, "%");
}

/** Keeps each core busy. */
class BusyLoops
{
public:
    BusyLoops()
    {
        for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
            loops_.emplace_back([](const std::stop_token &stop) {
                while (!stop.stop_requested()) {
                }
            });
    }

private:
    std::vector<std::jthread> loops_;
};

void measurePressure(const Circumstances &with)
{
    constexpr unsigned count = 16;
    const MovingFrames frames = framesOf(with, small, 3);
    const BusyLoops others;
    Cameras cameras(identify(with), frames);
    cameras.add(count);
    greet(cameras, 0);
    const auto before = cameras.counts();
    printUsage("ootoidentify", usageDuring(3 * with.length));
    const Service service = serviceOf(grown(cameras.counts(), before));
    print(service);
    printGoal("the least served camera below the best", service.unevenness(), 10, "%");
    // A newer sample takes its place after 200 ms and a frame.
    printGoal("age of what is analysed, p99 of the worst camera", service.waitP99Ms, 250, "ms");
}

} // namespace

const std::vector<Figure> &figures()
{
    using Measure = std::function<void(const Circumstances &)>;
    const auto one = [](core::PixelSize size, int people, double goal) -> Measure {
        return [=](const Circumstances &with) { measureOne(with, size, people, goal); };
    };
    const auto memory = [](core::PixelSize size, unsigned count, double goal) -> Measure {
        return [=](const Circumstances &with) { measureMemory(with, size, count, goal); };
    };
    static const std::vector<Figure> all{
        {"busy-1080p", "1080p25, three faces that move and are answered", true, one(large, 3, 5)},
        {"busy-360p", "640x360 at 25/s, three faces that move and are answered", true,
         one(small, 3, 1.5)},
        {"still-1080p", "1080p25, nobody, a sensor's noise", true, one(large, 0, 0.3)},
        {"still-360p", "640x360 at 25/s, nobody, a sensor's noise", true, one(small, 0, 0.3)},
        {"streaming", "CPU of the streaming thread in the element, 1080p25, two faces", false,
         measureStreaming},
        {"memory-360p", "memory of a further camera, 640x360", false, memory(small, 6, 5)},
        {"memory-1080p", "memory of a further camera, 1080p", false, memory(large, 2, 20)},
        {"many", "32 cameras, 640x360 at 25/s, three faces each", false, measureMany},
        {"pressure", "16 cameras, 640x360 at 25/s, beside a busy loop on each core", false,
         measurePressure},
    };
    return all;
}

} // namespace ooto::cameras
