// SPDX-License-Identifier: LGPL-2.1-or-later
// Which file a spool uses: one that nobody else has.
#pragma once

#include "system/file_descriptor.h"

#include <optional>
#include <string>
#include <vector>

namespace ooto::spool
{

/** A numbered file that is ours for as long as this lives: also within a process. */
class SpoolFile
{
public:
    /** @return the lowest free one; nothing, and a text for people, where there is none */
    static std::optional<SpoolFile> takeLowest(const std::string &folder, const std::string &name,
                                               std::string &problem);
    /** Those of the same name, other than this one, that nobody has and that hold a database. */
    static std::vector<SpoolFile> takeOrphans(const std::string &folder, const std::string &name);

    const std::string &path() const { return path_; } ///< of the database
    /** `<name>-<number><ending>`, beside it. */
    std::string beside(const char *ending) const { return base_ + ending; }
    /** Deletes the database. */
    void removeDatabase() const;

private:
    SpoolFile(std::string base, system::FileDescriptor lock);
    static std::optional<SpoolFile> take(const std::string &base, int &error);

    std::string base_;
    std::string path_;
    system::FileDescriptor lock_;
};

/** Makes the folder, 0700, where it is missing. @return a text for people where it cannot be used
 */
std::string prepareFolder(const std::string &folder);

/** @param type of statfs(2) */
bool isNetworkFileSystem(unsigned type);

} // namespace ooto::spool
