// SPDX-License-Identifier: LGPL-2.1-or-later
// Photos as files, and an index of whose they are.
#pragma once

#include "spool/record.h"

#include <memory>
#include <string>

namespace ooto::spool
{

/** Where a photo was stored. */
struct StoredPhoto {
    std::string path;  ///< absolute; empty where it was not stored
    std::string error; ///< for people; empty when all was well, or when it is kept 0 hours
};

/**
 * `<folder>/<camera slug>/<date, UTC>/<event id>.jpg` (`-frame.jpg`, `.png`). Folders 0700, files
 * 0600, no symbolic link is followed. Several processes may use one folder. Thread-safe: one
 * instance for a folder and a process, see photoFolder().
 */
class PhotoFolder
{
public:
    enum class Kind { Face, Frame };

    explicit PhotoFolder(std::string folder);
    ~PhotoFolder();

    /** Writes the picture before it returns. One that is there already stays as it is. */
    StoredPhoto store(const Record &record, Kind kind, const std::string &cameraSlug);
    /**
     * Deletes what is too old by the index, and nothing that is not in it. A wall clock that jumped
     * since the last sweep suspends it until it was right for as long as a sweep's distance.
     */
    void sweep(const PhotoAges &ages, const Moment &now);
    /** Deletes the person's photos, and those of whom nobody knows any more. @return how many */
    std::size_t forget(const Person &person);
    /** Something that people should know, once: the index was damaged. */
    std::string takeNotice();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/** The one of this folder in the process. */
std::shared_ptr<PhotoFolder> photoFolder(const std::string &folder);

} // namespace ooto::spool
