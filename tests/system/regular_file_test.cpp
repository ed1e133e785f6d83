// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/scratch_directory.h"
#include "system/regular_file.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>

namespace ooto::system
{
namespace
{

class RegularFiles : public testing::Test
{
protected:
    std::string file(const std::string &content)
    {
        const std::string path = directory_ / "file";
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    std::string fifo()
    {
        const std::string path = directory_ / "fifo";
        EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
        return path;
    }
    std::string socketFile()
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = directory_ / "socket";
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        socket_ = FileDescriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(bind(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address),
                  0);
        return path;
    }
    /** Nothing, and why. */
    static std::string problemOf(const std::string &path, std::size_t maxBytes = 1024)
    {
        std::string problem;
        EXPECT_EQ(readRegularFile(path, maxBytes, problem), std::nullopt) << path;
        return problem;
    }

    test::ScratchDirectory directory_;
    FileDescriptor socket_;
};

TEST_F(RegularFiles, areReadWhole)
{
    std::string problem;
    for (const std::size_t size : {0, 1, 65535, 65536, 65537, 200000}) {
        const std::string content(size, 'x');
        EXPECT_EQ(readRegularFile(file(content), 200000, problem), content) << size;
    }
    EXPECT_EQ(problem, "");
}

TEST_F(RegularFiles, mayBeReachedThroughALink)
{
    std::string problem;
    std::filesystem::create_symlink(file("content"), directory_ / "link");
    EXPECT_EQ(readRegularFile(directory_ / "link", 100, problem), "content");
}

TEST_F(RegularFiles, maySayThatTheyAreEmptyAndAreNot)
{
    std::string problem;
    const auto content = readRegularFile("/proc/self/status", 65536, problem);
    ASSERT_TRUE(content) << problem;
    EXPECT_NE(content->find("Pid:"), std::string::npos);
}

TEST_F(RegularFiles, areNotWaitedForWhereTheyAreSomethingElse)
{
    const std::string pipe = fifo();
    std::filesystem::create_symlink(pipe, directory_ / "link");
    EXPECT_EQ(problemOf(pipe), "is a FIFO, no regular file");
    EXPECT_EQ(problemOf(directory_ / "link"), "is a FIFO, no regular file");
    EXPECT_EQ(problemOf(directory_.path()), "is a directory, no regular file");
    EXPECT_EQ(problemOf("/dev/zero"), "is a device, no regular file");
    EXPECT_NE(problemOf(socketFile()).find("cannot be read"), std::string::npos);
    EXPECT_NE(problemOf(directory_ / "none").find("cannot be read (No such file"),
              std::string::npos);
    EXPECT_NE(problemOf("").find("cannot be read"), std::string::npos);
}

TEST_F(RegularFiles, haveALimit)
{
    EXPECT_EQ(problemOf(file(std::string(1025, 'x'))), "is larger than 1 KiB");
    const std::string huge = file("");
    std::filesystem::resize_file(huge, std::uintmax_t{1} << 40); // takes no space
    EXPECT_EQ(problemOf(huge, 16u << 20), "is larger than 16 MiB");
}

} // namespace
} // namespace ooto::system
