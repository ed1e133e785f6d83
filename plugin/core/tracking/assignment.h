// SPDX-License-Identifier: LGPL-2.1-or-later
// Which row gets which column, so that the whole costs the least.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace ooto::core
{

/** What it costs to give each of `rows` one of `columns`; nothing where that may not be. */
class CostTable
{
public:
    CostTable(std::size_t rows, std::size_t columns)
        : rows_(rows), columns_(columns), costs_(rows * columns)
    {
    }

    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }
    std::optional<double> &at(std::size_t row, std::size_t column)
    {
        return costs_[row * columns_ + column];
    }
    const std::optional<double> &at(std::size_t row, std::size_t column) const
    {
        return costs_[row * columns_ + column];
    }

private:
    std::size_t rows_;
    std::size_t columns_;
    std::vector<std::optional<double>> costs_;
};

/**
 * The assignment with the least sum, where a row that gets nothing costs `unassigned`. By shortest
 * augmenting paths with potentials, O(rows² (rows + columns)); the same table gives the same
 * answer always.
 * @return for each row its column, or nothing
 */
std::vector<std::optional<std::size_t>> assign(const CostTable &costs, double unassigned);

} // namespace ooto::core
