// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose photos lie in a folder.
#pragma once

#include "spool/database.h"
#include "spool/record.h"

#include <string>
#include <vector>

namespace ooto::spool
{

/**
 * `index.sqlite` in the folder; several processes may use it. Opened when something is to be
 * written or asked. A broken one is moved aside when something is to be written; what was in it is
 * nobody's from then on. Thread-bound.
 */
class PhotoIndex
{
public:
    explicit PhotoIndex(std::string folder) : path_(std::move(folder) + "/index.sqlite") {}

    /** @param path below the folder */
    bool add(const std::string &path, const Record &record);
    /** Erases, so that no byte of them stays in the file. */
    void remove(const std::vector<std::string> &paths);
    /** Those that are older than what they may be kept. */
    std::vector<std::string> older(const PhotoAges &ages, const Moment &now);
    std::vector<std::string> of(const Person &person);
    /** Of the last call that failed, for people. */
    const std::string &problem() const { return problem_; }

private:
    bool open(bool make);
    bool insert(const std::string &path, const Record &record);
    bool fail();
    bool moveAside() const;
    std::vector<std::string> pathsOf(Statement rows);

    const std::string path_;
    Database database_;
    std::string problem_;
    bool isBroken_ = false;
};

} // namespace ooto::spool
