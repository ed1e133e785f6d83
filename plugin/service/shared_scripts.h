// SPDX-License-Identifier: LGPL-2.1-or-later
// What runs inside of the shared state, and how it is called: words out, words back.
#pragma once

#include "core/traffic/shared_budget.h"
#include "redis/connection.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ooto::service
{

/** A date with its limits in time, as a machine's clock and time zone have it. */
struct Today {
    core::LocalDate date{};
    std::int64_t begin = 0; ///< s since 1970, its midnight …
    std::int64_t end = 0;   ///< … and that of the next day
    std::string zone;       ///< "+0100", at its midnight
};

/** How often each run of this machine counted, by its name. */
using RunCounts = std::map<std::string, std::uint64_t>;

/** The script of the day's budget and the rate. */
const redis::Script &budgetScript();
/** The script that begins a visit, or goes on with the one that there is. */
const redis::Script &visitScript();

/** @param prefix "ooto:{…}:" */
std::vector<std::string> budgetKeys(const std::string &prefix, core::LocalDate date);
/** @param others what earlier runs of this machine counted on the date: nobody else tells any more
 */
std::vector<std::string> budgetArguments(const core::SharedCall &call, const Today &today,
                                         const std::string &run, const RunCounts &others);

struct BudgetWords {
    std::optional<core::SharedReply> reply; ///< nothing: the clock is outside of the date
    std::int64_t serverTime = 0;            ///< s since 1970
    std::string state;                      ///< another one after a flush, and on another date
    std::string zone;                       ///< that in which the date was begun
};
/** Nothing where the words are none of the script's. */
std::optional<BudgetWords> readBudget(const redis::Reply &words);

} // namespace ooto::service
