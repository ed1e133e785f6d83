// SPDX-License-Identifier: LGPL-2.1-or-later
// Minutes of trouble of all kinds, after which everything has to add up.
#include "support/asking.h"
#include "support/misbehaving_server.h"
#include "support/soak.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace ooto::test
{
namespace
{

using core::Outcome;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t seed = 20260131;

/** What became of all requests. */
struct Tally {
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> cancelled{0}; ///< their handler went without being called
    std::atomic<std::uint64_t> twice{0};
    core::Guarded<std::map<std::string, std::uint64_t>> outcomes;
};

/** One request's end; what goes untold was cancelled. */
class Fate
{
public:
    Fate(Tally &tally, std::atomic<unsigned> &open) : tally_(tally), open_(open)
    {
        ++tally_.sent;
        ++open_;
    }
    Fate(const Fate &) = delete;
    Fate &operator=(const Fate &) = delete;
    ~Fate()
    {
        if (!told_)
            ++tally_.cancelled;
        --open_;
    }
    void tell(const core::Reply &reply)
    {
        if (told_.exchange(true))
            ++tally_.twice;
        ++(reply.outcome == Outcome::Answered ? tally_.answered : tally_.failed);
        ++(*tally_.outcomes.lock())[std::string(core::outcomeName(reply.outcome))];
    }

private:
    Tally &tally_;
    std::atomic<unsigned> &open_; ///< those of one element that had no end yet
    std::atomic<bool> told_{false};
};

/** One element's life: asks, and now and then stops and starts. */
void live(const std::string &url, unsigned number, Clock::time_point end, Tally &tally)
{
    std::mt19937 random(seed - number);
    const auto open = [&url] {
        auto caller = openCaller(settingsFor(url), 8);
        caller->setLimits(dayOnly(0, {10ms, 30ms}, 8));
        return caller;
    };
    std::atomic<unsigned> underWay{0};
    auto caller = open();
    while (Clock::now() < end) {
        if (auto permit = caller->reserve()) {
            auto fate = std::make_shared<Fate>(tally, underWay);
            caller->send(std::move(*permit), photoRequest(150ms),
                         [fate](const core::Reply &reply) { fate->tell(reply); });
        } else {
            std::this_thread::sleep_for(2ms);
        }
        if (random() % 500 == 0) {
            caller.reset();
            caller = open();
        }
    }
    for (int patience = 0; patience < 5000 && underWay > 0; ++patience)
        std::this_thread::sleep_for(1ms);
    EXPECT_EQ(underWay, 0U);
    for (int i = 0; i < 100 && !waitForPermit(*caller, 100ms); ++i) {
    }
    EXPECT_TRUE(waitForPermit(*caller)) << "places or probes were lost";
}

TEST(ClientSoak, everyRequestHasOneEnd)
{
    Tally tally;
    std::size_t before = 0;
    std::size_t after = 0;
    {
        RawServer server([](RawConnection &connection) { misbehave(connection, seed); });
        const auto begin = Clock::now();
        const auto end = begin + soakTime();
        std::vector<std::thread> elements;
        for (unsigned i = 0; i < 4; ++i)
            elements.emplace_back([&, i] { live(server.url(), i, end, tally); });
        // Once everything was there that comes only once.
        std::this_thread::sleep_until(begin + soakTime() / 4);
        before = residentBytes();
        std::this_thread::sleep_until(end);
        after = residentBytes();
        for (std::thread &element : elements)
            element.join();
    }
    std::string outcomes;
    for (const auto &[name, count] : *tally.outcomes.lock())
        outcomes += " " + name + "=" + std::to_string(count);
    RecordProperty("outcomes", outcomes);
    std::printf("sent=%llu cancelled=%llu%s, %zu -> %zu kB\n",
                static_cast<unsigned long long>(tally.sent.load()),
                static_cast<unsigned long long>(tally.cancelled.load()), outcomes.c_str(),
                before / 1024, after / 1024);
    EXPECT_EQ(tally.sent, tally.answered + tally.failed + tally.cancelled);
    EXPECT_EQ(tally.twice, 0U);
    EXPECT_GT(tally.answered, 0U);
    EXPECT_GT(tally.outcomes.lock()->size(), 5U) << "there was not much trouble";
    EXPECT_LT(after, before + (std::size_t{8} << 20)) << "memory grows";
}

} // namespace
} // namespace ooto::test
