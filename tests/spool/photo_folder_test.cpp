// SPDX-License-Identifier: LGPL-2.1-or-later
// Photos as files: where they lie, who may see them, and when they go.
#include "records.h"
#include "spool/photo_folder.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

namespace
{

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;
using spool::Moment;
using spool::PhotoFolder;
using spool::Record;
using spool::StoredPhoto;
using Kind = PhotoFolder::Kind;
namespace files = std::filesystem;

constexpr spool::PhotoAges ages{.identified = 3h, .unknown = 1h, .spoof = 2h};

std::string today(const Record &record)
{
    const std::time_t seconds = std::chrono::system_clock::to_time_t(record.received.wall);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[16];
    std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
    return text;
}

mode_t modeOf(const std::string &path)
{
    struct stat status {
    };
    return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(PhotoFolder, storesByCameraAndDay)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch / "deep/photos");
    Record record = recordOf("e-1", "FACE");
    record.frame = pictureOf("FRAME");
    record.frame.png = true;
    const StoredPhoto face = folder.store(record, Kind::Face, "front-door");
    const StoredPhoto frame = folder.store(record, Kind::Frame, "front-door");
    const std::string day = scratch / "deep/photos/front-door/" + today(record);
    EXPECT_EQ(face.error, "");
    EXPECT_EQ(face.path, day + "/e-1.jpg");
    EXPECT_EQ(frame.path, day + "/e-1-frame.png");
    EXPECT_EQ(contentOf(face.path), "FACE");
    EXPECT_EQ(contentOf(frame.path), "FRAME");
    EXPECT_EQ(modeOf(face.path), 0600U);
    EXPECT_EQ(modeOf(scratch / "deep/photos/index.sqlite"), 0600U);
    for (const std::string &path :
         {scratch / "deep/photos", scratch / "deep/photos/front-door", day})
        EXPECT_EQ(modeOf(path), 0700U) << path;
    unsigned count = 0;
    for (const auto &entry : files::directory_iterator(day))
        count += entry.is_regular_file();
    EXPECT_EQ(count, 2U);
}

TEST(PhotoFolder, leavesWhatIsThere)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    const StoredPhoto first = folder.store(recordOf("e", "FIRST"), Kind::Face, "door");
    const StoredPhoto again = folder.store(recordOf("e", "SECOND"), Kind::Face, "door");
    EXPECT_EQ(again.path, first.path);
    EXPECT_EQ(contentOf(first.path), "FIRST");
}

TEST(PhotoFolder, hasNothingToStoreWithoutAPicture)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch / "photos");
    const StoredPhoto stored = folder.store(recordOf("e"), Kind::Face, "door");
    EXPECT_EQ(stored.path + stored.error, "");
    EXPECT_FALSE(files::exists(scratch / "photos"));
}

TEST(PhotoFolder, refusesNamesThatLeadElsewhere)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch / "photos");
    for (const std::string &bad :
         {std::string("../x"), std::string(".."), std::string("."), std::string(".hidden"),
          std::string("a/b"), std::string("/etc/x"), std::string(), std::string("a\nb"),
          std::string("a\0b", 3), std::string(300, 'a')}) {
        Record record = recordOf("e", "BYTES");
        const StoredPhoto byCamera = folder.store(record, Kind::Face, bad);
        EXPECT_EQ(byCamera.path, "") << bad;
        EXPECT_NE(byCamera.error, "") << bad;
        record.eventId = bad;
        EXPECT_EQ(folder.store(record, Kind::Face, "door").path, "") << bad;
    }
    EXPECT_FALSE(isInFiles(scratch.path(), "BYTES"));
}

TEST(PhotoFolder, followsNoLink)
{
    const ScratchDirectory scratch;
    files::create_directories(scratch / "photos");
    files::create_directories(scratch / "elsewhere");
    files::create_symlink(scratch / "elsewhere", scratch / "photos/door");
    PhotoFolder folder(scratch / "photos");
    const Record record = recordOf("e", "BYTES");
    const StoredPhoto byCamera = folder.store(record, Kind::Face, "door");
    EXPECT_EQ(byCamera.path, "");
    EXPECT_NE(byCamera.error, "");
    EXPECT_TRUE(files::is_empty(scratch / "elsewhere"));

    files::create_directories(scratch / "photos/gate/" + today(record));
    const std::string victim = scratch / "elsewhere/victim";
    std::ofstream(victim) << "kept";
    const std::string day = scratch / "photos/gate/" + today(record) + "/";
    files::create_symlink(victim, day + "e.jpg");
    files::create_symlink(victim, day + ".f.jpg.part");
    folder.store(record, Kind::Face, "gate");
    folder.store(recordOf("f", "BYTES"), Kind::Face, "gate");
    EXPECT_EQ(contentOf(victim), "kept");
}

TEST(PhotoFolder, deletesThroughNoLink)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch / "photos");
    const Record record = recordOf("e", "BYTES");
    const StoredPhoto stored = folder.store(record, Kind::Face, "door");
    ASSERT_NE(stored.path, "");
    files::rename(scratch / "photos/door", scratch / "moved");
    files::create_symlink(scratch / "moved", scratch / "photos/door");
    folder.sweep(ages, later(Moment::now(), 2h));
    EXPECT_TRUE(files::exists(scratch / "moved/" + today(record) + "/e.jpg"));
}

TEST(PhotoFolder, saysWhatKeepsItFromStoring)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "photos") << "a file";
    PhotoFolder folder(scratch / "photos");
    const StoredPhoto stored = folder.store(recordOf("e", "BYTES"), Kind::Face, "door");
    EXPECT_EQ(stored.path, "");
    EXPECT_NE(stored.error.find(scratch / "photos"), std::string::npos) << stored.error;
}

TEST(PhotoFolder, sweepsByWhatTheServiceSaid)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    const auto store = [&](const std::string &id, core::Status status) {
        return folder.store(recordOf(id, id, status), Kind::Face, "door").path;
    };
    const std::string known = store("known", core::Status::Identified);
    const std::string unknown = store("unknown", core::Status::Unknown);
    const std::string spoof = store("spoof", core::Status::Spoof);
    const std::string pending = store("pending", core::Status::Pending);
    const std::string stranger = files::path(known).parent_path() / "not-ours.jpg";
    std::ofstream(stranger) << "somebody else's";
    const auto there = [&] {
        std::string names;
        for (const std::string &path : {known, unknown, spoof, pending, stranger})
            names += files::exists(path) ? "x" : "-";
        return names;
    };
    const Moment now = Moment::now();
    folder.sweep(ages, now);
    EXPECT_EQ(there(), "xxxxx");
    folder.sweep(ages, later(now, 90min));
    EXPECT_EQ(there(), "x-x-x");
    folder.sweep(ages, later(now, 150min));
    EXPECT_EQ(there(), "x---x");
    folder.sweep(ages, later(now, 190min));
    EXPECT_EQ(there(), "----x");
    files::remove(stranger);
    const std::string last = store("last", core::Status::Unknown);
    folder.sweep(ages, later(now, 300min));
    EXPECT_FALSE(files::exists(files::path(last).parent_path())) << "an empty day goes";
    EXPECT_TRUE(files::exists(scratch.path()));
}

TEST(PhotoFolder, waitsWhenTheClockJumped)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    const std::string photo = folder.store(recordOf("e", "BYTES"), Kind::Face, "door").path;
    Moment now = Moment::now();
    folder.sweep(ages, now);
    now.sinceBoot += 1h;
    now.wall += 24h * 30;
    folder.sweep(ages, now);
    EXPECT_TRUE(files::exists(photo)) << "the clock jumped by a month";
    now.sinceBoot += 1h;
    now.wall = Moment::now().wall + 30min;
    folder.sweep(ages, now);
    EXPECT_TRUE(files::exists(photo)) << "and back";
    folder.sweep(ages, later(now, 1h));
    EXPECT_FALSE(files::exists(photo)) << "it is right again";
}

TEST(PhotoFolder, forgetsWithoutATrace)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    Record his = recordOf("his", "HISPHOTO", core::Status::Identified);
    his.templateId = "HISTEMPLATE";
    his.frame = pictureOf("HISFRAME");
    folder.store(his, Kind::Face, "door");
    folder.store(his, Kind::Frame, "door");
    Record sight = recordOf("sight", "SIGHTPHOTO");
    sight.visitId = "HISVISIT";
    folder.store(sight, Kind::Face, "gate");
    const std::string other = folder.store(recordOf("other", "OTHER"), Kind::Face, "door").path;
    EXPECT_EQ(folder.forget({.templateId = "", .visitId = ""}), 0U);
    EXPECT_EQ(folder.forget({.templateId = "HisTemplate", .visitId = {}}), 2U);
    EXPECT_EQ(folder.forget({.templateId = {}, .visitId = "HISVISIT"}), 1U);
    for (const char *text : {"HISPHOTO", "HISFRAME", "SIGHTPHOTO", "HISTEMPLATE", "HISVISIT"})
        EXPECT_FALSE(isInFiles(scratch.path(), text)) << text;
    EXPECT_TRUE(files::exists(other));
}

TEST(PhotoFolder, goesOnWithoutItsIndex)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    const std::string first = folder.store(recordOf("first", "BYTES"), Kind::Face, "door").path;
    files::remove(scratch / "index.sqlite");
    folder.sweep(ages, later(Moment::now(), 2h));
    EXPECT_TRUE(files::exists(first)) << "nothing says that it is ours";
    const StoredPhoto second = folder.store(recordOf("second", "BYTES"), Kind::Face, "door");
    EXPECT_EQ(second.error, "");
    PhotoFolder another(scratch.path());
    another.sweep(ages, later(Moment::now(), 2h));
    EXPECT_FALSE(files::exists(second.path));
}

TEST(PhotoFolder, beginsAnewWhereTheIndexIsBroken)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    folder.store(recordOf("first", "BYTES"), Kind::Face, "door");
    std::ofstream(scratch / "index.sqlite", std::ios::trunc) << std::string(8192, 'x');
    const StoredPhoto second = folder.store(recordOf("second", "BYTES"), Kind::Face, "door");
    EXPECT_EQ(second.error, "");
    EXPECT_EQ(folder.forget({.templateId = {}, .visitId = "visit-of-second"}), 1U);
    EXPECT_FALSE(files::exists(second.path));
}

namespace
{

/** As ootoidentify makes them: what a folder has to be told by. */
constexpr const char *eventId = "0123456789abcdefghjkm-17";

void breakIndex(const ScratchDirectory &scratch)
{
    std::ofstream(scratch / "index.sqlite", std::ios::trunc) << std::string(8192, 'x');
}

bool isBrokenIndexThere(const ScratchDirectory &scratch)
{
    return isInFiles(scratch.path(), std::string(8192, 'x'));
}

} // namespace

TEST(PhotoFolder, tellsThatTheIndexWasBroken)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    folder.store(recordOf("first", "BYTES"), Kind::Face, "door");
    EXPECT_EQ(folder.takeNotice(), "");
    breakIndex(scratch);
    folder.sweep(ages, Moment::now());
    EXPECT_NE(folder.takeNotice().find("index.sqlite.broken-"), std::string::npos);
    EXPECT_EQ(folder.takeNotice(), "");
    EXPECT_TRUE(isBrokenIndexThere(scratch));
}

TEST(PhotoFolder, forgetsAllOfWhomABrokenIndexSaysNothing)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    const std::string photo = folder.store(recordOf(eventId, "BYTES"), Kind::Face, "door").path;
    const std::string notes = scratch / "door/notes.jpg";
    const std::string others = files::path(photo).parent_path() / "holiday.jpg";
    std::ofstream(notes) << "somebody's own";
    std::ofstream(others) << "somebody's own";
    breakIndex(scratch);
    EXPECT_EQ(folder.forget({}), 0U);
    EXPECT_TRUE(files::exists(photo));
    EXPECT_EQ(folder.forget({.templateId = "HISTEMPLATE", .visitId = {}}), 1U);
    EXPECT_FALSE(files::exists(photo));
    EXPECT_FALSE(isBrokenIndexThere(scratch));
    EXPECT_TRUE(files::exists(notes));
    EXPECT_TRUE(files::exists(others));
}

TEST(PhotoFolder, sweepsAllOfWhomABrokenIndexSaysNothing)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    Record record = recordOf(eventId, "BYTES", core::Status::Identified);
    record.frame = pictureOf("FRAME");
    const std::string photo = folder.store(record, Kind::Face, "door").path;
    const std::string frame = folder.store(record, Kind::Frame, "door").path;
    breakIndex(scratch);
    const Moment now = Moment::now();
    folder.sweep(ages, later(now, 30min));
    EXPECT_TRUE(files::exists(photo));
    folder.sweep(ages, later(now, 90min));
    EXPECT_FALSE(files::exists(photo));
    EXPECT_FALSE(files::exists(frame));
    EXPECT_TRUE(isBrokenIndexThere(scratch));
    folder.sweep(ages, later(now, 4h));
    EXPECT_FALSE(isBrokenIndexThere(scratch));
}

TEST(PhotoFolder, goesByTheTimeSinceTheBoot)
{
    // A machine without a clock of its own: photos of 1970, until the network says what year it is.
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    Record record = recordOf("e", "BYTES");
    record.received.wall = std::chrono::system_clock::from_time_t(1000);
    const std::string photo = folder.store(record, Kind::Face, "door").path;
    folder.sweep(ages, later(Moment::now(), 10min));
    folder.sweep(ages, later(Moment::now(), 20min));
    EXPECT_TRUE(files::exists(photo));
    folder.sweep(ages, later(Moment::now(), 2h));
    EXPECT_FALSE(files::exists(photo));
}

TEST(PhotoFolder, deletesWhatWasLeftUnfinished)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    const files::path photo = folder.store(recordOf("e", "BYTES"), Kind::Face, "door").path;
    // As if the process had been killed between writing and renaming.
    files::rename(photo, photo.parent_path() / ("." + photo.filename().string() + ".part"));
    folder.sweep(ages, later(Moment::now(), 2h));
    EXPECT_FALSE(isInFiles(scratch.path(), "BYTES"));
    EXPECT_FALSE(files::exists(photo.parent_path()));
}

TEST(PhotoFolder, doesNotMindALinkOnTheWay)
{
    const ScratchDirectory scratch;
    files::create_directory(scratch / "disk");
    files::create_directory_symlink(scratch / "disk", scratch / "link");
    PhotoFolder folder(scratch / "link/photos");
    EXPECT_EQ(folder.store(recordOf("e", "BYTES"), Kind::Face, "door").error, "");
    EXPECT_TRUE(isInFiles(scratch / "disk", "BYTES"));
}

TEST(PhotoFolder, writesToTheIndexThatIsThere)
{
    const ScratchDirectory scratch;
    PhotoFolder folder(scratch.path());
    folder.store(recordOf("first", "BYTES"), Kind::Face, "door");
    // Deleted, and made anew by another process, before this one looks again.
    files::remove(scratch / "index.sqlite");
    PhotoFolder another(scratch.path());
    another.store(recordOf("second", "BYTES"), Kind::Face, "door");
    const StoredPhoto third = folder.store(recordOf("third", "BYTES"), Kind::Face, "door");
    EXPECT_EQ(third.error, "");
    another.sweep(ages, later(Moment::now(), 2h));
    EXPECT_FALSE(files::exists(third.path));
}

TEST(PhotoFolder, isSharedByProcesses)
{
    const ScratchDirectory scratch;
    constexpr int each = 40;
    const auto storeAll = [&](const std::string &name) {
        PhotoFolder folder(scratch.path());
        bool good = true;
        for (int i = 0; i < each; ++i) {
            const StoredPhoto stored =
                folder.store(recordOf(name + std::to_string(i), "BYTES"), Kind::Face, "door");
            EXPECT_EQ(stored.error, "");
            good = good && stored.error.empty();
        }
        return good;
    };
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(storeAll("child-") ? 0 : 1);
    ASSERT_GT(child, 0);
    EXPECT_TRUE(storeAll("parent-"));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    unsigned photos = 0;
    for (const auto &entry : files::recursive_directory_iterator(scratch.path()))
        photos += entry.path().extension() == ".jpg";
    EXPECT_EQ(photos, 2U * each);
    PhotoFolder folder(scratch.path());
    folder.sweep(ages, later(Moment::now(), 2h));
    for (const auto &entry : files::recursive_directory_iterator(scratch.path()))
        EXPECT_NE(entry.path().extension(), ".jpg") << entry.path();
}

TEST(PhotoFolder, isOneInAProcess)
{
    const ScratchDirectory scratch;
    const auto one = spool::photoFolder(scratch.path());
    EXPECT_EQ(spool::photoFolder(scratch.path()), one);
    EXPECT_NE(spool::photoFolder(scratch / "other"), one);
}

} // namespace
