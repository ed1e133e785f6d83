// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/vision/detector_pool.cpp
#include "vision/detector_pool.h"

#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>

namespace ooto::vision
{
namespace
{

class NoDetector : public Detector
{
public:
    std::vector<Detection> detect(const core::ImageView &, double) override { return {}; }
    const std::string &lastError() const override { return error_; }
    double smallestFacePx() const override { return 16; }
    std::chrono::seconds stillInterval() const override { return std::chrono::seconds(10); }
    const char *name() const override { return "none"; }

private:
    std::string error_;
};

int loaded = 0;

LoadedDetector load(const std::string &file)
{
    ++loaded;
    std::ifstream content(file);
    std::string text;
    content >> text;
    if (text == "bad")
        return {nullptr, "it is bad"};
    return {std::make_unique<NoDetector>(), {}};
}

class Pool : public testing::Test
{
protected:
    Pool() : file_(folder_.path() + "/model")
    {
        loaded = 0;
        write("good");
    }

    void write(const std::string &text) { std::ofstream(file_) << text; }
    std::shared_ptr<DetectorPool> open() { return DetectorPool::forFile(load, file_, error_); }

    test::ScratchDirectory folder_;
    std::string file_;
    std::string error_;
};

} // namespace

TEST_F(Pool, isOneForAllWhoWantTheSameFile)
{
    const auto first = open();
    const auto second = open();
    ASSERT_TRUE(first);
    EXPECT_EQ(first, second);
    EXPECT_EQ(loaded, 1);
    EXPECT_EQ(first->smallestFacePx(), 16);
    EXPECT_STREQ(first->name(), "none");
}

TEST_F(Pool, makesAnotherDetectorOnlyWhereAllAreLent)
{
    const auto pool = open();
    ASSERT_TRUE(pool);
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(bool(pool->borrow()));
    EXPECT_EQ(pool->size(), 1u);
    {
        const auto one = pool->borrow();
        const auto two = pool->borrow();
        EXPECT_TRUE(one && two);
        EXPECT_NE(&*one, &*two);
    }
    EXPECT_EQ(pool->size(), 2u);
    EXPECT_EQ(loaded, 2);
}

TEST_F(Pool, saysWhyThereIsNone)
{
    write("bad");
    EXPECT_FALSE(open());
    EXPECT_EQ(error_, "it is bad");
}

TEST_F(Pool, lendsNoneWhereTheFileIsBadMeanwhileAndGoesOnWithWhatItHas)
{
    const auto pool = open();
    ASSERT_TRUE(pool);
    write("bad");
    {
        const auto one = pool->borrow();
        EXPECT_TRUE(bool(one));
        EXPECT_FALSE(bool(pool->borrow()));
        EXPECT_EQ(pool->error(), "it is bad");
    }
    EXPECT_TRUE(bool(pool->borrow()));
}

TEST_F(Pool, isAnotherForAnotherFileOfTheSameName)
{
    const auto before = open();
    write("better");
    const auto after = open();
    ASSERT_TRUE(before && after);
    EXPECT_NE(before, after);
}

} // namespace ooto::vision
