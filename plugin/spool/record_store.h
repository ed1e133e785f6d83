// SPDX-License-Identifier: LGPL-2.1-or-later
// Records in a database.
#pragma once

#include "spool/database.h"
#include "spool/record.h"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace ooto::spool
{

/** What a record takes, by and large: its texts and its pictures. */
std::uint64_t sizeOf(const Record &record);
std::uint64_t pictureBytes(const Record &record);

/**
 * Thread-bound. Each call is one transaction; where it fails, nothing of it happened, result() says
 * why (one of SQLite's codes), and false or nothing is returned.
 */
class RecordStore
{
public:
    /** @return false when the file cannot be used; isBroken() then says whether it ever can */
    bool open(const std::string &path);
    void close();
    bool isOpen() const { return database_.isOpen(); }
    int result() const { return result_; }
    /** No database, a damaged one, or one of a later version. */
    bool isBroken() const;
    /** For people. */
    const std::string &problem() const { return problem_; }

    std::uint64_t records() const { return records_; }
    std::uint64_t bytes() const { return bytes_; }
    std::int64_t lastId();
    std::optional<Moment> oldest();

    /** @param storesPicture whether those of this status may be written */
    bool insert(std::span<const Record> records, const PhotoAges &ages);
    bool load(std::int64_t afterId, std::size_t most, std::vector<Record> &into);
    bool remove(std::span<const std::int64_t> ids);
    /** @return how many were too old */
    std::optional<std::size_t> removeOlder(const Moment &now, std::chrono::milliseconds age);
    bool dropOldPictures(const Moment &now, const PhotoAges &ages);
    /** Drops the oldest pictures until `bytes` are free. @return how many records lost some */
    std::optional<std::size_t> dropPictures(std::uint64_t bytes);
    /** Drops the oldest records until `bytes` are free. */
    std::optional<std::size_t> dropOldest(std::uint64_t bytes);
    /** Erases, so that no byte stays in the file. @return their ids */
    std::optional<std::vector<std::int64_t>> forget(const Person &person);
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
    void readPictures(Record &record);
    std::optional<std::size_t> deleteRows(Statement &statement);

    Database database_;
    int result_ = 0;
    bool isNewer_ = false;
    std::string problem_;
    std::uint64_t records_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace ooto::spool
