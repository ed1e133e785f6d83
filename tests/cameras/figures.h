// SPDX-License-Identifier: LGPL-2.1-or-later
// What is measured, one figure after the other; each in a process of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace ooto::cameras
{

/** With what a figure is measured. */
struct Circumstances {
    std::string detector; ///< `yunet` or `cascade`
    std::string endpoint; ///< of a service that answers
    std::string credentialsFile;
    std::string clip; ///< instead of the people that are made; empty: none
    std::chrono::seconds length{10};
};

struct Figure {
    std::string name;
    std::string what; ///< for people
    bool anyDetector; ///< worth a run with each of them
    /** Prints; throws std::runtime_error where it cannot run. */
    std::function<void(const Circumstances &)> measure;
};

const std::vector<Figure> &figures();

} // namespace ooto::cameras
