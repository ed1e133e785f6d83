// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/event_ids.h"

#include "core/base/guarded.h"

#include <pthread.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <map>
#include <string_view>

namespace ooto::metadata
{

namespace
{

constexpr std::string_view base32 = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t timeCharacters = 8; // 40 bits of 1/256 s: until 2106
constexpr std::size_t chanceCharacters = 13;
constexpr std::size_t mostIdleCameras = 1024;
constexpr std::size_t leastDigits = 12;

using Run = std::array<char, timeCharacters + chanceCharacters>;

/** Where the kernel gives no chance (getrandom may be forbidden): times and the process differ. */
void lessChance(std::array<std::uint8_t, chanceCharacters> &bytes)
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    auto state = static_cast<std::uint64_t>(now.tv_nsec) ^
                 (static_cast<std::uint64_t>(now.tv_sec) << 30) ^
                 (static_cast<std::uint64_t>(getpid()) << 40);
    for (std::uint8_t &byte : bytes) {
        // Knuth's MMIX constants (TAOCP 2, 3.3.4); the high bits are the good ones.
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        byte = static_cast<std::uint8_t>(state >> 56);
    }
}

/** Safe between fork and exec: system calls and plain memory. */
Run makeRun()
{
    Run run{};
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    std::uint64_t time = (static_cast<std::uint64_t>(now.tv_sec) << 8) |
                         (static_cast<std::uint64_t>(now.tv_nsec) * 256 / 1'000'000'000);
    for (std::size_t i = timeCharacters; i-- > 0; time >>= 5)
        run[i] = base32[time & 31];
    std::array<std::uint8_t, chanceCharacters> bytes{};
    if (getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK) != static_cast<ssize_t>(bytes.size()))
        lessChance(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        run[timeCharacters + i] = base32[bytes[i] & 31];
    return run;
}

// Written while the plugin is loaded, and by the one thread that a fork leaves to a child. Not when
// it is first asked for: who forks meanwhile would leave his child waiting for it.
Run run;
[[maybe_unused]] const bool begun = [] {
    const auto begin = [] { run = makeRun(); };
    begin();
    return pthread_atfork(nullptr, nullptr, begin) == 0;
}();

class Sequences
{
public:
    EventSequence of(const std::string &camera)
    {
        Entry &entry = cameras_[camera];
        entry.lastUsed = ++uses_;
        if (!entry.told)
            entry.told = std::make_shared<std::atomic<std::uint64_t>>(forgotten_);
        const EventSequence told = entry.told;
        forgetIdle();
        return told;
    }

private:
    struct Entry {
        EventSequence told;
        std::uint64_t lastUsed = 0;
    };

    static bool isIdle(const Entry &entry) { return entry.told.use_count() == 1; }

    void forgetIdle()
    {
        const auto idle = std::count_if(cameras_.begin(), cameras_.end(),
                                        [](const auto &camera) { return isIdle(camera.second); });
        if (idle <= static_cast<std::ptrdiff_t>(mostIdleCameras))
            return;
        auto oldest = cameras_.end();
        for (auto one = cameras_.begin(); one != cameras_.end(); ++one) {
            const bool older =
                oldest == cameras_.end() || one->second.lastUsed < oldest->second.lastUsed;
            if (isIdle(one->second) && older)
                oldest = one;
        }
        forgotten_ = std::max(forgotten_, oldest->second.told->load());
        cameras_.erase(oldest);
    }

    std::map<std::string, Entry> cameras_;
    std::uint64_t uses_ = 0;
    std::uint64_t forgotten_ = 0; ///< the highest number of a camera that was forgotten
};

} // namespace

std::string runId()
{
    return {run.begin(), run.end()};
}

std::uint64_t nextEventNumber()
{
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

std::string eventId(std::uint64_t number)
{
    std::string digits = std::to_string(number);
    digits.insert(0, leastDigits - std::min(leastDigits, digits.size()), '0');
    return runId() + "-" + digits;
}

std::string visitId(const std::string &camera, core::VisitNumber visit)
{
    return camera + "-" + runId() + "-" + std::to_string(visit);
}

core::VisitNumber visitNumberOf(const std::string &visitId)
{
    // The camera's name comes first, and may be anything.
    const std::string before = "-" + runId() + "-";
    const std::size_t at = visitId.rfind(before);
    if (at == std::string::npos)
        return 0;
    const char *begin = visitId.data() + at + before.size();
    const char *end = visitId.data() + visitId.size();
    core::VisitNumber number = 0;
    const auto [parsed, error] = std::from_chars(begin, end, number);
    return error == std::errc() && parsed == end ? number : 0;
}

EventSequence eventSequenceOf(const std::string &camera)
{
    // Never destroyed: streams may go on while the process exits.
    static auto &sequences = *new core::Guarded<Sequences>();
    return sequences.lock()->of(camera);
}

} // namespace ooto::metadata
