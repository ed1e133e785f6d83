// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/active_store.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace ooto::watch
{
namespace
{

class ActiveStoreTest : public testing::Test
{
protected:
    void write(const std::string &content) { std::ofstream(path) << content; }

    test::ScratchDirectory folder;
    const std::string path = folder / "ooto/active";
};

TEST_F(ActiveStoreTest, takesTheFilesWordBeforeAnybodyChose)
{
    const ActiveStore store(path);
    EXPECT_EQ(store.problem(), "");
    EXPECT_TRUE(store.isActive("door", true));
    EXPECT_FALSE(store.isActive("door", false));
    EXPECT_FALSE(store.unsaved());
}

TEST_F(ActiveStoreTest, keepsEachChoiceOverRestarts)
{
    const std::string nasty = "a=on\n# end\n%41 ü";
    {
        ActiveStore store(path);
        EXPECT_EQ(store.set("door", false), "");
        EXPECT_EQ(store.set("yard", true), "");
        EXPECT_EQ(store.set(nasty, false), "");
        EXPECT_EQ(store.set("hall", false), "");
        EXPECT_EQ(store.set("hall", true), "");
    }
    const ActiveStore store(path);
    EXPECT_EQ(store.problem(), "");
    EXPECT_FALSE(store.isActive("door", true));
    EXPECT_TRUE(store.isActive("yard", false));
    EXPECT_FALSE(store.isActive(nasty, true));
    EXPECT_TRUE(store.isActive("hall", true));
    EXPECT_TRUE(store.isActive("other", true));
    struct stat file {
    };
    ASSERT_EQ(stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600U);
}

TEST_F(ActiveStoreTest, leavesCamerasOffOnDoubt)
{
    ActiveStore(path).set("yard", true);
    ActiveStore(path).set("door", false);
    const std::string whole = test::contentOf(path);
    std::vector<std::string> broken{"", whole + "nonsense\n", "\0\0\0\0", "yard=maybe\n# end\n"};
    for (std::size_t size = 0; size < whole.size(); ++size)
        broken.push_back(whole.substr(0, size));
    for (const std::string &content : broken) {
        write(content);
        const ActiveStore store(path);
        EXPECT_NE(store.problem(), "") << content;
        EXPECT_FALSE(store.isActive("door", true)) << content;
        EXPECT_FALSE(store.isActive("other", true)) << content;
    }
}

TEST_F(ActiveStoreTest, staysInDoubtAfterARestartAndTheNextChoice)
{
    ActiveStore(path).set("door", false);
    write("doo");
    {
        ActiveStore store(path);
        EXPECT_NE(store.problem().find(path), std::string::npos) << store.problem();
        EXPECT_EQ(store.set("yard", true), "");
        EXPECT_TRUE(store.isActive("yard", true));
    }
    const ActiveStore store(path);
    EXPECT_TRUE(store.isActive("yard", true));
    EXPECT_FALSE(store.isActive("door", true)) << "it was off";
    EXPECT_NE(store.problem(), "") << "people hear of it until it is over";
}

TEST_F(ActiveStoreTest, doesNotTakeADirectoryOrALinkToNothingForNoFile)
{
    std::filesystem::create_directories(path);
    EXPECT_FALSE(ActiveStore(path).isActive("door", true));
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/nowhere/else", path);
    EXPECT_FALSE(ActiveStore(path).isActive("door", true));
}

TEST_F(ActiveStoreTest, switchesOffAlsoWhereNothingCanBeWrittenAndSaysSo)
{
    // A file in place of the directory: root may write wherever there is one.
    std::ofstream(folder / "ooto") << "in the way";
    ActiveStore store(path);
    const std::string problem = store.set("door", false);
    EXPECT_NE(problem.find(folder / "ooto"), std::string::npos) << problem;
    EXPECT_FALSE(store.isActive("door", true));
    EXPECT_TRUE(store.unsaved());
    EXPECT_NE(store.saveAgain(), "");
    std::filesystem::remove(folder / "ooto");
    EXPECT_EQ(store.saveAgain(), "");
    EXPECT_FALSE(store.unsaved());
    EXPECT_FALSE(ActiveStore(path).isActive("door", true));
}

/** Within its life no file grows over so many bytes: writes end as on a full disk. */
class NoSpace
{
public:
    explicit NoSpace(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit small = before_;
        small.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~NoSpace()
    {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    NoSpace(const NoSpace &) = delete;
    NoSpace &operator=(const NoSpace &) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

TEST_F(ActiveStoreTest, keepsTheOldFileWhereTheNewOneFitsInPartOnly)
{
    ActiveStore store(path);
    EXPECT_EQ(store.set("door", false), "");
    const std::string before = test::contentOf(path);
    std::string problem;
    {
        const NoSpace full(10);
        problem = store.set("yard", false);
    }
    EXPECT_NE(problem.find(path), std::string::npos) << problem;
    EXPECT_EQ(test::contentOf(path), before);
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
    EXPECT_FALSE(store.isActive("yard", true));
    EXPECT_EQ(store.saveAgain(), "");
    EXPECT_FALSE(ActiveStore(path).isActive("yard", true));
}

TEST_F(ActiveStoreTest, leavesTheOldFileWhereTheNewOneFails)
{
    ActiveStore store(path);
    EXPECT_EQ(store.set("door", false), "");
    // The new file cannot be made: its name is taken by a directory that is not empty.
    std::filesystem::create_directories(path + ".new/x");
    EXPECT_NE(store.set("door", true), "");
    EXPECT_TRUE(store.isActive("door", true));
    EXPECT_FALSE(ActiveStore(path).isActive("door", true)) << "as it was kept last";
}

TEST_F(ActiveStoreTest, keepsWhatSeveralThreadsChoose)
{
    ActiveStore store(path);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&store, thread] {
            for (int i = 0; i < 25; ++i)
                EXPECT_EQ(store.set(std::to_string(thread) + '-' + std::to_string(i), i % 2 == 0),
                          "");
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_FALSE(store.unsaved());
    const ActiveStore again(path);
    for (int thread = 0; thread < 4; ++thread) {
        for (int i = 0; i < 25; ++i)
            EXPECT_EQ(again.isActive(std::to_string(thread) + '-' + std::to_string(i), i % 2 != 0),
                      i % 2 == 0);
    }
}

} // namespace
} // namespace ooto::watch
