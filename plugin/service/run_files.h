// SPDX-License-Identifier: LGPL-2.1-or-later
// What each run of this machine counted today, on disk.
#pragma once

#include "core/traffic/day_budget.h"
#include "service/shared_scripts.h"

#include <cstdint>
#include <string>

namespace ooto::service
{

/**
 * A folder beside the file of the day's budget with one small file for each run that counted
 * something: so that a shared state which forgot everything hears of runs that ended, too. Nothing
 * waits: only the run itself writes its file. Thread-safe.
 */
class RunFiles
{
public:
    /** @param budgetPath as of BudgetFile::pathFor() */
    explicit RunFiles(const std::string &budgetPath) : folder_(budgetPath + ".runs") {}

    /** @return false where it cannot be kept */
    bool write(const std::string &run, core::LocalDate date, std::uint64_t count) const;
    /** Of all runs on that date; files of other dates than this and the ones beside it are removed.
     */
    RunCounts read(core::LocalDate date) const;

private:
    const std::string folder_;
};

} // namespace ooto::service
