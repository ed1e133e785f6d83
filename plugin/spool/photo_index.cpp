// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/photo_index.h"

#include "spool/moved_aside.h"
#include "system/plain_text.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

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

constexpr int patienceMs = 2000;     ///< with other processes, which write now and then
constexpr std::int64_t unclear = -1; ///< where others have what the service said

struct FoundPhoto {
    std::string path; ///< below the folder
    std::chrono::system_clock::time_point changed{};
};

constexpr std::string_view digits = "0123456789";
constexpr std::string_view base32 = "0123456789abcdefghijklmnopqrstuvwxyz";

bool isOnlyOf(std::string_view text, std::string_view characters)
{
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

bool isDate(std::string_view name)
{
    return name.size() == 10 && name[4] == '-' && name[7] == '-' && isOnlyOf(name, "0123456789-");
}

/** `<event id>.jpg`, `<event id>-frame.png` and so on, with an id as ootoidentify makes them. */
bool isPhotoName(std::string_view name)
{
    constexpr std::size_t runLength = 21;
    if (!name.ends_with(".jpg") && !name.ends_with(".png"))
        return false;
    name.remove_suffix(4);
    if (name.ends_with("-frame"))
        name.remove_suffix(6);
    return name.size() > runLength && name[runLength] == '-' &&
           isOnlyOf(name.substr(0, runLength), base32) &&
           isOnlyOf(name.substr(runLength + 1), digits);
}

/** Names of what is in a folder: with files or with folders only, and without links. */
std::vector<std::string> namesIn(const std::string &folder, std::filesystem::file_type type)
{
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        if (entry->symlink_status(ignored).type() == type)
            names.push_back(entry->path().filename().native());
    }
    return names;
}

std::string joined(std::string folder, const std::string &name)
{
    folder += '/';
    return folder += name;
}

/** @param below the folder: of a camera and a day */
void findPhotos(const std::string &folder, const std::string &below, std::vector<FoundPhoto> &into)
{
    const std::string day = joined(folder, below);
    for (const std::string &name : namesIn(day, std::filesystem::file_type::regular)) {
        struct stat status {
        };
        if (isPhotoName(name) && ::lstat(joined(day, name).c_str(), &status) == 0)
            into.push_back(
                {joined(below, name), std::chrono::system_clock::from_time_t(status.st_mtime)});
    }
}

std::vector<FoundPhoto> photosIn(const std::string &folder)
{
    using std::filesystem::file_type;
    std::vector<FoundPhoto> found;
    for (const std::string &camera : namesIn(folder, file_type::directory)) {
        for (const std::string &date : namesIn(joined(folder, camera), file_type::directory)) {
            if (isDate(date))
                findPhotos(folder, joined(camera, date), found);
        }
    }
    return found;
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
    isBroken_ = false;
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
    return isBroken_ && replace() && insert(path, record);
}

/** A new one takes the place of a broken one. */
bool PhotoIndex::replace()
{
    const std::string aside = moveAside(path_);
    if (aside.empty())
        return false;
    notice_ = "the index of the photos in '" + system::plainText(folder_) + "' was damaged (" +
              problem_ + "), and was moved to '" + system::plainText(aside) +
              "'; whose photos the older ones are is not known any more: they go like those of "
              "unknown people, or when anybody is to be forgotten";
    return insertUnclear();
}

/** What lies in the folder, as far as its name says that it is ours. */
bool PhotoIndex::insertUnclear()
{
    if (!open(true))
        return false;
    Transaction transaction(database_);
    Statement row =
        database_.prepare("INSERT OR IGNORE INTO stored VALUES(?1, ?2, '', '', ?3, 0, '')");
    if (transaction.begun() != SQLITE_OK || !row)
        return fail();
    for (const auto &[path, changed] : photosIn(folder_)) {
        row.bind(1, path).bind(2, unclear).bind(3, unixMicroseconds(changed));
        if (row.run() != SQLITE_DONE)
            return fail();
    }
    return transaction.commit() == SQLITE_OK || fail();
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
        .bind(5, unixMicroseconds(record.received.wall))
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

/** Asked again where that shows that the index is broken, or that another one is there. */
template<typename Question>
PhotoIndex::Paths PhotoIndex::ask(Question question)
{
    Paths paths;
    const auto isAnswered = [&] {
        paths.clear();
        return open(false) && question(paths);
    };
    if (!isAnswered() && !isAnswered() && isBroken_ && replace())
        isAnswered();
    return paths;
}

bool PhotoIndex::findAll(Statement rows, Paths &into)
{
    if (!rows)
        return fail();
    int result = rows.step();
    for (; result == SQLITE_ROW; result = rows.step())
        into.push_back(rows.text(0));
    return result == SQLITE_DONE || fail();
}

PhotoIndex::Paths PhotoIndex::older(const PhotoAges &ages, const Moment &now)
{
    return ask([&](Paths &into) { return findOlder(ages, now, into); });
}

bool PhotoIndex::findOlder(const PhotoAges &ages, const Moment &now, Paths &into)
{
    const auto findAllOf = [&](std::int64_t status, std::chrono::hours age) {
        Statement rows = database_.prepare(
            "SELECT path FROM stored WHERE status = ?1 AND "
            "((boot_id = ?2 AND boot_us < ?3) OR (boot_id <> ?2 AND wall_us < ?4))");
        if (rows)
            rows.bind(1, status)
                .bind(2, now.bootId)
                .bind(3, (now.sinceBoot - std::chrono::microseconds(age)).count())
                .bind(4, unixMicroseconds(now.wall - age));
        return findAll(std::move(rows), into);
    };
    for (const core::Status status :
         {core::Status::Pending, core::Status::Identified, core::Status::Unknown,
          core::Status::Spoof, core::Status::Unavailable}) {
        if (!findAllOf(static_cast<std::int64_t>(status), ages.of(status)))
            return false;
    }
    return findAllOf(unclear, ages.unknown);
}

PhotoIndex::Paths PhotoIndex::of(const Person &person)
{
    if (person.templateId.empty() && person.visitId.empty())
        return {};
    return ask([&](Paths &into) { return findOf(person, into); });
}

bool PhotoIndex::findOf(const Person &person, Paths &into)
{
    Statement rows = database_.prepare("SELECT path FROM stored WHERE status = ?3 OR "
                                       "(template_id <> '' AND template_id = ?1 COLLATE NOCASE) OR "
                                       "(visit_id <> '' AND visit_id = ?2)");
    if (rows)
        rows.bind(1, person.templateId).bind(2, person.visitId).bind(3, unclear);
    return findAll(std::move(rows), into);
}

} // namespace ooto::spool
