// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/assignment.h"

#include <limits>

namespace ooto::core
{

namespace
{

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
constexpr double infinite = std::numeric_limits<double>::infinity();

/** Grows the assignment row by row; what it has is the best for the rows that are in. */
class Solver
{
public:
    Solver(const CostTable &costs, double unassigned)
        : costs_(costs),
          unassigned_(unassigned),
          all_(costs.columns() + costs.rows()),
          rowPrice_(costs.rows()),
          columnPrice_(all_),
          rowOf_(all_, none)
    {
    }

    void add(std::size_t row)
    {
        std::vector<double> distance(all_, infinite);
        std::vector<std::size_t> from(all_, none); // the column that the shortest path comes from
        std::vector<bool> done(all_);
        std::size_t column = none;
        double reached = 0;
        for (std::size_t at = row;; at = rowOf_[column]) {
            if (column != none)
                done[column] = true;
            std::size_t next = none;
            for (std::size_t c = 0; c < all_; ++c) {
                if (done[c])
                    continue;
                const double through = reached + cost(at, c) - rowPrice_[at] - columnPrice_[c];
                if (through < distance[c]) {
                    distance[c] = through;
                    from[c] = column;
                }
                if (next == none || distance[c] < distance[next])
                    next = c;
            }
            column = next;
            reached = distance[column];
            if (rowOf_[column] == none)
                break;
        }

        rowPrice_[row] += reached;
        for (std::size_t c = 0; c < all_; ++c) {
            if (done[c]) {
                rowPrice_[rowOf_[c]] += reached - distance[c];
                columnPrice_[c] -= reached - distance[c];
            }
        }
        for (; from[column] != none; column = from[column])
            rowOf_[column] = rowOf_[from[column]];
        rowOf_[column] = row;
    }

    std::vector<std::optional<std::size_t>> columns() const
    {
        std::vector<std::optional<std::size_t>> result(costs_.rows());
        for (std::size_t c = 0; c < costs_.columns(); ++c) {
            if (rowOf_[c] != none)
                result[rowOf_[c]] = c;
        }
        return result;
    }

private:
    // Behind the real columns each row has one of its own, which means nothing.
    double cost(std::size_t row, std::size_t column) const
    {
        if (column < costs_.columns())
            return costs_.at(row, column).value_or(infinite);
        return column - costs_.columns() == row ? unassigned_ : infinite;
    }

    const CostTable &costs_;
    double unassigned_;
    std::size_t all_;
    std::vector<double> rowPrice_;
    std::vector<double> columnPrice_;
    std::vector<std::size_t> rowOf_; ///< for each column
};

} // namespace

std::vector<std::optional<std::size_t>> assign(const CostTable &costs, double unassigned)
{
    Solver solver(costs, unassigned);
    for (std::size_t row = 0; row < costs.rows(); ++row)
        solver.add(row);
    return solver.columns();
}

} // namespace ooto::core
