// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/log.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace ooto::watch
{
namespace
{

using system::FileDescriptor;

struct Pipe {
    Pipe()
    {
        std::array<int, 2> ends{};
        EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
        reader = FileDescriptor(ends[0]);
        writer = FileDescriptor(ends[1]);
    }

    /** Waits up to 20 s for a line. */
    std::string readLine()
    {
        for (;;) {
            const auto end = unread.find('\n');
            if (end != std::string::npos) {
                const std::string line = unread.substr(0, end);
                unread.erase(0, end + 1);
                return line;
            }
            pollfd readable{.fd = reader.get(), .events = POLLIN, .revents = 0};
            std::array<char, 4096> bytes{};
            if (poll(&readable, 1, 20000) <= 0)
                return "(no line)";
            const ssize_t size = read(reader.get(), bytes.data(), bytes.size());
            if (size <= 0)
                return "(closed)";
            unread.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

    FileDescriptor reader;
    FileDescriptor writer;
    std::string unread;
};

// 2025-01-31T12:00:00Z
const std::chrono::system_clock::time_point noon{std::chrono::seconds(1738324800)};

TEST(LogLine, hasTimeLevelFieldsAndText)
{
    EXPECT_EQ(logLine(LogFormat::Text, noon, LogLevel::Warning, "no buffer for 10 s",
                      {{"camera", "door"}, {"state", "stalled"}}),
              "2025-01-31T12:00:00.000000Z warning camera=door state=stalled no buffer for 10 s");
    EXPECT_EQ(logLine(LogFormat::Json, noon, LogLevel::Info, "ready", {{"camera", "door"}}),
              R"({"time":"2025-01-31T12:00:00.000000Z","level":"info","text":"ready",)"
              R"("camera":"door"})");
}

TEST(LogLine, staysOneLineWhateverOthersWriteInIt)
{
    for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
        const std::string line =
            logLine(format, noon, LogLevel::Error, "a\nb\x1b[31m\xff\r",
                    {{"camera", "x\n2025-01-31T12:00:00Z error forged\"\\ = \u202e"}});
        for (const char *bad : {"\n", "\r", "\x1b", "\xff", "\u202e"})
            EXPECT_EQ(line.find(bad), std::string::npos) << line;
    }
    EXPECT_EQ(logLine(LogFormat::Text, noon, LogLevel::Info, "x", {{"camera", "a \"b\" \\"}}),
              R"(2025-01-31T12:00:00.000000Z info camera="a \"b\" \\" x)");
    EXPECT_LT(logLine(LogFormat::Text, noon, LogLevel::Info, std::string(100000, 'x'), {}).size(),
              2000U);
}

TEST(Log, writesEachLineInOrderAndAllBeforeItEnds)
{
    Pipe pipe;
    {
        Log log(LogFormat::Text, pipe.writer.get());
        for (int i = 0; i < 100; ++i)
            log.write(LogLevel::Info, "line " + std::to_string(i));
    }
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(pipe.readLine().ends_with(" info line " + std::to_string(i)));
}

TEST(Log, tellsTheSameOfASubjectOnce)
{
    Pipe pipe;
    {
        Log log(LogFormat::Text, pipe.writer.get());
        for (int i = 0; i < 3; ++i) {
            log.writeChange("door", LogLevel::Warning, "refused", {{"camera", "door"}});
            log.writeChange("yard", LogLevel::Warning, "refused", {{"camera", "yard"}});
        }
        log.writeChange("door", LogLevel::Info, "live", {{"camera", "door"}});
        log.writeChange("door", LogLevel::Warning, "refused", {{"camera", "door"}});
        log.write(LogLevel::Info, "end");
    }
    EXPECT_TRUE(pipe.readLine().ends_with("camera=door refused"));
    EXPECT_TRUE(pipe.readLine().ends_with("camera=yard refused"));
    EXPECT_TRUE(pipe.readLine().ends_with("camera=door live"));
    EXPECT_TRUE(pipe.readLine().ends_with("camera=door refused"));
    EXPECT_TRUE(pipe.readLine().ends_with("info end"));
}

TEST(Log, neverWaitsForAReaderAndSaysWhatIsMissing)
{
    Pipe pipe;
    Log log(LogFormat::Text, pipe.writer.get());
    // A pipe takes 64 KiB and the queue 1024 lines: this is much more, and nobody reads.
    const std::string text(500, 'x');
    for (int i = 0; i < 5000; ++i)
        log.write(LogLevel::Info, text);
    const std::uint64_t dropped = log.dropped();
    EXPECT_GT(dropped, 2000U);
    std::string line;
    std::uint64_t read = 0;
    for (; line.find("were dropped") == std::string::npos && read < 5000; ++read)
        line = pipe.readLine();
    EXPECT_NE(line.find(std::to_string(dropped) + " lines were dropped"), std::string::npos)
        << line;
    EXPECT_EQ(read - 1 + dropped, 5000U);
}

TEST(Log, endsAlsoWhereNobodyEverReads)
{
    // The thread that is left behind must not meet another pipe under the number of this one.
    static Pipe pipe;
    {
        Log log(LogFormat::Text, pipe.writer.get());
        for (int i = 0; i < 1000; ++i)
            log.write(LogLevel::Info, std::string(500, 'x'));
    }
    // Frees the thread that hangs in its write.
    pipe.reader = FileDescriptor();
}

TEST(Log, outlivesItsReader)
{
    Pipe pipe;
    pipe.reader = FileDescriptor();
    Log log(LogFormat::Text, pipe.writer.get());
    for (int i = 0; i < 10; ++i)
        log.write(LogLevel::Info, "to nobody"); // SIGPIPE would end the test.
}

TEST(Log, tellsTheJournalTheLevel)
{
    Pipe pipe;
    struct stat file {
    };
    ASSERT_EQ(fstat(pipe.writer.get(), &file), 0);
    setenv("JOURNAL_STREAM",
           (std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino)).c_str(), 1);
    {
        Log log(LogFormat::Json, pipe.writer.get());
        log.write(LogLevel::Warning, "careful");
        log.setFormat(LogFormat::Text);
        log.write(LogLevel::Error, "broken");
    }
    unsetenv("JOURNAL_STREAM");
    EXPECT_TRUE(pipe.readLine().starts_with("<4>{\"time\":"));
    EXPECT_TRUE(pipe.readLine().starts_with("<3>20"));
}

} // namespace
} // namespace ooto::watch
