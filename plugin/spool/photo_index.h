// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose photos lie in a folder.
#pragma once

#include "spool/database.h"
#include "spool/record.h"

#include <string>
#include <utility>
#include <vector>

namespace ooto::spool
{

/**
 * `index.sqlite` in the folder; several processes may use it. Opened when something is to be
 * written or asked. A broken one is moved aside, and photos that lie in the folder, by their names,
 * are unclear from then on: whose they are nobody can tell. Thread-bound.
 */
class PhotoIndex
{
public:
    explicit PhotoIndex(std::string folder)
        : folder_(std::move(folder)), path_(folder_ + "/index.sqlite")
    {
    }

    /** @param path below the folder */
    bool add(const std::string &path, const Record &record);
    /** Erases, so that no byte of them stays in the file. */
    void remove(const std::vector<std::string> &paths);
    /** Those that are older than what they may be kept; unclear ones like unknown faces'. */
    std::vector<std::string> older(const PhotoAges &ages, const Moment &now);
    /** Unclear ones, too: they may be the person's. */
    std::vector<std::string> of(const Person &person);
    /** Something that people should know, once: the index was damaged. */
    std::string takeNotice() { return std::exchange(notice_, {}); }
    /** Of the last call that failed, for people. */
    const std::string &problem() const { return problem_; }

private:
    using Paths = std::vector<std::string>;

    bool open(bool make);
    bool insert(const std::string &path, const Record &record);
    bool insertUnclear();
    bool fail();
    bool replace();
    template<typename Question>
    Paths ask(Question question);
    bool findOlder(const PhotoAges &ages, const Moment &now, Paths &into);
    bool findOf(const Person &person, Paths &into);
    bool findAll(Statement rows, Paths &into);

    const std::string folder_;
    const std::string path_;
    Database database_;
    std::string problem_;
    std::string notice_;
    bool isBroken_ = false;
};

} // namespace ooto::spool
