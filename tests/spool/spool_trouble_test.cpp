// SPDX-License-Identifier: LGPL-2.1-or-later
// What holds while the disk does not do what it should.
#include "failing_disk.h"
#include "records.h"
#include "small_disk.h"
#include "spool/spool.h"
#include "spool/spool_file.h"

#include <gtest/gtest.h>

#include <linux/magic.h>
#include <unistd.h>

#include <numeric>
#include <optional>
#include <set>

namespace
{

using namespace ooto;
using namespace ooto::test;
using spool::Moment;
using spool::Record;
using spool::Spool;
using spool::SpoolSettings;
using Ids = std::vector<std::string>;

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

Record largeRecord(int number)
{
    Record record = recordOf(std::to_string(number));
    record.json += std::string(10'000, 'j');
    return record;
}

Ids waiting(Spool &spool)
{
    return eventIdsOf(spool.next(0, 10'000, Moment::now()));
}

Ids numbersTo(int count)
{
    Ids ids;
    for (int i = 0; i < count; ++i)
        ids.push_back(std::to_string(i));
    return ids;
}

bool recovers(Spool &spool)
{
    return comesTrue([&] {
        spool.expire(Moment::now());
        return spool.trouble().empty();
    });
}

} // namespace

TEST(SpoolTrouble, forgetsOnAFullDisk)
{
    const SmallDisk disk;
    if (!disk.isMounted())
        GTEST_SKIP() << "no file system may be mounted here";
    Spool spool(settingsIn(disk.path() + "/spool"));
    for (int i = 0; i < 10; ++i)
        add(spool, largeRecord(i));
    Record person = largeRecord(10);
    person.templateId = "template-of-anna";
    const std::int64_t id = add(spool, person);
    disk.fill();
    for (int i = 11; i < 100; ++i)
        add(spool, largeRecord(i));
    ASSERT_NE(spool.trouble(), "");

    const spool::Person anna{.templateId = "template-of-anna", .visitId = {}};
    EXPECT_EQ(spool.forget(anna), std::vector{id});
    EXPECT_EQ(spool.losses().forgotten, 1U);
    Ids left = numbersTo(100);
    std::erase(left, "10");
    EXPECT_EQ(waiting(spool), left);
    EXPECT_EQ(spool.records(), 99U);
    EXPECT_TRUE(spool.forget(anna).empty());

    std::vector<std::int64_t> most(89);
    std::iota(most.begin(), most.end(), id + 1);
    spool.remove(most);
    disk.empty();
    EXPECT_TRUE(recovers(spool)) << spool.trouble();
    EXPECT_FALSE(isInFiles(disk.path(), "template-of-anna"));
    EXPECT_EQ(waiting(spool), numbersTo(10));
}

TEST(SpoolTrouble, forgetsWhoIsInAFileThatCannotBeOpenedYet)
{
    const ScratchDirectory scratch;
    {
        Spool earlier(settingsIn(scratch / "spool"));
        Record person = recordOf("earlier");
        person.templateId = "template-of-anna";
        add(earlier, person);
        add(earlier, recordOf("other"));
    }
    std::filesystem::rename(scratch / "spool", scratch / "away");
    std::ofstream(scratch / "spool") << "in the way";
    Spool spool(settingsIn(scratch / "spool"));
    spool.forget({.templateId = "template-of-anna", .visitId = {}});
    std::filesystem::remove(scratch / "spool");
    std::filesystem::rename(scratch / "away", scratch / "spool");
    EXPECT_TRUE(recovers(spool)) << spool.trouble();
    EXPECT_EQ(waiting(spool), Ids{"other"});
    EXPECT_FALSE(isInFiles(scratch.path(), "template-of-anna"));
}

TEST(SpoolTrouble, forgetsWhoIsInTheFilesOfTheDead)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch.path()));
    {
        Spool dead(settingsIn(scratch.path()));
        Record person = recordOf("a");
        person.templateId = "template-of-anna";
        add(dead, person);
        add(dead, recordOf("b"));
    }
    EXPECT_EQ(spool.forget({.templateId = "template-of-anna", .visitId = {}}).size(), 1U);
    EXPECT_FALSE(isInFiles(scratch.path(), "template-of-anna"));
    EXPECT_EQ(waiting(spool), Ids{"b"});
}

TEST(SpoolTrouble, forgetsWhatMovedAboutInTheFile)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch.path()));
    // Records and pictures of all sizes come and go: pages of the database are split and joined,
    // and rows move from one to the other.
    std::set<std::int64_t> hers;
    unsigned chance = 1;
    for (int i = 0; i < 1000; ++i) {
        chance = chance * 1103515245U + 12345U;
        const std::size_t size = (chance >> 16) % 900;
        const std::string who = i % 7 == 0 ? "template-of-anna" : "template-of-ben";
        Record record = recordOf(std::to_string(i));
        record.templateId = who;
        record.visitId = "visit-" + who;
        record.json += std::string(size, 'j') + who;
        if (i % 3 == 0)
            record.photo = pictureOf(std::string(size * 10, 'p') + who);
        const std::int64_t id = add(spool, record);
        if (i % 7 == 0)
            hers.insert(id);
        if (i % 5 == 4) {
            const std::vector<std::int64_t> done{id - static_cast<std::int64_t>(size % 5)};
            spool.remove(done);
            hers.erase(done.front());
        }
    }
    ASSERT_TRUE(isInFiles(scratch.path(), "template-of-anna"));
    const auto forgotten = spool.forget({.templateId = "template-of-anna", .visitId = {}});
    EXPECT_EQ(std::set<std::int64_t>(forgotten.begin(), forgotten.end()), hers);
    EXPECT_FALSE(isInFiles(scratch.path(), "template-of-anna"));
    EXPECT_TRUE(isInFiles(scratch.path(), "template-of-ben"));
}

TEST(SpoolTrouble, forgetsWhatWasDeliveredBefore)
{
    const ScratchDirectory scratch;
    Spool spool(settingsIn(scratch.path()));
    Record person = recordOf("a");
    person.templateId = "template-of-anna";
    const std::vector<std::int64_t> done{add(spool, person)};
    spool.remove(done);
    EXPECT_TRUE(spool.forget({.templateId = "template-of-anna", .visitId = {}}).empty());
    EXPECT_FALSE(isInFiles(scratch.path(), "template-of-anna"));
}

TEST(SpoolTrouble, forgetsHoweverTheTemplateIdIsWritten)
{
    for (const bool onDisk : {true, false}) {
        const ScratchDirectory scratch;
        Spool spool(settingsIn(onDisk ? scratch.path() : std::string()));
        Record person = recordOf("a");
        person.templateId = "0fb10c4e-AAAA";
        const std::int64_t id = add(spool, person);
        add(spool, recordOf("b"));
        EXPECT_EQ(spool.forget({.templateId = "0FB10C4E-aaaa", .visitId = {}}), std::vector{id});
        EXPECT_EQ(waiting(spool), Ids{"b"});
    }
}

TEST(SpoolTrouble, forgetsWhoIsInABrokenFile)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "target-0.sqlite") << "template-of-anna" << std::string(8192, 'x');
    std::ofstream(scratch / "target-7.sqlite.broken-123-wal") << "template-of-anna";
    std::ofstream(scratch / "target-0.sqlite.broken-notes") << "somebody's own";
    std::ofstream(scratch / "other-0.sqlite.broken-123") << "another target's";
    Spool spool(settingsIn(scratch.path()));
    ASSERT_NE(spool.takeNotice(), "");
    add(spool, recordOf("a"));
    spool.forget({});
    EXPECT_TRUE(isInFiles(scratch.path(), "template-of-anna"));
    spool.forget({.templateId = "template-of-anna", .visitId = {}});
    EXPECT_FALSE(isInFiles(scratch.path(), "template-of-anna"));
    EXPECT_TRUE(isInFiles(scratch.path(), "somebody's own"));
    EXPECT_TRUE(isInFiles(scratch.path(), "another target's"));
    EXPECT_EQ(waiting(spool), Ids{"a"});
}

TEST(SpoolTrouble, keepsABrokenFileNoLongerThanRecords)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "target-0.sqlite") << "BROKEN" << std::string(8192, 'x');
    Spool spool(settingsIn(scratch.path()));
    const Moment now = Moment::now();
    spool.expire(later(now, std::chrono::hours(23)));
    EXPECT_TRUE(isInFiles(scratch.path(), "BROKEN"));
    spool.expire(later(now, std::chrono::hours(25)));
    EXPECT_FALSE(isInFiles(scratch.path(), "BROKEN"));
}

TEST(SpoolTrouble, knowsWhereADatabaseIsNotSafe)
{
    for (const unsigned type : {unsigned(NFS_SUPER_MAGIC), unsigned(SMB_SUPER_MAGIC),
                                unsigned(V9FS_MAGIC), unsigned(FUSE_SUPER_MAGIC)})
        EXPECT_TRUE(spool::isNetworkFileSystem(type)) << std::hex << type;
    for (const unsigned type : {unsigned(EXT4_SUPER_MAGIC), unsigned(TMPFS_MAGIC),
                                unsigned(OVERLAYFS_SUPER_MAGIC), unsigned(BTRFS_SUPER_MAGIC)})
        EXPECT_FALSE(spool::isNetworkFileSystem(type)) << std::hex << type;
}

TEST(SpoolTrouble, leavesOrphansOnDiskRatherThanInMemory)
{
    const SmallDisk disk;
    if (!disk.isMounted())
        GTEST_SKIP() << "no file system may be mounted here";
    auto spool = std::make_optional<Spool>(settingsIn(disk.path() + "/spool"));
    {
        Spool dead(settingsIn(disk.path() + "/spool"));
        for (int i = 0; i < 10; ++i)
            add(dead, largeRecord(i));
    }
    disk.fill();
    const std::size_t adopted = spool->adoptOrphans();
    EXPECT_EQ(waiting(*spool), numbersTo(static_cast<int>(adopted)));
    disk.empty();
    std::size_t sum = adopted;
    EXPECT_TRUE(comesTrue([&] {
        sum += spool->adoptOrphans();
        return sum >= 10;
    })) << spool->trouble();
    EXPECT_EQ(waiting(*spool), numbersTo(10));
    EXPECT_EQ(spool->adoptOrphans(), 0U);
    spool.reset();
    Spool again(settingsIn(disk.path() + "/spool"));
    EXPECT_EQ(waiting(again), numbersTo(10));
}

TEST(SpoolTrouble, prefersWhatIsNewOnAFullDisk)
{
    const SmallDisk disk;
    if (!disk.isMounted())
        GTEST_SKIP() << "no file system may be mounted here";
    SpoolSettings settings = settingsIn(disk.path() + "/spool");
    settings.maxBytes = 120'000;
    Spool spool(settings);
    for (int i = 0; i < 10; ++i)
        add(spool, largeRecord(i));
    disk.fill();
    for (int i = 10; i < 100; ++i) {
        add(spool, largeRecord(i));
        EXPECT_LE(spool.bytes(), 120'000U);
    }
    const Ids left = waiting(spool);
    EXPECT_GE(left.size(), 10U);
    EXPECT_EQ(left.back(), "99");
    EXPECT_EQ(left.front(), std::to_string(100 - left.size()));
    EXPECT_EQ(spool.records(), left.size());
    EXPECT_EQ(spool.losses().dropped, 100 - left.size());
    disk.empty();
    EXPECT_TRUE(recovers(spool)) << spool.trouble();
    EXPECT_EQ(waiting(spool), left);
}

namespace
{

/** More than is held in memory of a file: reading it takes the disk. */
void fillBeyondTheCache(Spool &spool, int count)
{
    for (int i = 0; i < count; ++i) {
        Record record = recordOf(std::to_string(i));
        record.json += std::string(100'000, 'j');
        add(spool, std::move(record));
    }
}

} // namespace

TEST(SpoolTrouble, keepsTheOrderOnADiskThatCannotBeRead)
{
    const ScratchDirectory scratch;
    const FailingDisk disk;
    Spool spool(settingsIn(scratch.path()));
    fillBeyondTheCache(spool, 40);
    disk.setWrites(false);
    disk.setReads(false);
    add(spool, recordOf("40"));
    ASSERT_NE(spool.trouble(), "") << "it is in memory";
    // As far as the disk lets it, and not one further.
    Ids all = waiting(spool);
    EXPECT_LT(all.size(), 40U);
    EXPECT_EQ(all, numbersTo(static_cast<int>(all.size())));
    EXPECT_EQ(spool.records(), 41U);
    disk.setWrites(true);
    disk.setReads(true);
    EXPECT_TRUE(recovers(spool)) << spool.trouble();
    EXPECT_EQ(waiting(spool), numbersTo(41));
}

TEST(SpoolTrouble, waitsNotForeverForADiskThatCannotBeRead)
{
    const ScratchDirectory scratch;
    const FailingDisk disk;
    SpoolSettings settings = settingsIn(scratch.path());
    settings.readPatience = std::chrono::milliseconds(200);
    Spool spool(settings);
    fillBeyondTheCache(spool, 40);
    disk.setWrites(false);
    disk.setReads(false);
    add(spool, recordOf("40"));
    ASSERT_NE(spool.trouble(), "");
    EXPECT_TRUE(comesTrue([&] {
        const Ids ids = waiting(spool);
        return !ids.empty() && ids.back() == "40";
    }));
    disk.setWrites(true);
    disk.setReads(true);
    EXPECT_TRUE(recovers(spool)) << spool.trouble();
    EXPECT_EQ(waiting(spool), numbersTo(41)) << "nothing was lost";
}

TEST(SpoolTrouble, countsWhatWaitsOnly)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "spool") << "in the way";
    Spool spool(settingsIn(scratch / "spool"));
    const std::int64_t first = add(spool, recordOf("a"));
    add(spool, recordOf("b"));
    // The second number is that of a record that is long gone.
    const std::vector<std::int64_t> done{first, 77};
    spool.remove(done);
    EXPECT_EQ(spool.records(), 1U);
    EXPECT_EQ(waiting(spool), Ids{"b"});
}

TEST(SpoolTrouble, savesWhatItCanAtItsEnd)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "spool") << "in the way";
    {
        Spool spool(settingsIn(scratch / "spool"));
        add(spool, recordOf("a"));
        ASSERT_NE(spool.trouble(), "");
        std::filesystem::remove(scratch / "spool");
    }
    Spool spool(settingsIn(scratch / "spool"));
    EXPECT_EQ(waiting(spool), Ids{"a"});
}

TEST(SpoolTrouble, hasOneClientIdWhateverTheDiskDoes)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "spool") << "in the way";
    Spool spool(settingsIn(scratch / "spool"));
    const std::string id = spool.keptClientId();
    EXPECT_EQ(spool.keptClientId(), id);
    std::filesystem::remove(scratch / "spool");
    EXPECT_TRUE(recovers(spool)) << spool.trouble();
    EXPECT_EQ(spool.keptClientId(), id);
}

TEST(SpoolTrouble, doesNotMindALinkOnTheWay)
{
    // As the state directory of a systemd service with DynamicUser= is.
    const ScratchDirectory scratch;
    std::filesystem::create_directory(scratch / "disk");
    std::filesystem::create_directory_symlink(scratch / "disk", scratch / "link");
    Spool spool(settingsIn(scratch / "link/spool"));
    EXPECT_EQ(spool.trouble(), "");
    add(spool, recordOf("a"));
    EXPECT_TRUE(isInFiles(scratch / "disk", "visit-of-a"));
}
