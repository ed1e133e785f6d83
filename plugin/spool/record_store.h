// SPDX-License-Identifier: LGPL-2.1-or-later
// Records in a database.
#pragma once

#include "spool/database.h"
#include "spool/record.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ooto::spool
{

/** What a record takes, by and large: its texts and its pictures. */
std::uint64_t sizeOf(const Record &record);
std::uint64_t pictureBytes(const Record &record);
std::uint64_t pictures(const Record &record);

/**
 * Thread-bound. Each call is one transaction; where it fails, nothing of it happened, problem()
 * says why, and false or nothing is returned.
 */
class RecordStore
{
public:
    /** Records that are as good as deleted, and what they take. */
    using Except = std::map<std::int64_t, std::uint64_t>;

    /** @return false when the file cannot be used; isBroken() then says whether it ever can */
    bool open(const std::string &path);
    void close();
    bool isOpen() const { return database_.isOpen(); }
    /** No database, a damaged one, or one of a later version. */
    bool isBroken() const;
    /** For people. */
    const std::string &problem() const { return problem_; }

    std::uint64_t records() const { return records_; }
    std::uint64_t bytes() const { return bytes_; }
    std::int64_t lastId();
    /** What a record takes; nothing where it is not here. */
    std::optional<std::uint64_t> bytesTaken(std::int64_t id);
    /** When the oldest one came, of those that are not among `except`. */
    std::optional<Moment> oldest(const Except &except);
    /** The oldest ones that take `bytes` together. */
    std::vector<std::int64_t> oldestOf(std::uint64_t bytes, const Except &except);
    std::vector<std::int64_t> olderThan(std::chrono::milliseconds age, const Moment &now);
    std::vector<std::int64_t> of(const Person &person);

    /** Pictures that are kept 0 hours are left out. */
    bool insert(std::span<const Record> records, const PhotoAges &ages);
    bool load(std::int64_t afterId, std::size_t most, std::vector<Record> &into);
    bool remove(std::span<const std::int64_t> ids);
    bool dropOldPictures(const Moment &now, const PhotoAges &ages);
    /** Drops the oldest pictures until `bytes` are free. @return how many pictures */
    std::optional<std::size_t> dropPictures(std::uint64_t bytes);
    /** Writes all back, and cuts the log off: what was deleted lies in it until then. */
    bool emptyLog();
    /** Numbers all records anew, in their order. */
    bool renumberFrom(std::int64_t first);
    /** Gives what is not used back to the disk. */
    void shrink();

private:
    bool fail();
    bool ended(int result);
    bool makeTables();
    bool countAll();
    bool insertOne(const Record &record, bool withPictures);
    bool readPictures(Record &record);
    bool dropPicturesOf(const std::vector<std::int64_t> &ids, std::uint64_t &pictures);

    Database database_;
    int result_ = 0;
    bool isNewer_ = false;
    std::string problem_;
    std::uint64_t records_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace ooto::spool
