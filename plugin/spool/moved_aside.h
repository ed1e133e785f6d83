// SPDX-License-Identifier: LGPL-2.1-or-later
// Databases that cannot be used: out of the way, but not out of reach.
#pragma once

#include <chrono>
#include <string>

namespace ooto::spool
{

/**
 * Gives a database, and what SQLite keeps beside it, the name `<path>.broken-<time>`, so that a new
 * one can begin. @return that name; empty where it cannot be moved
 */
std::string moveAside(const std::string &path);

/** Which of them removeMovedAside() deletes. */
struct MovedAside {
    std::string folder;
    /** Those of databases called so, with a number behind it or not, and `.sqlite`. */
    std::string beginning;
    /** Those that were moved before; all, unless told. */
    std::chrono::system_clock::time_point before = std::chrono::system_clock::time_point::max();
};

/** What is in them nobody can tell: with anybody who is to be forgotten they go as a whole. */
void removeMovedAside(const MovedAside &which);

} // namespace ooto::spool
