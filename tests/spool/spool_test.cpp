// SPDX-License-Identifier: LGPL-2.1-or-later
// Records that wait: on disk, in memory, and across deaths.
#include "records.h"
#include "small_disk.h"
#include "spool/spool.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <numeric>

namespace
{

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;
using spool::Moment;
using spool::Record;
using spool::Spool;
using spool::SpoolSettings;
using Ids = std::vector<std::string>;

constexpr std::size_t all = 100'000;

SpoolSettings settingsIn(const std::string &folder)
{
    return {.folder = folder, .name = "target", .photoAges = {}};
}

std::int64_t add(Spool &spool, Record record)
{
    std::vector<Record> one{std::move(record)};
    spool.append(one);
    return one.front().id;
}

Ids waiting(Spool &spool, const Moment &now = Moment::now())
{
    return eventIdsOf(spool.next(0, all, now));
}

mode_t modeOf(const std::string &path)
{
    struct stat status {
    };
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

/** A program that filled a spool, and hangs. */
class Filler
{
public:
    Filler(const std::string &folder, int records)
    {
        int ends[2];
        if (::pipe(ends) != 0)
            return;
        const std::string count = std::to_string(records);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::execl(OOTO_FILL_SPOOL, "fill-spool", folder.c_str(), "target", count.c_str(),
                    nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        char text[256];
        const ssize_t size = ::read(ends[0], text, sizeof text);
        said_.assign(text, size > 0 ? static_cast<std::size_t>(size) : 0);
        ::close(ends[0]);
    }
    Filler(const Filler &) = delete;
    Filler &operator=(const Filler &) = delete;
    ~Filler() { killIt(); }

    const std::string &said() const { return said_; }
    void killIt()
    {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

private:
    pid_t pid_ = 0;
    std::string said_;
};

std::size_t residentKib()
{
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

TEST(Spool, keepsRecordsInTheOrderInWhichTheyCame)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch / "spool"));
    ASSERT_EQ(spool.trouble(), "");
    std::vector<Record> two{recordOf("a"), recordOf("b")};
    spool.append(two);
    EXPECT_EQ(two[0].id, 1);
    EXPECT_EQ(two[1].id, 2);
    EXPECT_EQ(add(spool, recordOf("c")), 3);
    EXPECT_EQ(waiting(spool), (Ids{"a", "b", "c"}));
    EXPECT_EQ(eventIdsOf(spool.next(1, 1, Moment::now())), Ids{"b"});
    const std::vector<std::int64_t> gone{2};
    spool.remove(gone);
    EXPECT_EQ(waiting(spool), (Ids{"a", "c"}));
    EXPECT_EQ(spool.records(), 2U);
}

TEST(Spool, bringsBackAllOfARecord)
{
    const ScratchDirectory scratch;
    Record record = recordOf("e", "photo\0bytes", core::Status::Identified);
    record.alias = "front \"door\"";
    record.templateId = "t'1";
    record.type = core::FaceEventType::Answered;
    record.frame = pictureOf(std::string("a\0b", 3));
    record.frame.png = true;
    {
        Spool spool(settingsIn(scratch / "spool"));
        add(spool, record);
    }
    Spool spool(settingsIn(scratch / "spool"));
    const std::vector<Record> found = spool.next(0, all, Moment::now());
    ASSERT_EQ(found.size(), 1U);
    const Record &back = found.front();
    EXPECT_EQ(back.eventId, record.eventId);
    EXPECT_EQ(back.camera, record.camera);
    EXPECT_EQ(back.alias, record.alias);
    EXPECT_EQ(back.visitId, record.visitId);
    EXPECT_EQ(back.templateId, record.templateId);
    EXPECT_EQ(back.type, record.type);
    EXPECT_EQ(back.status, record.status);
    EXPECT_EQ(back.json, record.json);
    EXPECT_EQ(back.received.sinceBoot, record.received.sinceBoot);
    EXPECT_EQ(back.received.bootId, record.received.bootId);
    EXPECT_EQ(textOf(back.photo), textOf(record.photo));
    EXPECT_FALSE(back.photo.png);
    EXPECT_EQ(textOf(back.frame), std::string("a\0b", 3));
    EXPECT_TRUE(back.frame.png);
}

TEST(Spool, isForItsOwnerOnly)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch / "deep/spool"));
    add(spool, recordOf("a"));
    EXPECT_EQ(modeOf(scratch / "deep/spool"), 0700U);
    for (const auto &entry : std::filesystem::directory_iterator(scratch / "deep/spool"))
        EXPECT_EQ(modeOf(entry.path()), 0600U) << entry.path();
}

TEST(Spool, goesOnWhereItEnded)
{
    const ScratchDirectory scratch;
    {
        Spool spool(settingsIn(scratch.path()));
        add(spool, recordOf("a"));
        add(spool, recordOf("b"));
        const std::vector<std::int64_t> gone{1};
        spool.remove(gone);
    }
    Spool spool(settingsIn(scratch.path()));
    EXPECT_EQ(spool.records(), 1U);
    EXPECT_EQ(waiting(spool), Ids{"b"});
    EXPECT_EQ(add(spool, recordOf("c")), 3);
    EXPECT_EQ(waiting(spool), (Ids{"b", "c"}));
}

TEST(Spool, survivesAKill)
{
    const ScratchDirectory scratch;
    Filler filler(scratch.path(), 50);
    ASSERT_EQ(filler.said(), "stored\n");
    filler.killIt();
    Spool spool(settingsIn(scratch.path()));
    Ids expected;
    for (int i = 0; i < 50; ++i)
        expected.push_back("killed-" + std::to_string(i));
    EXPECT_EQ(waiting(spool), expected);
    EXPECT_TRUE(std::filesystem::exists(scratch / "target-0.sqlite"));
    EXPECT_FALSE(std::filesystem::exists(scratch / "target-1.sqlite"));
}

TEST(Spool, leavesWhatALivingProcessHas)
{
    const ScratchDirectory scratch;
    const Filler filler(scratch.path(), 3);
    ASSERT_EQ(filler.said(), "stored\n");
    Spool spool(settingsIn(scratch.path()));
    EXPECT_EQ(spool.trouble(), "");
    EXPECT_EQ(spool.adoptOrphans(), 0U);
    EXPECT_EQ(waiting(spool), Ids{});
}

TEST(Spool, takesTheLowestNumberThatIsFree)
{
    const ScratchDirectory scratch;
    auto first = std::make_unique<Spool>(settingsIn(scratch.path()));
    Spool second(settingsIn(scratch.path()));
    add(*first, recordOf("of the first"));
    add(second, recordOf("of the second"));
    EXPECT_EQ(waiting(second), Ids{"of the second"});
    first.reset();
    Spool third(settingsIn(scratch.path()));
    EXPECT_EQ(waiting(third), Ids{"of the first"});
    EXPECT_FALSE(std::filesystem::exists(scratch / "target-2.sqlite"));
    SpoolSettings other = settingsIn(scratch.path());
    other.name = "another";
    Spool apart(other);
    EXPECT_EQ(waiting(apart), Ids{});
}

TEST(Spool, adoptsWhatTheDeadLeft)
{
    const ScratchDirectory scratch;
    auto first = std::make_unique<Spool>(settingsIn(scratch.path()));
    auto second = std::make_unique<Spool>(settingsIn(scratch.path()));
    add(*first, recordOf("own"));
    for (int i = 0; i < 100; ++i)
        add(*second, recordOf("left-" + std::to_string(i), "photo-" + std::to_string(i)));
    EXPECT_EQ(first->adoptOrphans(), 0U);
    second.reset();
    EXPECT_EQ(first->adoptOrphans(), 100U);
    EXPECT_EQ(first->adoptOrphans(), 0U);
    const std::vector<Record> found = first->next(0, all, Moment::now());
    ASSERT_EQ(found.size(), 101U);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(found[i + 1].eventId, "left-" + std::to_string(i));
        EXPECT_EQ(textOf(found[i + 1].photo), "photo-" + std::to_string(i));
    }
    EXPECT_FALSE(std::filesystem::exists(scratch / "target-1.sqlite"));
}

TEST(Spool, leavesToTheDeadWhatItCannotStore)
{
    const SmallDisk disk;
    if (!disk.isMounted())
        GTEST_SKIP() << "no file system may be mounted here";
    auto own = std::make_unique<Spool>(settingsIn(disk.path()));
    {
        Spool other(settingsIn(disk.path()));
        for (int i = 0; i < 10; ++i)
            add(other, recordOf("left-" + std::to_string(i), std::string(8192, 'p')));
    }
    disk.fill();
    for (int i = 0; i < 3; ++i) {
        own->adoptOrphans();
        std::this_thread::sleep_for(1100ms);
    }
    EXPECT_EQ(own->records(), 0U);
    disk.empty();
    Ids expected;
    for (int i = 0; i < 10; ++i)
        expected.push_back("left-" + std::to_string(i));
    EXPECT_TRUE(comesTrue([&] {
        own->adoptOrphans();
        return waiting(*own) == expected;
    }));
}

TEST(Spool, isInMemoryWhereThereIsNoFolder)
{
    Spool spool(settingsIn(""));
    EXPECT_EQ(spool.trouble(), "");
    add(spool, recordOf("a", "photo"));
    const std::int64_t second = add(spool, recordOf("b"));
    EXPECT_EQ(waiting(spool), (Ids{"a", "b"}));
    const std::vector<std::int64_t> gone{1};
    spool.remove(gone);
    EXPECT_EQ(waiting(spool), Ids{"b"});
    EXPECT_EQ(spool.forget({.templateId = {}, .visitId = "visit-of-b"}), std::vector{second});
    EXPECT_EQ(spool.records(), 0U);
    EXPECT_FALSE(spool.keptClientId().empty());
}

TEST(Spool, goesToTheDiskOnceItCanBeUsed)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "spool") << "a file where the folder should be";
    Spool spool(settingsIn(scratch / "spool"));
    EXPECT_NE(spool.trouble(), "");
    add(spool, recordOf("a"));
    add(spool, recordOf("b", "kept nowhere", core::Status::Spoof));
    EXPECT_EQ(waiting(spool), (Ids{"a", "b"}));
    std::filesystem::remove(scratch / "spool");
    EXPECT_TRUE(comesTrue([&] {
        spool.expire(Moment::now());
        return spool.trouble().empty();
    }));
    EXPECT_EQ(waiting(spool), (Ids{"a", "b"}));
    EXPECT_TRUE(isInFiles(scratch / "spool", "visit-of-a"));
}

TEST(Spool, doesNotMixUpWhatLayThereWithWhatCameBefore)
{
    const ScratchDirectory scratch;
    {
        Spool earlier(settingsIn(scratch / "spool"));
        add(earlier, recordOf("earlier-1"));
        add(earlier, recordOf("earlier-2"));
    }
    std::filesystem::rename(scratch / "spool", scratch / "away");
    std::ofstream(scratch / "spool") << "in the way";
    Spool spool(settingsIn(scratch / "spool"));
    add(spool, recordOf("new-1"));
    const std::int64_t last = add(spool, recordOf("new-2"));
    std::filesystem::remove(scratch / "spool");
    std::filesystem::rename(scratch / "away", scratch / "spool");
    EXPECT_TRUE(comesTrue([&] {
        spool.expire(Moment::now());
        return spool.trouble().empty();
    }));
    // Whoever had loaded the two goes on with those that come after them.
    EXPECT_EQ(eventIdsOf(spool.next(last, all, Moment::now())),
              (Ids{"earlier-1", "earlier-2", "new-1", "new-2"}));
}

TEST(Spool, keepsPicturesInMemoryThatMayNotBeStored)
{
    const ScratchDirectory scratch;
    SpoolSettings settings = settingsIn(scratch / "spool");
    settings.photoAges.unknown = 0h;
    {
        Spool spool(settings);
        add(spool, recordOf("a", "never-on-disk"));
        add(spool, recordOf("b", "may-be-stored", core::Status::Identified));
        const std::vector<Record> found = spool.next(0, all, Moment::now());
        ASSERT_EQ(found.size(), 2U);
        EXPECT_EQ(textOf(found[0].photo), "never-on-disk");
        EXPECT_EQ(textOf(found[1].photo), "may-be-stored");
        EXPECT_FALSE(isInFiles(scratch / "spool", "never-on-disk"));
        EXPECT_TRUE(isInFiles(scratch / "spool", "may-be-stored"));
    }
    EXPECT_FALSE(isInFiles(scratch / "spool", "never-on-disk"));
    Spool spool(settings);
    const std::vector<Record> found = spool.next(0, all, Moment::now());
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(textOf(found[0].photo), "");
    EXPECT_EQ(textOf(found[1].photo), "may-be-stored");
}

TEST(Spool, keepsSuchPicturesWhenTheDiskComesLater)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "spool") << "in the way";
    SpoolSettings settings = settingsIn(scratch / "spool");
    settings.photoAges.unknown = 0h;
    Spool spool(settings);
    add(spool, recordOf("a", "never-on-disk"));
    std::filesystem::remove(scratch / "spool");
    EXPECT_TRUE(comesTrue([&] {
        spool.expire(Moment::now());
        return spool.trouble().empty();
    }));
    const std::vector<Record> found = spool.next(0, all, Moment::now());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(textOf(found[0].photo), "never-on-disk");
    EXPECT_FALSE(isInFiles(scratch / "spool", "never-on-disk"));
}

TEST(Spool, dropsPicturesFirstAndTheOldestThen)
{
    for (const bool onDisk : {true, false}) {
        SCOPED_TRACE(onDisk);
        const ScratchDirectory scratch;
        SpoolSettings settings = settingsIn(onDisk ? scratch.path() : "");
        settings.maxBytes = 50'000;
        Spool spool(settings);
        for (int i = 0; i < 5; ++i)
            add(spool, recordOf(std::to_string(i), std::string(12'000, 'p')));
        // 5 times 12,000 and something: two pictures had to go.
        EXPECT_EQ(spool.losses().photosDropped, 1U);
        EXPECT_EQ(spool.losses().dropped, 0U);
        const std::vector<Record> found = spool.next(0, all, Moment::now());
        ASSERT_EQ(found.size(), 5U);
        EXPECT_FALSE(found[0].photo.bytes);
        EXPECT_TRUE(found[1].photo.bytes);
        EXPECT_LE(spool.bytes(), 50'000U);
        for (int i = 5; i < 8; ++i) {
            Record big = recordOf(std::to_string(i));
            big.json = std::string(20'000, 'j');
            add(spool, big);
        }
        EXPECT_EQ(spool.losses().photosDropped, 5U);
        EXPECT_EQ(spool.losses().dropped, 6U);
        EXPECT_EQ(waiting(spool), (Ids{"6", "7"}));
        EXPECT_LE(spool.bytes(), 50'000U);
        EXPECT_EQ(spool.records(), 2U);
    }
}

TEST(Spool, dropsWhatIsTooOld)
{
    for (const bool onDisk : {true, false}) {
        SCOPED_TRACE(onDisk);
        const ScratchDirectory scratch;
        SpoolSettings settings = settingsIn(onDisk ? scratch.path() : "");
        settings.maxAge = 1min;
        Spool spool(settings);
        Record old = recordOf("old");
        Record young = recordOf("young");
        Record fromAnotherBoot = recordOf("another boot's");
        const Moment now = later(young.received, 50s);
        old.received = later(old.received, -11s);
        fromAnotherBoot.received.bootId = "another";
        fromAnotherBoot.received.sinceBoot = 1s;
        fromAnotherBoot.received.wall -= 20s;
        add(spool, old);
        add(spool, young);
        add(spool, fromAnotherBoot);
        ASSERT_TRUE(spool.oldest());
        EXPECT_GE(Moment::now().since(*spool.oldest()), 11s);
        EXPECT_EQ(waiting(spool, now), Ids{"young"});
        EXPECT_EQ(spool.losses().expired, 2U);
        spool.expire(later(now, 20s));
        EXPECT_EQ(spool.losses().expired, 3U);
        EXPECT_EQ(spool.records(), 0U);
        EXPECT_FALSE(spool.oldest());
        EXPECT_EQ(spool.losses().dropped, 0U);
    }
}

TEST(Spool, doesNotBelieveAWallClockThatJumped)
{
    const ScratchDirectory scratch;
    SpoolSettings settings = settingsIn(scratch.path());
    settings.maxAge = 1min;
    Spool spool(settings);
    Record record = recordOf("a");
    add(spool, record);
    Moment now = Moment::now();
    now.wall += 24h * 365;
    spool.expire(now);
    EXPECT_EQ(waiting(spool, now), Ids{"a"});
}

TEST(Spool, dropsPicturesByWhoseTheyAre)
{
    for (const bool onDisk : {true, false}) {
        SCOPED_TRACE(onDisk);
        const ScratchDirectory scratch;
        SpoolSettings settings = settingsIn(onDisk ? scratch.path() : "");
        settings.maxAge = 1000h;
        settings.photoAges = {.identified = 3h, .unknown = 1h, .spoof = 2h};
        Spool spool(settings);
        add(spool, recordOf("known", "KNOWN", core::Status::Identified));
        add(spool, recordOf("unknown", "UNKNOWN", core::Status::Unknown));
        add(spool, recordOf("spoof", "SPOOF", core::Status::Spoof));
        add(spool, recordOf("pending", "PENDING", core::Status::Pending));
        const auto photos = [&] {
            std::string texts;
            for (const Record &record : spool.next(0, all, Moment::now()))
                texts += textOf(record.photo) + " ";
            return texts;
        };
        const Moment now = Moment::now();
        const std::uint64_t before = spool.bytes();
        spool.expire(now);
        EXPECT_EQ(photos(), "KNOWN UNKNOWN SPOOF PENDING ");
        EXPECT_EQ(spool.bytes(), before);
        spool.expire(later(now, 90min));
        EXPECT_EQ(photos(), "KNOWN  SPOOF  ");
        EXPECT_EQ(spool.bytes(), before - 14);
        spool.expire(later(now, 150min));
        EXPECT_EQ(photos(), "KNOWN    ");
        spool.expire(later(now, 190min));
        EXPECT_EQ(photos(), "    ");
        EXPECT_EQ(spool.records(), 4U);
    }
}

TEST(Spool, forgetsWithoutATrace)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch.path()));
    std::vector<std::int64_t> expected;
    for (int i = 0; i < 20; ++i) {
        add(spool, recordOf("other-" + std::to_string(i), "OTHERSPHOTO"));
        Record record = recordOf("e-" + std::to_string(i), std::string(20'000, '.') + "HISPHOTO");
        record.templateId = "HISTEMPLATE";
        record.visitId = "HISVISIT";
        record.json = R"({"name":"HISNAME"})";
        record.frame = pictureOf("HISFRAME");
        expected.push_back(add(spool, record));
    }
    ASSERT_TRUE(isInFiles(scratch.path(), "HISPHOTO"));
    EXPECT_EQ(spool.forget({.templateId = "HISTEMPLATE", .visitId = {}}), expected);
    for (const char *text : {"HISPHOTO", "HISTEMPLATE", "HISVISIT", "HISNAME", "HISFRAME"})
        EXPECT_FALSE(isInFiles(scratch.path(), text)) << text;
    EXPECT_TRUE(isInFiles(scratch.path(), "OTHERSPHOTO"));
    EXPECT_EQ(spool.records(), 20U);
    EXPECT_EQ(spool.losses().forgotten, 20U);
    EXPECT_EQ(waiting(spool).size(), 20U);
}

TEST(Spool, forgetsByVisitAndNobodyElse)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch.path()));
    Record nameless = recordOf("nameless");
    nameless.visitId = "";
    add(spool, nameless);
    const std::int64_t id = add(spool, recordOf("a"));
    add(spool, recordOf("b"));
    EXPECT_TRUE(spool.forget({.templateId = "", .visitId = ""}).empty());
    EXPECT_EQ(spool.forget({.templateId = "", .visitId = "visit-of-a"}), std::vector{id});
    EXPECT_EQ(waiting(spool), (Ids{"nameless", "b"}));
}

TEST(Spool, movesABrokenFileAsideAndSaysSo)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "target-0.sqlite") << std::string(8192, 'x');
    Spool spool(settingsIn(scratch.path()));
    EXPECT_EQ(spool.trouble(), "");
    EXPECT_NE(spool.takeNotice().find("moved"), std::string::npos);
    EXPECT_EQ(spool.takeNotice(), "");
    add(spool, recordOf("a"));
    EXPECT_EQ(waiting(spool), Ids{"a"});
    unsigned aside = 0;
    for (const auto &entry : std::filesystem::directory_iterator(scratch.path()))
        aside += entry.path().filename().string().starts_with("target-0.sqlite.broken-");
    EXPECT_EQ(aside, 1U);
}

TEST(Spool, goesOnAfterDamageUnderWay)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch.path()));
    for (int i = 0; i < 200; ++i)
        add(spool, recordOf("before-" + std::to_string(i), std::string(30'000, 'p')));
    for (const char *name : {"target-0.sqlite", "target-0.sqlite-wal"}) {
        std::fstream file(scratch / name, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(0, std::ios::end);
        const auto size = static_cast<std::size_t>(file.tellg());
        file.seekp(0);
        file << std::string(size, 'x');
    }
    std::string notice;
    EXPECT_TRUE(comesTrue([&] {
        add(spool, recordOf("after"));
        spool.next(0, all, Moment::now());
        spool.expire(Moment::now());
        notice = spool.takeNotice();
        return !notice.empty();
    }));
    EXPECT_TRUE(comesTrue([&] {
        spool.expire(Moment::now());
        return spool.trouble().empty();
    }));
    add(spool, recordOf("at last"));
    const Ids ids = waiting(spool);
    ASSERT_FALSE(ids.empty());
    EXPECT_EQ(ids.back(), "at last");
    EXPECT_TRUE(isInFiles(scratch.path(), "visit-of-at last"));
}

TEST(Spool, leavesADatabaseOfALaterVersionAlone)
{
    const ScratchDirectory scratch;
    {
        Spool spool(settingsIn(scratch.path()));
        add(spool, recordOf("a"));
        add(spool, recordOf("b"));
    }
    {
        // The version, at offset 60 of the file's header, big-endian.
        std::fstream file(scratch / "target-0.sqlite",
                          std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(60);
        file.write("\0\0\0\x63", 4);
    }
    Spool spool(settingsIn(scratch.path()));
    EXPECT_EQ(spool.trouble(), "");
    EXPECT_NE(spool.takeNotice().find("later version"), std::string::npos);
    EXPECT_EQ(waiting(spool), Ids{});
    EXPECT_TRUE(isInFiles(scratch.path(), "visit-of-a"));
}

TEST(Spool, goesOnInMemoryWhileTheDiskIsFull)
{
    const SmallDisk disk;
    if (!disk.isMounted())
        GTEST_SKIP() << "no file system may be mounted here";
    Spool spool(settingsIn(disk.path()));
    const std::int64_t first = add(spool, recordOf("0"));
    add(spool, recordOf("1"));
    disk.fill();
    Ids expected{"0", "1"};
    for (int i = 2; i < 60; ++i) {
        add(spool, recordOf(std::to_string(i), std::string(10'000, 'p')));
        expected.push_back(std::to_string(i));
    }
    EXPECT_NE(spool.trouble().find("full"), std::string::npos) << spool.trouble();
    EXPECT_NE(spool.trouble().find("memory"), std::string::npos);
    EXPECT_EQ(waiting(spool), expected);
    // What was delivered does not come again, whether it can be deleted or not.
    const std::vector<std::int64_t> gone{first, first + 30};
    spool.remove(gone);
    std::erase(expected, "0");
    std::erase(expected, "30");
    EXPECT_EQ(waiting(spool), expected);
    EXPECT_EQ(spool.records(), expected.size());
    disk.empty();
    // The pictures do not fit: it stays full until there is room for what waits.
    std::vector<std::int64_t> most(50);
    std::iota(most.begin(), most.end(), first + 2);
    spool.remove(most);
    EXPECT_TRUE(comesTrue([&] {
        spool.expire(Moment::now());
        return spool.trouble().empty();
    }));
    EXPECT_EQ(spool.trouble(), "");
    EXPECT_EQ(waiting(spool), (Ids{"1", "52", "53", "54", "55", "56", "57", "58", "59"}));
}

TEST(Spool, needsLittleMemoryForMuch)
{
    const ScratchDirectory scratch;
    SpoolSettings settings = settingsIn(scratch.path());
    settings.maxBytes = std::uint64_t{1} << 30;
    Spool spool(settings);
    std::vector<Record> warm{recordOf("warm", std::string(5000, 'p'))};
    spool.append(warm);
    spool.next(0, 64, Moment::now());
    const std::size_t before = residentKib();
    for (int i = 0; i < 100; ++i) {
        std::vector<Record> records;
        for (int k = 0; k < 100; ++k)
            records.push_back(recordOf(std::to_string(i * 100 + k), std::string(5000, 'p')));
        spool.append(records);
    }
    EXPECT_EQ(spool.records(), 10'001U);
    std::int64_t last = 1;
    std::size_t count = 0;
    for (;;) {
        std::vector<std::int64_t> ids;
        for (const Record &record : spool.next(last, 64, Moment::now())) {
            EXPECT_EQ(record.eventId, std::to_string(count++));
            ids.push_back(record.id);
        }
        if (ids.empty())
            break;
        last = ids.back();
        spool.remove(ids);
    }
    EXPECT_EQ(count, 10'000U);
    EXPECT_EQ(spool.records(), 1U);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LT(residentKib(), before + 10 * 1024);
#else
    static_cast<void>(before);
#endif
    const std::vector<std::int64_t> rest{1};
    spool.remove(rest);
    spool.expire(Moment::now());
    EXPECT_LT(std::filesystem::file_size(scratch / "target-0.sqlite"), 1U << 20);
}

TEST(Spool, keepsItsClientId)
{
    const ScratchDirectory scratch;
    std::string first;
    std::string second;
    {
        Spool one(settingsIn(scratch.path()));
        Spool two(settingsIn(scratch.path()));
        first = one.keptClientId();
        second = two.keptClientId();
        EXPECT_EQ(one.keptClientId(), first);
        EXPECT_NE(first, second);
    }
    Spool again(settingsIn(scratch.path()));
    Spool andAgain(settingsIn(scratch.path()));
    EXPECT_EQ(again.keptClientId(), first);
    EXPECT_EQ(andAgain.keptClientId(), second);
}

TEST(Spool, replacesAClientIdThatIsNone)
{
    const ScratchDirectory scratch;
    for (const std::string &bad : {std::string(), std::string("a/b"), std::string("a#"),
                                   std::string(65, 'a'), std::string("a\x01z")}) {
        std::ofstream(scratch / "target-0.client-id") << bad;
        Spool spool(settingsIn(scratch.path()));
        const std::string id = spool.keptClientId();
        EXPECT_NE(id, bad);
        EXPECT_TRUE(id.starts_with("ooto-")) << id;
        EXPECT_EQ(spool.keptClientId(), id);
    }
}

} // namespace
