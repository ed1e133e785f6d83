// SPDX-License-Identifier: LGPL-2.1-or-later
// The benchmark's table.
#pragma once

#include "visits/score.h"
#include "visits/service.h"

#include <map>
#include <string>
#include <vector>

namespace ooto::visits
{

/** One scene, one method. */
struct Row {
    std::string scene;
    std::string method;
    Score score;
    std::size_t calls = 0;
    std::size_t countedVisits = 0; ///< by the method itself
    bool countsVisits = false;
    double delayS = 0; ///< of the service, as it passed in the stream
};

void printLegend();
void printHead();
void printRow(const Row &row);
/** All cases of one kind, of people out of clips. */
void printKind(const std::string &kind, const std::vector<Row> &cases);
void printKindHead();
/** What was asked about whom, and which tracks ended without an answer. */
void printDetails(const Asked &asked, const std::map<std::string, std::size_t> &reasons);
/** @param ours, plain, whole the same scenes in the same order; `whole` may be empty */
void printTotals(const std::vector<Row> &ours, const std::vector<Row> &plain,
                 const std::vector<Row> &whole);

} // namespace ooto::visits
