// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/notifier.h"
#include "support/scratch_directory.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace ooto::watch
{
namespace
{

using namespace std::chrono_literals;

/** What systemd would be: the socket that NOTIFY_SOCKET names. */
class NotifierTest : public testing::Test
{
protected:
    NotifierTest() : socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        const std::string path = folder / "notify";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address),
                  0);
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~NotifierTest() override
    {
        unsetenv("NOTIFY_SOCKET");
        unsetenv("WATCHDOG_USEC");
        unsetenv("WATCHDOG_PID");
    }

    static void setWatchdog(const char *us)
    {
        setenv("WATCHDOG_USEC", us, 1);
        setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
    }

    /** What was told next; empty: nothing. */
    std::string told()
    {
        std::array<char, 4096> bytes{};
        const ssize_t size = recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
    }

    test::ScratchDirectory folder;
    system::FileDescriptor socket;
};

TEST_F(NotifierTest, tellsEachStepOfALife)
{
    Notifier notifier;
    notifier.ready("2 cameras");
    EXPECT_EQ(told(), "READY=1\nSTATUS=2 cameras");
    notifier.status("2 cameras");
    EXPECT_EQ(told(), "") << "nothing new";
    notifier.status("1 camera\nREADY=1");
    EXPECT_EQ(told(), "STATUS=1 camera READY=1");
    notifier.stopping("bye");
    EXPECT_EQ(told(), "STOPPING=1\nSTATUS=bye");
}

TEST_F(NotifierTest, saysWhenAReloadBeganByTheMonotonicClock)
{
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC, &time);
        return static_cast<unsigned long long>(time.tv_sec) * 1000000 +
               static_cast<unsigned long long>(time.tv_nsec) / 1000;
    };
    Notifier notifier;
    const unsigned long long before = now();
    notifier.reloading();
    const std::string text = told();
    const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
    ASSERT_TRUE(text.starts_with(head)) << text;
    const unsigned long long said = std::stoull(text.substr(head.size()));
    EXPECT_GE(said, before);
    EXPECT_LE(said, now());
    notifier.ready("2 cameras");
    EXPECT_EQ(told(), "READY=1\nSTATUS=2 cameras");
}

TEST_F(NotifierTest, feedsTheWatchdogByTicksOnly)
{
    setWatchdog("10000000");
    Notifier notifier;
    ASSERT_TRUE(notifier.watchdogInterval());
    EXPECT_EQ(*notifier.watchdogInterval(), 5s);
    EXPECT_EQ(told(), "");
    const auto start = Notifier::Clock::now();
    notifier.tick(start);
    EXPECT_EQ(told(), "WATCHDOG=1");
    notifier.tick(start + 4999ms);
    EXPECT_EQ(told(), "");
    notifier.tick(start + 5s);
    EXPECT_EQ(told(), "WATCHDOG=1");
    notifier.status("still here");
    EXPECT_EQ(told(), "STATUS=still here");
}

TEST_F(NotifierTest, hasNoWatchdogOfAnotherProcess)
{
    setWatchdog("10000000");
    setenv("WATCHDOG_PID", "1", 1);
    Notifier notifier;
    EXPECT_FALSE(notifier.watchdogInterval());
    notifier.tick(Notifier::Clock::now());
    EXPECT_EQ(told(), "");
}

TEST(Notifier, isSilentWithoutSystemd)
{
    unsetenv("NOTIFY_SOCKET");
    Notifier notifier;
    notifier.ready("2 cameras");
    notifier.tick(Notifier::Clock::now());
    EXPECT_FALSE(notifier.watchdogInterval());
}

} // namespace
} // namespace ooto::watch
