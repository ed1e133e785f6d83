// SPDX-License-Identifier: LGPL-2.1-or-later
// A process of its own that asks a service until the day's budget is spent.
#include "support/asking.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv)
{
    using namespace ooto::test;
    if (argc != 3)
        return 2;
    const auto states = std::make_shared<Inbox<ooto::core::ServiceCondition>>();
    const auto caller = openCaller(settingsFor(argv[1]), 4, into(states));
    caller->setLimits(dayOnly(std::strtoull(argv[2], nullptr, 10)));
    for (int patience = 0; patience < 1000; ++patience) {
        auto permit = caller->reserve();
        if (!permit && permit.error().why == ooto::core::HeldBack::Budget) {
            const auto told = states->waitFor(1);
            return told.empty() || told[0] != ooto::core::ServiceCondition::BudgetSpent;
        }
        if (permit) {
            const auto done = std::make_shared<Inbox<bool>>();
            caller->send(std::move(*permit), photoRequest(),
                         [done](const ooto::core::Reply &) { done->put(true); });
            done->waitFor(1);
        }
    }
    std::fputs("the budget was never spent\n", stderr);
    return 1;
}
