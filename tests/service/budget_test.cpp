// SPDX-License-Identifier: LGPL-2.1-or-later
// The day's count on disk, with made-up days.
#include "service/budget.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace ooto::test
{
namespace
{

using service::Budget;
using service::BudgetFile;
using Answer = Budget::Answer;
using std::chrono::days;

constexpr core::LocalDate monday{days(20457)}; // 2026-01-04 in the file
constexpr core::LocalDate tuesday = monday + days(1);

class BudgetTest : public testing::Test
{
protected:
    Budget::Calendar calendar()
    {
        return [this] { return today_; };
    }
    /** How many may be taken, until something else than "taken" is said. */
    static int takeAll(Budget &budget, std::uint64_t limit)
    {
        int taken = 0;
        while (taken < 1000 && budget.take(limit).answer == Answer::Taken)
            ++taken;
        return taken;
    }
    static unsigned modeOf(const std::string &path)
    {
        struct stat status {
        };
        EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777;
    }
    std::string file() const { return directory_ / "state/ooto/budget-x"; }

    ScratchDirectory directory_;
    core::LocalDate today_ = monday;
};

TEST_F(BudgetTest, survivesRestarts)
{
    EXPECT_EQ(takeAll(*std::make_unique<Budget>(file(), calendar()), 7), 7);
    Budget again(file(), calendar());
    EXPECT_EQ(again.take(7).answer, Answer::Spent);
    EXPECT_EQ(again.usedToday(), 7U);
    EXPECT_EQ(takeAll(again, 10), 3);
    EXPECT_EQ(contentOf(file()), "2026-01-04 10\n");
}

TEST_F(BudgetTest, beginsAnewAtMidnightAndNotWhenAClockGoesBack)
{
    Budget budget(file(), calendar());
    takeAll(budget, 5);
    today_ = tuesday;
    EXPECT_EQ(takeAll(budget, 5), 5);
    today_ = monday;
    EXPECT_EQ(takeAll(budget, 5), 0);
    EXPECT_EQ(takeAll(*std::make_unique<Budget>(file(), calendar()), 5), 0);
    today_ = tuesday + days(1);
    EXPECT_EQ(budget.usedToday(), 0U);
    EXPECT_EQ(takeAll(budget, 5), 5);
}

TEST_F(BudgetTest, aClockThatIsWrongUntilItIsSetGivesNothing)
{
    takeAll(*std::make_unique<Budget>(file(), calendar()), 5);
    for (int start = 0; start < 3; ++start) {
        Budget budget(file(), calendar());
        today_ = core::LocalDate(days(0));
        EXPECT_EQ(takeAll(budget, 5), 0);
        EXPECT_EQ(contentOf(file()), "1970-01-01 5 2026-01-04\n");
        today_ = monday;
        EXPECT_EQ(budget.usedToday(), 5U);
        EXPECT_EQ(takeAll(budget, 5), 0);
        EXPECT_EQ(contentOf(file()), "2026-01-04 5\n");
    }
}

TEST_F(BudgetTest, whatWasCountedAloneWhileTheClockWasWrongIsNotForgotten)
{
    Budget budget(file(), calendar());
    takeAll(budget, 5);
    today_ = core::LocalDate(days(0));
    budget.take(0);
    today_ = monday;
    budget.take(10);
    EXPECT_EQ(contentOf(file()), "2026-01-04 7\n");
}

TEST_F(BudgetTest, isSharedByAllWhoUseTheFile)
{
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            Budget budget(file(), calendar());
            for (;;) {
                const Answer answer = budget.take(50).answer;
                if (answer == Answer::Spent)
                    return;
                taken += answer == Answer::Taken;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(taken, 50);
}

TEST_F(BudgetTest, takesBackWhatWasNotSent)
{
    Budget budget(file(), calendar());
    const auto first = budget.take(2);
    budget.take(2);
    EXPECT_EQ(budget.take(2).answer, Answer::Spent);
    budget.giveBack({first.count});
    EXPECT_EQ(contentOf(file()), "2026-01-04 1\n");
    EXPECT_EQ(takeAll(budget, 2), 1);
    today_ = tuesday;
    budget.take(2);
    budget.giveBack({first.count}); // of yesterday
    EXPECT_EQ(budget.usedToday(), 1U);
}

TEST_F(BudgetTest, isForItsUserOnly)
{
    const mode_t before = umask(0);
    Budget(file(), calendar()).take(5);
    umask(before);
    EXPECT_EQ(modeOf(file()), 0600U);
    EXPECT_EQ(modeOf(file() + ".lock"), 0600U);
    EXPECT_EQ(modeOf(directory_ / "state/ooto"), 0700U);
    EXPECT_EQ(modeOf(directory_ / "state"), 0700U);
}

TEST_F(BudgetTest, writesNothingWithoutALimit)
{
    Budget budget(file(), calendar());
    EXPECT_EQ(takeAll(budget, 0), 1000);
    EXPECT_EQ(budget.usedToday(), 1000U);
    EXPECT_FALSE(std::filesystem::exists(file()));
    EXPECT_EQ(budget.take(1000).answer, Answer::Spent) << "a limit that comes later counts them";
    EXPECT_EQ(contentOf(file()), "2026-01-04 1000\n");
}

TEST_F(BudgetTest, warnsAtFourFifths)
{
    Budget budget(file(), calendar());
    for (int i = 1; i <= 10; ++i) {
        const auto taken = budget.take(10);
        ASSERT_EQ(taken.warnings.size(), i == 8 ? 1U : 0U) << i;
        if (i == 8) {
            EXPECT_EQ(taken.warnings[0].substr(0, 33), "8 of today's 10 requests are used");
        }
    }
    today_ = tuesday;
    std::size_t warnings = 0;
    for (int i = 0; i < 10; ++i)
        warnings += budget.take(10).warnings.size();
    EXPECT_EQ(warnings, 1U);
}

TEST_F(BudgetTest, countsInTheProcessWhereItCannotWrite)
{
    // A file where the directory should be, which not even root can write into.
    std::ofstream(directory_ / "state") << "in the way";
    Budget budget(file(), calendar());
    const auto first = budget.take(10);
    EXPECT_EQ(first.answer, Answer::Taken);
    ASSERT_EQ(first.warnings.size(), 1U);
    EXPECT_NE(first.warnings[0].find("XDG_STATE_HOME"), std::string::npos) << first.warnings[0];
    EXPECT_NE(first.warnings[0].find(file()), std::string::npos) << first.warnings[0];
    EXPECT_TRUE(budget.take(10).warnings.empty()) << "told twice";
    EXPECT_EQ(takeAll(budget, 10), 8);
    budget.giveBack({first.count});
    EXPECT_EQ(takeAll(budget, 10), 1);

    // What was counted meanwhile is not forgotten when the file can be written again.
    std::filesystem::remove(directory_ / "state");
    EXPECT_EQ(takeAll(budget, 15), 5);
    EXPECT_EQ(contentOf(file()), "2026-01-04 15\n");
}

TEST_F(BudgetTest, addsWhatItCountedAloneToWhatOthersWrote)
{
    Budget budget(file(), calendar());
    budget.take(0);
    budget.take(0);
    Budget other(file(), calendar());
    other.take(100);
    budget.take(100);
    EXPECT_EQ(contentOf(file()), "2026-01-04 4\n");
    budget.take(100);
    EXPECT_EQ(contentOf(file()), "2026-01-04 5\n") << "added twice";
}

TEST_F(BudgetTest, goesOnFromWhatItKnowsWhenTheFileIsGoneOrGarbage)
{
    Budget budget(file(), calendar());
    budget.take(10);
    budget.take(10);
    for (const char *garbage :
         {"", "hello\n", "2026-13-04 1\n", "2026-01-04 -1\n",
          "2026-01-04 99999999999999999999999999\nx", "2026-01-04 1", "2026-01-04 1 \n",
          "2026-01-04 1 2026-01-32\n", "2026-01-04 1 2026-01-03\n", "2026-01-04  1\n"}) {
        std::ofstream(file()) << garbage;
        EXPECT_EQ(budget.take(20).answer, Answer::Taken) << garbage;
    }
    EXPECT_EQ(contentOf(file()), "2026-01-04 12\n");
    std::filesystem::remove(file());
    budget.take(20);
    EXPECT_EQ(contentOf(file()), "2026-01-04 13\n");
}

TEST_F(BudgetTest, knowsTheFileBeforeItTakes)
{
    takeAll(*std::make_unique<Budget>(file(), calendar()), 7);
    Budget again(file(), calendar());
    again.take(0); // counted here only
    const int lockFile = open((file() + ".lock").c_str(), O_RDWR);
    ASSERT_EQ(flock(lockFile, LOCK_EX), 0);
    again.look();
    close(lockFile);
    EXPECT_EQ(again.usedToday(), 8U);
    again.take(10);
    EXPECT_EQ(contentOf(file()), "2026-01-04 9\n");
    today_ = tuesday;
    Budget tomorrow(file(), calendar());
    tomorrow.look();
    EXPECT_EQ(tomorrow.usedToday(), 0U);
}

TEST_F(BudgetTest, looksAtNoFileThatIsNotThereOrMakesNoSense)
{
    Budget budget(file(), calendar());
    budget.take(0);
    budget.look();
    EXPECT_EQ(budget.usedToday(), 1U);
    std::filesystem::create_directories(std::filesystem::path(file()).parent_path());
    std::ofstream(file()) << "nonsense";
    budget.look();
    EXPECT_EQ(budget.usedToday(), 1U);
}

TEST_F(BudgetTest, aFifoInTheWayOfItsFilesBlocksNothing)
{
    std::filesystem::create_directories(std::filesystem::path(file()).parent_path());
    ASSERT_EQ(mkfifo((file() + ".new").c_str(), 0600), 0);
    Budget budget(file(), calendar());
    EXPECT_EQ(budget.take(10).answer, Answer::Taken) << "counted in this process";
    ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
    budget.look();
    EXPECT_EQ(budget.take(10).answer, Answer::Taken);
}

TEST_F(BudgetTest, doesNotWaitLongForAProcessThatHoldsTheFile)
{
    Budget budget(file(), calendar());
    const auto before = budget.take(10);
    const int lockFile = open((file() + ".lock").c_str(), O_RDWR);
    ASSERT_EQ(flock(lockFile, LOCK_EX), 0);
    EXPECT_EQ(budget.take(10).answer, Answer::Busy);
    budget.giveBack({before.count}); // made up for later
    close(lockFile);
    EXPECT_EQ(budget.take(10).answer, Answer::Taken);
    EXPECT_EQ(contentOf(file()), "2026-01-04 1\n");
}

TEST_F(BudgetTest, takesBackManyAtOnceAndWaitsForAllOfThemOnce)
{
    Budget budget(file(), calendar());
    std::vector<Budget::Count> counts;
    for (int i = 0; i < 64; ++i)
        counts.push_back(budget.take(100).count);
    const std::vector<Budget::Count> some(counts.begin(), counts.begin() + 24);
    const std::vector<Budget::Count> rest(counts.begin() + 24, counts.end());
    budget.giveBack(some);
    EXPECT_EQ(contentOf(file()), "2026-01-04 40\n");

    const int lockFile = open((file() + ".lock").c_str(), O_RDWR);
    ASSERT_EQ(flock(lockFile, LOCK_EX), 0);
    const auto begin = std::chrono::steady_clock::now();
    budget.giveBack(rest);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
    close(lockFile);
    EXPECT_EQ(budget.usedToday(), 0U);
    budget.take(100);
    EXPECT_EQ(contentOf(file()), "2026-01-04 1\n");
}

TEST_F(BudgetTest, givingBackForgetsNothingThatIsNotOnDiskYet)
{
    Budget budget(file(), calendar());
    const auto first = budget.take(10);
    const auto second = budget.take(0);
    budget.take(0);
    budget.giveBack({first.count, second.count});
    EXPECT_EQ(contentOf(file()), "2026-01-04 0\n");
    EXPECT_EQ(budget.usedToday(), 1U);
    budget.take(10);
    EXPECT_EQ(contentOf(file()), "2026-01-04 2\n");
}

TEST_F(BudgetTest, aLinkIsNotFollowed)
{
    Budget budget(file(), calendar());
    budget.take(10);
    std::filesystem::remove(file());
    std::ofstream(directory_ / "precious") << "2026-01-04 3\n";
    std::filesystem::create_symlink(directory_ / "precious", file());
    budget.take(10);
    EXPECT_EQ(contentOf(directory_ / "precious"), "2026-01-04 3\n");
}

TEST(BudgetPath, isOneForEachServiceAndAppIdAndTellsNeither)
{
    const std::string path = BudgetFile::pathFor("https://cloud.example/identify", "the-id");
    EXPECT_EQ(path, BudgetFile::pathFor("https://cloud.example/identify", "the-id"));
    EXPECT_NE(path, BudgetFile::pathFor("https://cloud.example/identify", "other-id"));
    EXPECT_NE(path, BudgetFile::pathFor("https://cloud.example/identif", "ythe-id"));
    EXPECT_EQ(path.find("the-id"), std::string::npos);
    EXPECT_EQ(path.find("cloud"), std::string::npos);
}

TEST(BudgetPath, isWhereStateBelongs)
{
    const char *const was = std::getenv("XDG_STATE_HOME");
    const std::string before = was ? was : "";
    setenv("XDG_STATE_HOME", "/somewhere", 1);
    EXPECT_EQ(BudgetFile::pathFor("a", "b").substr(0, 23), "/somewhere/ooto/budget-");
    for (const char *useless : {"", "relative/path"}) {
        setenv("XDG_STATE_HOME", useless, 1);
        EXPECT_NE(BudgetFile::pathFor("a", "b").find("/.local/state/ooto/budget-"),
                  std::string::npos);
    }
    unsetenv("XDG_STATE_HOME");
    if (was)
        setenv("XDG_STATE_HOME", before.c_str(), 1);
}

} // namespace
} // namespace ooto::test
