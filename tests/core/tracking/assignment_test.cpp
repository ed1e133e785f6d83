// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/core/tracking/assignment.cpp
#include "core/tracking/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

using namespace ooto::core;

namespace
{

double sumOf(const CostTable &costs, const std::vector<std::optional<std::size_t>> &columns,
             double unassigned)
{
    double sum = 0;
    for (std::size_t row = 0; row < columns.size(); ++row)
        sum += columns[row] ? costs.at(row, *columns[row]).value() : unassigned;
    return sum;
}

/** By trying everything. */
double least(const CostTable &costs, double unassigned, std::size_t row = 0, unsigned taken = 0)
{
    if (row == costs.rows())
        return 0;
    double best = unassigned + least(costs, unassigned, row + 1, taken);
    for (std::size_t column = 0; column < costs.columns(); ++column) {
        if (!(taken >> column & 1) && costs.at(row, column))
            best = std::min(best, *costs.at(row, column) +
                                      least(costs, unassigned, row + 1, taken | 1U << column));
    }
    return best;
}

} // namespace

TEST(Assignment, givesUpTheBestPairWhereTheWholeIsBetterForIt)
{
    CostTable costs(2, 2);
    costs.at(0, 0) = 1;
    costs.at(0, 1) = 2;
    costs.at(1, 0) = 2;
    costs.at(1, 1) = 9;
    const auto columns = assign(costs, 100);
    EXPECT_EQ(columns[0], 1U);
    EXPECT_EQ(columns[1], 0U);
}

TEST(Assignment, leavesOutWhatMayNotBeOrCostsTooMuch)
{
    CostTable costs(3, 1);
    costs.at(1, 0) = 5;
    costs.at(2, 0) = 4;
    const auto columns = assign(costs, 10);
    EXPECT_EQ(columns[0], std::nullopt);
    EXPECT_EQ(columns[1], std::nullopt);
    EXPECT_EQ(columns[2], 0U);
    EXPECT_EQ(assign(costs, 3)[2], std::nullopt);
}

TEST(Assignment, takesEmptyTables)
{
    EXPECT_TRUE(assign(CostTable(0, 3), 1).empty());
    EXPECT_EQ(assign(CostTable(2, 0), 1).size(), 2U);
}

TEST(Assignment, findsTheLeastSumOfAll)
{
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        CostTable costs(1 + random() % 6, 1 + random() % 6);
        for (std::size_t row = 0; row < costs.rows(); ++row) {
            for (std::size_t column = 0; column < costs.columns(); ++column) {
                if (random() % 4)
                    costs.at(row, column) = static_cast<double>(random() % 100) - 50;
            }
        }
        const auto columns = assign(costs, 20);
        EXPECT_DOUBLE_EQ(sumOf(costs, columns, 20), least(costs, 20));
        for (std::size_t column = 0; column < costs.columns(); ++column)
            EXPECT_LE(std::count(columns.begin(), columns.end(), column), 1);
    }
}
