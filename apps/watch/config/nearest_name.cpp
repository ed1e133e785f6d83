// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/nearest_name.h"

#include <algorithm>

namespace ooto::watch
{

namespace
{

/** Letters that were left out, added, changed or swapped with their neighbour. */
std::size_t typingErrors(const std::string &a, const std::string &b)
{
    std::vector<std::vector<std::size_t>> errors(a.size() + 1,
                                                 std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                errors[i][j] = i + j;
                continue;
            }
            errors[i][j] = std::min({errors[i - 1][j] + 1, errors[i][j - 1] + 1,
                                     errors[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                errors[i][j] = std::min(errors[i][j], errors[i - 2][j - 2] + 1);
        }
    }
    return errors[a.size()][b.size()];
}

} // namespace

std::string nearestName(const std::string &typed, const std::vector<std::string> &known)
{
    constexpr std::size_t longest = 64; // nobody mistypes that, and it costs its square
    if (typed.size() > longest)
        return {};
    std::string nearest;
    std::size_t fewest = std::max<std::size_t>(1, typed.size() / 3) + 1;
    for (const std::string &name : known) {
        const std::size_t errors = typingErrors(typed, name);
        if (errors < fewest) {
            fewest = errors;
            nearest = name;
        }
    }
    return nearest;
}

std::string meantName(const std::string &typed, const std::vector<std::string> &known)
{
    const std::string nearest = nearestName(typed, known);
    return nearest.empty() ? "" : "; is `" + nearest + "` meant?";
}

} // namespace ooto::watch
