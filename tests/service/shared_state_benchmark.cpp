// SPDX-License-Identifier: LGPL-2.1-or-later
// How long one call of the budget's script takes, with so many runs of a day:
// shared_state_benchmark [RUNS...]. Each time is from the command to its answer on the network
// thread's main loop.
#include "shared_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace ooto::test
{
namespace
{

using Clock = std::chrono::steady_clock;

constexpr std::size_t calls = 5000;

struct Caller {
    std::unique_ptr<redis::Connection> connection;
    Inbox<bool> done;
    std::vector<double> tookMs;
    Clock::time_point sent;
    core::SharedCall call;
    service::Today today = service::localDay();

    void next()
    {
        ++call.sequence;
        call.keep = call.count;
        call.limit = 1000000;
        call.needsOne = true;
        call.wantsToken = true;
        sent = Clock::now();
        connection->run(service::budgetScript(), service::budgetKeys(sharedPrefix, today.date),
                        service::budgetArguments(call, today, "0-1", {}),
                        [this](const redis::Reply *reply) { note(reply); });
    }
    void note(const redis::Reply *reply)
    {
        const std::chrono::duration<double, std::milli> took = Clock::now() - sent;
        const auto words = reply ? service::readBudget(*reply) : std::nullopt;
        if (!words || !words->reply || tookMs.size() == calls) {
            done.put(false);
            return;
        }
        call.count = words->reply->count;
        tookMs.push_back(took.count());
        next();
    }
};

void measure(RedisServer &server, unsigned runs)
{
    server.flush();
    server.makeKnown(sharedPrefix, "+0000");
    const std::string day = service::budgetKeys(sharedPrefix, service::localDay().date)[0];
    for (unsigned i = 0; i < runs; ++i)
        server.command({"HSET", day, "r:" + std::to_string(i + 16) + "-1", "7 9 100.000 3"});
    const auto caller = std::make_shared<Caller>();
    http::NetworkThread network;
    network.post([&] {
        redis::ConnectionSettings settings;
        settings.host = "127.0.0.1";
        settings.port = static_cast<std::uint16_t>(server.port());
        caller->connection = std::make_unique<redis::Connection>(
            settings, redis::Connection::Handlers{.onReady = [caller] { caller->next(); },
                                                  .onLost = [](const std::string &) {}});
        caller->connection->open();
    });
    caller->done.waitFor(1, std::chrono::seconds(60));
    network.runAndWait([&] { caller->connection.reset(); });
    std::vector<double> &took = caller->tookMs;
    if (took.empty())
        return;
    std::sort(took.begin(), took.end());
    std::printf("%5u runs: %zu calls, p50 %.3f ms, p99 %.3f ms, longest %.3f ms\n", runs,
                took.size(), took[took.size() / 2], took[took.size() * 99 / 100], took.back());
}

} // namespace
} // namespace ooto::test

int main(int argc, char **argv)
{
    using namespace ooto::test;
    if (!RedisServer::installed())
        return 77;
    RedisServer server;
    std::vector<unsigned> counts;
    for (int i = 1; i < argc; ++i)
        counts.push_back(static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)));
    if (counts.empty())
        counts = {1, 20, 200, 2000};
    for (const unsigned runs : counts)
        measure(server, runs);
    return EXIT_SUCCESS;
}
