// SPDX-License-Identifier: LGPL-2.1-or-later
// Where events wait for their target: an SQLite database that survives a kill, or memory.
#pragma once

#include "spool/record.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ooto::spool
{

struct SpoolSettings {
    /** Made where it is missing, mode 0700. Empty: memory only. */
    std::string folder;
    /** Of the files: `<name>-<number>.sqlite`. Letters, digits and hyphens. */
    std::string name;
    std::uint64_t maxBytes = std::uint64_t{64} << 20; ///< records and pictures
    std::chrono::milliseconds maxAge{std::chrono::hours{24}};
    /** Pictures that may not be stored (0 h) wait in memory, the last 64 of them. */
    PhotoAges photoAges;
    /**
     * So long newer records wait for those on a disk that cannot be read. After that they pass:
     * what lies on the disk comes late, at the latest with the next start.
     */
    std::chrono::milliseconds readPatience{std::chrono::minutes{1}};
};

/** What was lost on purpose; goes up only. */
struct SpoolLosses {
    std::uint64_t dropped = 0;       ///< records, since the spool was full
    std::uint64_t photosDropped = 0; ///< pictures alone, likewise
    std::uint64_t expired = 0;       ///< records older than `maxAge`
    std::uint64_t forgotten = 0;     ///< records, by forget()
};

/**
 * Records in the order in which they came. Thread-bound. Nothing that the disk does is an error:
 * while it fails, or is full, records stay in memory (in the same order, within `maxBytes`), and
 * trouble() says so; it is tried again with later calls.
 *
 * A file is locked while it is in use. Who opens a spool takes the lowest number that is free, with
 * what an earlier process left in it.
 */
class Spool
{
public:
    explicit Spool(SpoolSettings settings);
    ~Spool();
    Spool(const Spool &) = delete;
    Spool &operator=(const Spool &) = delete;

    /** Limits may change while records wait; folder and name may not. */
    void setLimits(std::uint64_t maxBytes, std::chrono::milliseconds maxAge,
                   const PhotoAges &photoAges);

    /** Empty: what append() took is on disk. Else a text for people, why it is in memory only. */
    const std::string &trouble() const;
    /** More came than `maxBytes`: photos and events were dropped, and there is little room yet. */
    bool isOverflowing() const;
    /** Something that people should know, once: a file was damaged and moved aside. */
    std::string takeNotice();

    /** Stores records, in one transaction, and sets their ids. */
    void append(std::vector<Record> &records);
    /**
     * The oldest records after the one of this id, with their pictures. Those that are older than
     * `maxAge` go, and those that were removed are not among them, whatever the disk says.
     */
    std::vector<Record> next(std::int64_t afterId, std::size_t most, const Moment &now);
    /** They were delivered, or never will be. */
    void remove(std::span<const std::int64_t> ids);
    /** Deletes what is too old: records, and photos of records by their status. */
    void expire(const Moment &now);
    /**
     * Deletes the person's records and pictures, so that no byte of them stays in the file.
     * @return the ids of the records that went
     */
    std::vector<std::int64_t> forget(const Person &person);
    /**
     * Takes over what dead processes left in files of the same name. To be called now and then.
     * @return how many records came
     */
    std::size_t adoptOrphans();

    std::uint64_t records() const; ///< that wait
    std::uint64_t bytes() const;   ///< that they take
    /** When the oldest one came; nothing where none waits. */
    std::optional<Moment> oldest() const;
    const SpoolLosses &losses() const;

    /** A client id that is kept beside the files: made of chance where there is none yet. */
    std::string keptClientId();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace ooto::spool
