// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/photo_index.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

namespace ooto::spool
{

namespace
{

// A rollback journal, since network file systems have no memory to share.
constexpr const char *tables =
    "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-512;"
    // Two that begin at once wait for each other, where CREATE alone would fail.
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS stored(path TEXT PRIMARY KEY, status INTEGER, template_id TEXT,"
    " visit_id TEXT, wall_us INTEGER, boot_us INTEGER, boot_id TEXT) WITHOUT ROWID;"
    "COMMIT";

constexpr int patienceMs = 2000; ///< with other processes, which write now and then

std::int64_t microseconds(std::chrono::system_clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

} // namespace

bool PhotoIndex::fail()
{
    problem_ = database_.problem();
    const int code = database_.code();
    isBroken_ = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
    // A damaged or deleted file is opened anew the next time.
    database_.close();
    return false;
}

bool PhotoIndex::open(bool make)
{
    const bool isThere = ::access(path_.c_str(), F_OK) == 0;
    if (database_.isOpen() && isThere)
        return true;
    database_.close();
    if (!isThere && !make)
        return false;
    if (database_.open(path_) != SQLITE_OK)
        return fail();
    database_.setPatience(patienceMs);
    return database_.execute(tables) == SQLITE_OK || fail();
}

bool PhotoIndex::add(const std::string &path, const Record &record)
{
    // The file that is open may have been deleted, and another one be there.
    if (insert(path, record) || insert(path, record))
        return true;
    return isBroken_ && moveAside() && insert(path, record);
}

bool PhotoIndex::moveAside() const
{
    const std::string aside = path_ + ".broken-" + std::to_string(std::time(nullptr));
    std::rename((path_ + "-journal").c_str(), (aside + "-journal").c_str());
    return std::rename(path_.c_str(), aside.c_str()) == 0;
}

bool PhotoIndex::insert(const std::string &path, const Record &record)
{
    if (!open(true))
        return false;
    Statement row =
        database_.prepare("INSERT OR REPLACE INTO stored VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    if (!row)
        return fail();
    row.bind(1, path)
        .bind(2, static_cast<std::int64_t>(record.status))
        .bind(3, record.templateId)
        .bind(4, record.visitId)
        .bind(5, microseconds(record.received.wall))
        .bind(6, record.received.sinceBoot.count())
        .bind(7, record.received.bootId);
    return row.run() == SQLITE_DONE || fail();
}

void PhotoIndex::remove(const std::vector<std::string> &paths)
{
    if (paths.empty() || !open(false))
        return;
    Transaction transaction(database_);
    Statement row = database_.prepare("DELETE FROM stored WHERE path = ?1");
    for (const std::string &path : paths) {
        if (!row || row.bind(1, path).run() != SQLITE_DONE)
            return;
    }
    transaction.commit();
}

std::vector<std::string> PhotoIndex::pathsOf(Statement rows)
{
    std::vector<std::string> paths;
    while (rows && rows.step() == SQLITE_ROW)
        paths.push_back(rows.text(0));
    return paths;
}

std::vector<std::string> PhotoIndex::older(const PhotoAges &ages, const Moment &now)
{
    std::vector<std::string> paths;
    if (!open(false))
        return paths;
    for (const core::Status status :
         {core::Status::Pending, core::Status::Identified, core::Status::Unknown,
          core::Status::Spoof, core::Status::Unavailable}) {
        Statement rows = database_.prepare(
            "SELECT path FROM stored WHERE status = ?1 AND "
            "((boot_id = ?2 AND boot_us < ?3) OR (boot_id <> ?2 AND wall_us < ?4))");
        if (!rows)
            return paths;
        rows.bind(1, static_cast<std::int64_t>(status))
            .bind(2, now.bootId)
            .bind(3, (now.sinceBoot - std::chrono::microseconds(ages.of(status))).count())
            .bind(4, microseconds(now.wall - ages.of(status)));
        const std::vector<std::string> some = pathsOf(std::move(rows));
        paths.insert(paths.end(), some.begin(), some.end());
    }
    return paths;
}

std::vector<std::string> PhotoIndex::of(const Person &person)
{
    if (!open(false))
        return {};
    Statement rows = database_.prepare("SELECT path FROM stored WHERE "
                                       "(template_id <> '' AND template_id = ?1) OR "
                                       "(visit_id <> '' AND visit_id = ?2)");
    if (!rows)
        return {};
    rows.bind(1, person.templateId).bind(2, person.visitId);
    return pathsOf(std::move(rows));
}

} // namespace ooto::spool
