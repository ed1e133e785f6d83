// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/record_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace ooto::spool
{

namespace
{

constexpr int schemaVersion = 1;
constexpr std::uint64_t rowBytes = 256; ///< what a record takes beside its texts, by and large
enum PictureKind : std::int64_t { facePicture = 0, framePicture = 1 };

// Deleted rows are overwritten: they are about people. The file is ours alone, so that WAL needs
// no shared memory.
constexpr const char *pragmas = "PRAGMA locking_mode=EXCLUSIVE;"
                                "PRAGMA auto_vacuum=INCREMENTAL;"
                                "PRAGMA journal_mode=WAL;"
                                "PRAGMA synchronous=NORMAL;"
                                "PRAGMA secure_delete=ON;"
                                "PRAGMA foreign_keys=ON;"
                                "PRAGMA temp_store=MEMORY;"
                                "PRAGMA cache_size=-1024;"
                                "PRAGMA journal_size_limit=1048576;";

constexpr const char *tables =
    "CREATE TABLE IF NOT EXISTS records("
    " id INTEGER PRIMARY KEY, event_id TEXT, camera TEXT, alias TEXT, visit_id TEXT,"
    " template_id TEXT, type INTEGER, status INTEGER, wall_us INTEGER, boot_us INTEGER,"
    " boot_id TEXT, json TEXT, size INTEGER);"
    "CREATE TABLE IF NOT EXISTS pictures("
    " record INTEGER REFERENCES records(id) ON DELETE CASCADE ON UPDATE CASCADE,"
    " kind INTEGER, png INTEGER, bytes BLOB, PRIMARY KEY(record, kind));";

/** True of rows that are older: ?1 boot id, ?2 boot clock, ?3 wall clock, both us. */
#define OLDER_THAN_BOUND "((boot_id = ?1 AND boot_us < ?2) OR (boot_id <> ?1 AND wall_us < ?3))"

std::span<const std::uint8_t> bytesOf(const Picture &picture)
{
    return picture.bytes ? std::span<const std::uint8_t>(*picture.bytes)
                         : std::span<const std::uint8_t>();
}

void bindAge(Statement &statement, const Moment &now, std::chrono::milliseconds age)
{
    const std::chrono::microseconds us(age);
    statement.bind(1, now.bootId)
        .bind(2, (now.sinceBoot - us).count())
        .bind(3, unixMicroseconds(now.wall) - us.count());
}

std::vector<std::int64_t> idsOf(Statement rows)
{
    std::vector<std::int64_t> ids;
    while (rows && rows.step() == SQLITE_ROW)
        ids.push_back(rows.number(0));
    return ids;
}

} // namespace

std::uint64_t pictureBytes(const Record &record)
{
    return bytesOf(record.photo).size() + bytesOf(record.frame).size();
}

std::uint64_t pictures(const Record &record)
{
    return (record.photo.bytes ? 1U : 0U) + (record.frame.bytes ? 1U : 0U);
}

std::uint64_t sizeOf(const Record &record)
{
    return rowBytes + record.json.size() + pictureBytes(record);
}

bool RecordStore::open(const std::string &path)
{
    isNewer_ = false;
    if (!ended(database_.open(path)))
        return false;
    if (!ended(database_.execute(pragmas)) || !makeTables() || !countAll()) {
        database_.close();
        return false;
    }
    return true;
}

void RecordStore::close()
{
    database_.close();
    records_ = 0;
    bytes_ = 0;
}

bool RecordStore::makeTables()
{
    const std::int64_t version = database_.ask("PRAGMA user_version");
    if (version > schemaVersion) {
        isNewer_ = true;
        problem_ = "it is of a later version";
        result_ = SQLITE_MISMATCH;
        return false;
    }
    if (version < 0)
        return fail();
    if (!ended(database_.execute(tables)))
        return false;
    return version == schemaVersion ||
           ended(
               database_.execute(("PRAGMA user_version=" + std::to_string(schemaVersion)).c_str()));
}

bool RecordStore::countAll()
{
    Statement sums = database_.prepare("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM records");
    if (!sums || sums.step() != SQLITE_ROW)
        return fail();
    records_ = static_cast<std::uint64_t>(sums.number(0));
    bytes_ = static_cast<std::uint64_t>(sums.number(1));
    return true;
}

bool RecordStore::isBroken() const
{
    return isNewer_ || result_ == SQLITE_NOTADB || result_ == SQLITE_CORRUPT;
}

bool RecordStore::fail()
{
    const int code = database_.code();
    const bool isNone = code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE;
    return ended(isNone ? SQLITE_ERROR : code);
}

/** Notes how it ended. */
bool RecordStore::ended(int result)
{
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) {
        result_ = SQLITE_OK;
        return true;
    }
    result_ = result;
    problem_ = database_.problem();
    return false;
}

std::int64_t RecordStore::lastId()
{
    return database_.isOpen() ? database_.ask("SELECT COALESCE(MAX(id), 0) FROM records") : 0;
}

std::optional<std::uint64_t> RecordStore::bytesTaken(std::int64_t id)
{
    Statement row = database_.prepare("SELECT size FROM records WHERE id = ?1");
    if (!row || row.bind(1, id).step() != SQLITE_ROW)
        return std::nullopt;
    return static_cast<std::uint64_t>(row.number(0));
}

std::optional<Moment> RecordStore::oldest(const Except &except)
{
    Statement row =
        database_.prepare("SELECT wall_us, boot_us, boot_id, id FROM records ORDER BY id");
    while (row && row.step() == SQLITE_ROW) {
        if (!except.contains(row.number(3)))
            return Moment{
                std::chrono::system_clock::time_point(std::chrono::microseconds(row.number(0))),
                std::chrono::microseconds(row.number(1)), row.text(2)};
    }
    return std::nullopt;
}

std::vector<std::int64_t> RecordStore::oldestOf(std::uint64_t bytes, const Except &except)
{
    std::vector<std::int64_t> ids;
    std::uint64_t sum = 0;
    Statement row = database_.prepare("SELECT id, size FROM records ORDER BY id");
    while (row && sum < bytes && row.step() == SQLITE_ROW) {
        if (except.contains(row.number(0)))
            continue;
        ids.push_back(row.number(0));
        sum += static_cast<std::uint64_t>(row.number(1));
    }
    return ids;
}

std::vector<std::int64_t> RecordStore::olderThan(std::chrono::milliseconds age, const Moment &now)
{
    Statement rows =
        database_.prepare("SELECT id FROM records WHERE " OLDER_THAN_BOUND " ORDER BY id");
    if (rows)
        bindAge(rows, now, age);
    return idsOf(std::move(rows));
}

std::vector<std::int64_t> RecordStore::of(const Person &person)
{
    Statement rows = database_.prepare("SELECT id FROM records WHERE"
                                       " (template_id <> '' AND template_id = ?1 COLLATE NOCASE) OR"
                                       " (visit_id <> '' AND visit_id = ?2) ORDER BY id");
    if (rows)
        rows.bind(1, person.templateId).bind(2, person.visitId);
    return idsOf(std::move(rows));
}

bool RecordStore::insert(std::span<const Record> records, const PhotoAges &ages)
{
    Transaction transaction(database_);
    if (!ended(transaction.begun()))
        return false;
    std::uint64_t bytes = 0;
    for (const Record &record : records) {
        const bool withPictures = ages.of(record.status).count() > 0;
        if (!insertOne(record, withPictures))
            return false;
        bytes += sizeOf(record) - (withPictures ? 0 : pictureBytes(record));
    }
    if (!ended(transaction.commit()))
        return false;
    records_ += records.size();
    bytes_ += bytes;
    return true;
}

bool RecordStore::insertOne(const Record &record, bool withPictures)
{
    Statement row = database_.prepare(
        "INSERT INTO records VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    if (!row)
        return fail();
    row.bind(1, record.id)
        .bind(2, record.eventId)
        .bind(3, record.camera)
        .bind(4, record.alias)
        .bind(5, record.visitId)
        .bind(6, record.templateId)
        .bind(7, static_cast<std::int64_t>(record.type))
        .bind(8, static_cast<std::int64_t>(record.status))
        .bind(9, unixMicroseconds(record.received.wall))
        .bind(10, record.received.sinceBoot.count())
        .bind(11, record.received.bootId)
        .bind(12, record.json)
        .bind(13, static_cast<std::int64_t>(sizeOf(record) -
                                            (withPictures ? 0 : pictureBytes(record))));
    if (!ended(row.run()))
        return false;
    if (!withPictures)
        return true;
    for (const auto &[kind, picture] :
         {std::pair{facePicture, &record.photo}, std::pair{framePicture, &record.frame}}) {
        if (!picture->bytes)
            continue;
        Statement cell = database_.prepare("INSERT INTO pictures VALUES(?1, ?2, ?3, ?4)");
        if (!cell)
            return fail();
        cell.bind(1, record.id)
            .bind(2, static_cast<std::int64_t>(kind))
            .bind(3, std::int64_t(picture->png))
            .bindBytes(4, bytesOf(*picture));
        if (!ended(cell.run()))
            return false;
    }
    return true;
}

bool RecordStore::load(std::int64_t afterId, std::size_t most, std::vector<Record> &into)
{
    Statement row = database_.prepare("SELECT * FROM records WHERE id > ?1 ORDER BY id LIMIT ?2");
    if (!row)
        return fail();
    row.bind(1, afterId).bind(2, static_cast<std::int64_t>(most));
    int result = row.step();
    for (; result == SQLITE_ROW; result = row.step()) {
        Record record;
        record.id = row.number(0);
        record.eventId = row.text(1);
        record.camera = row.text(2);
        record.alias = row.text(3);
        record.visitId = row.text(4);
        record.templateId = row.text(5);
        record.type = static_cast<core::FaceEventType>(row.number(6));
        record.status = static_cast<core::Status>(row.number(7));
        record.received = {
            std::chrono::system_clock::time_point(std::chrono::microseconds(row.number(8))),
            std::chrono::microseconds(row.number(9)), row.text(10)};
        record.json = row.text(11);
        if (!readPictures(record))
            return fail();
        into.push_back(std::move(record));
    }
    return ended(result);
}

bool RecordStore::readPictures(Record &record)
{
    Statement cell = database_.prepare("SELECT kind, png, bytes FROM pictures WHERE record = ?1");
    if (!cell)
        return false;
    cell.bind(1, record.id);
    int result = cell.step();
    for (; result == SQLITE_ROW; result = cell.step()) {
        Picture &picture = cell.number(0) == framePicture ? record.frame : record.photo;
        const std::span<const std::uint8_t> bytes = cell.bytes(2);
        picture.png = cell.number(1) != 0;
        picture.bytes =
            std::make_shared<const std::vector<std::uint8_t>>(bytes.begin(), bytes.end());
    }
    return result == SQLITE_DONE;
}

bool RecordStore::remove(std::span<const std::int64_t> ids)
{
    Transaction transaction(database_);
    if (!ended(transaction.begun()))
        return false;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    Statement row = database_.prepare("DELETE FROM records WHERE id = ?1 RETURNING size");
    if (!row)
        return fail();
    for (const std::int64_t id : ids) {
        row.bind(1, id);
        int result = row.step();
        if (result == SQLITE_ROW) {
            ++records;
            bytes += static_cast<std::uint64_t>(row.number(0));
            result = row.step();
        }
        row.reset();
        if (!ended(result))
            return false;
    }
    if (!ended(transaction.commit()))
        return false;
    records_ -= records;
    bytes_ -= bytes;
    return true;
}

bool RecordStore::dropOldPictures(const Moment &now, const PhotoAges &ages)
{
    std::vector<std::int64_t> ids;
    for (const core::Status status :
         {core::Status::Pending, core::Status::Identified, core::Status::Unknown,
          core::Status::Spoof, core::Status::Unavailable}) {
        Statement rows =
            database_.prepare("SELECT DISTINCT id FROM pictures JOIN records ON id = record"
                              " WHERE status = ?4 AND " OLDER_THAN_BOUND);
        if (!rows)
            return fail();
        bindAge(rows, now, ages.of(status));
        rows.bind(4, static_cast<std::int64_t>(status));
        const std::vector<std::int64_t> some = idsOf(std::move(rows));
        ids.insert(ids.end(), some.begin(), some.end());
    }
    std::uint64_t pictures = 0;
    return dropPicturesOf(ids, pictures);
}

std::optional<std::size_t> RecordStore::dropPictures(std::uint64_t bytes)
{
    std::vector<std::int64_t> ids;
    {
        Statement cells = database_.prepare(
            "SELECT record, SUM(length(bytes)) FROM pictures GROUP BY record ORDER BY record");
        std::uint64_t sum = 0;
        while (cells && sum < bytes && cells.step() == SQLITE_ROW) {
            ids.push_back(cells.number(0));
            sum += static_cast<std::uint64_t>(cells.number(1));
        }
    }
    std::uint64_t pictures = 0;
    return dropPicturesOf(ids, pictures) ? std::optional(pictures) : std::nullopt;
}

bool RecordStore::dropPicturesOf(const std::vector<std::int64_t> &ids, std::uint64_t &pictures)
{
    if (ids.empty())
        return true;
    Transaction transaction(database_);
    if (!ended(transaction.begun()))
        return false;
    Statement remove =
        database_.prepare("DELETE FROM pictures WHERE record = ?1 RETURNING length(bytes)");
    Statement lessen = database_.prepare("UPDATE records SET size = size - ?2 WHERE id = ?1");
    if (!remove || !lessen)
        return fail();
    std::int64_t all = 0;
    for (const std::int64_t id : ids) {
        std::int64_t bytes = 0;
        remove.bind(1, id);
        int result = remove.step();
        for (; result == SQLITE_ROW; result = remove.step()) {
            bytes += remove.number(0);
            ++pictures;
        }
        remove.reset();
        if (!ended(result) || !ended(lessen.bind(1, id).bind(2, bytes).run()))
            return false;
        all += bytes;
    }
    if (!ended(transaction.commit()))
        return false;
    bytes_ -= std::min(bytes_, static_cast<std::uint64_t>(all));
    return true;
}

bool RecordStore::emptyLog()
{
    return database_.ask("PRAGMA wal_checkpoint(TRUNCATE)") == 0 || fail();
}

bool RecordStore::renumberFrom(std::int64_t first)
{
    const std::int64_t lowest = database_.ask("SELECT COALESCE(MIN(id), 0) FROM records");
    if (lowest <= 0 || lowest >= first)
        return lowest >= 0;
    Transaction transaction(database_);
    if (!ended(transaction.begun()))
        return false;
    // By way of negative numbers, so that none is met that is still in use.
    Statement away = database_.prepare("UPDATE records SET id = -(id + ?1)");
    Statement back = database_.prepare("UPDATE records SET id = -id");
    if (!away || !back)
        return fail();
    return ended(away.bind(1, first - lowest).run()) && ended(back.run()) &&
           ended(transaction.commit());
}

void RecordStore::shrink()
{
    if (records_ == 0)
        database_.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
}

} // namespace ooto::spool
