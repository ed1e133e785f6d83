// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines into files, pipes and what is full.
#include "publish/file_target.h"
#include "support/inbox.h"
#include "support/scratch_directory.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using publish::Verdict;

class Writer
{
public:
    explicit Writer(const std::string &path)
    {
        thread_.runAndWait([&] {
            target_ = publish::makeFileTarget(path, thread_);
            target_->open(
                {.onDone = [inbox = done_](std::int64_t,
                                           const Verdict &verdict) { inbox->put(verdict); },
                 .onState = nullptr,
                 .onReady = nullptr});
        });
    }
    ~Writer() { close(); }

    void close()
    {
        thread_.runAndWait([this] {
            if (target_)
                target_->close(50ms);
            target_.reset();
        });
    }

    void start(const std::string &body)
    {
        thread_.runAndWait([&] {
            publish::Outgoing outgoing;
            outgoing.id = ++id_;
            outgoing.body = body;
            target_->send(std::move(outgoing));
        });
    }
    Verdict::Kind write(const std::string &body)
    {
        start(body);
        const std::vector<Verdict> verdicts = done_->waitFor(static_cast<std::size_t>(id_), 20s);
        EXPECT_EQ(verdicts.size(), static_cast<std::size_t>(id_));
        return verdicts.empty() ? Verdict::Kind::Rejected : verdicts.back().kind;
    }

private:
    std::shared_ptr<Inbox<Verdict>> done_ = std::make_shared<Inbox<Verdict>>();
    http::NetworkThread thread_;
    std::unique_ptr<publish::Target> target_;
    std::int64_t id_ = 0;
};

using system::FileDescriptor;

struct Pipe {
    Pipe()
    {
        std::array<int, 2> ends{-1, -1};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        reader = FileDescriptor(ends[0]);
        writer = FileDescriptor(ends[1]);
    }
    /** Until nothing more fits. */
    void fill() const
    {
        ASSERT_EQ(::fcntl(writer.get(), F_SETFL, O_NONBLOCK), 0);
        const std::string block(65536, '.');
        while (::write(writer.get(), block.data(), block.size()) > 0) {
        }
        ASSERT_EQ(::fcntl(writer.get(), F_SETFL, 0), 0);
    }

    FileDescriptor reader;
    FileDescriptor writer;
};

/** The program's standard output, for as long as it lives. */
class StandardOutput
{
public:
    explicit StandardOutput(int descriptor)
    {
        std::fflush(stdout);
        before_ = FileDescriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
        ::dup2(descriptor, STDOUT_FILENO);
    }
    StandardOutput(const StandardOutput &) = delete;
    StandardOutput &operator=(const StandardOutput &) = delete;
    ~StandardOutput()
    {
        std::fflush(stdout);
        ::dup2(before_.get(), STDOUT_FILENO);
    }

private:
    FileDescriptor before_;
};

/** No file of the process may be larger; there is no signal by itself that says so. */
class LargestFile
{
public:
    explicit LargestFile(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    LargestFile(const LargestFile &) = delete;
    LargestFile &operator=(const LargestFile &) = delete;
    ~LargestFile() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

/** What comes, up to `size`; waits for a pipe's writer. */
std::string readSome(int descriptor, std::size_t size)
{
    pollfd writer{.fd = descriptor, .events = POLLIN, .revents = 0};
    ::poll(&writer, 1, 20000);
    std::string text(size, '\0');
    std::size_t there = 0;
    while (there < size) {
        const ssize_t some = ::read(descriptor, text.data() + there, size - there);
        if (some <= 0)
            break;
        there += static_cast<std::size_t>(some);
    }
    text.resize(there);
    return text;
}

TEST(FileTarget, writesOneLineAnEventForItsOwner)
{
    const ScratchDirectory scratch;
    Writer writer(scratch / "f");
    EXPECT_EQ(writer.write("{\"a\":\n1}\n"), Verdict::Kind::Delivered);
    EXPECT_EQ(writer.write("b"), Verdict::Kind::Delivered);
    EXPECT_EQ(contentOf(scratch / "f"), "{\"a\": 1}\nb\n");
    struct stat there {
    };
    ASSERT_EQ(::stat((scratch / "f").c_str(), &there), 0);
    EXPECT_EQ(there.st_mode & 0777, 0600U);
}

TEST(FileTarget, goesOnInANewFileAfterAMoveOrADeletion)
{
    const ScratchDirectory scratch;
    Writer writer(scratch / "f");
    writer.write("a");
    std::filesystem::rename(scratch / "f", scratch / "f.1");
    writer.write("b");
    EXPECT_EQ(contentOf(scratch / "f.1"), "a\n");
    EXPECT_EQ(contentOf(scratch / "f"), "b\n");
    std::filesystem::remove(scratch / "f");
    writer.write("c");
    EXPECT_EQ(contentOf(scratch / "f"), "c\n");
}

TEST(FileTarget, goesOnInAFileThatWasEmptied)
{
    const ScratchDirectory scratch;
    Writer writer(scratch / "f");
    writer.write("a");
    ASSERT_EQ(::truncate((scratch / "f").c_str(), 0), 0);
    writer.write("b");
    EXPECT_EQ(contentOf(scratch / "f"), "b\n") << "as logrotate's copytruncate does it";
}

TEST(FileTarget, beginsALineOfItsOwnBehindOneThatAKillCutOff)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "f") << "a\n{\"event-id\":\"ru";
    {
        Writer writer(scratch / "f");
        EXPECT_EQ(writer.write("b"), Verdict::Kind::Delivered);
        EXPECT_EQ(writer.write("c"), Verdict::Kind::Delivered);
    }
    Writer writer(scratch / "f");
    EXPECT_EQ(writer.write("d"), Verdict::Kind::Delivered);
    EXPECT_EQ(contentOf(scratch / "f"), "a\n{\"event-id\":\"ru\nb\nc\nd\n");
}

TEST(FileTarget, beginsALineOfItsOwnBehindOneThatHadNoRoom)
{
    const ScratchDirectory scratch;
    Writer writer(scratch / "f");
    writer.write("aaaa");
    {
        const LargestFile limit(8);
        EXPECT_EQ(writer.write("bbbbbbbb"), Verdict::Kind::NoRoom);
        EXPECT_EQ(contentOf(scratch / "f"), "aaaa\nbbb");
        EXPECT_EQ(writer.write("bbbbbbbb"), Verdict::Kind::NoRoom);
    }
    EXPECT_EQ(writer.write("bbbbbbbb"), Verdict::Kind::Delivered);
    EXPECT_EQ(contentOf(scratch / "f"), "aaaa\nbbb\nbbbbbbbb\n");
}

TEST(FileTarget, beginsANewFileWithTheWholeLine)
{
    const ScratchDirectory scratch;
    Writer writer(scratch / "f");
    {
        const LargestFile limit(3);
        EXPECT_EQ(writer.write("bbbbbbbb"), Verdict::Kind::NoRoom);
    }
    std::filesystem::rename(scratch / "f", scratch / "f.1");
    EXPECT_EQ(writer.write("bbbbbbbb"), Verdict::Kind::Delivered);
    EXPECT_EQ(contentOf(scratch / "f.1"), "bbb");
    EXPECT_EQ(contentOf(scratch / "f"), "bbbbbbbb\n");
}

TEST(FileTarget, writesToTheProgramsOwnOutput)
{
    const Pipe pipe;
    Writer writer("/dev/stdout");
    {
        const StandardOutput output(pipe.writer.get());
        EXPECT_EQ(writer.write("a"), Verdict::Kind::Delivered);
        EXPECT_EQ(writer.write("b"), Verdict::Kind::Delivered);
    }
    EXPECT_EQ(readSome(pipe.reader.get(), 4), "a\nb\n");
}

TEST(FileTarget, appendsToTheProgramsOwnOutputInAFile)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch / "f") << "0:00:01.0 / 99:99:99";
    const FileDescriptor file(
        ::open((scratch / "f").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    ASSERT_TRUE(file);
    const StandardOutput output(file.get());
    Writer writer("/dev/stdout");
    EXPECT_EQ(writer.write("a"), Verdict::Kind::Delivered);
    EXPECT_EQ(contentOf(scratch / "f"), "0:00:01.0 / 99:99:99\na\n");
}

TEST(FileTarget, closesWhileAnOutputThatNobodyReadsHoldsIt)
{
    Pipe pipe;
    pipe.fill();
    const StandardOutput output(pipe.writer.get());
    Writer writer("/dev/stdout");
    writer.start("a");
    writer.start("b");
    writer.close(); // would hang here
    pipe.reader = FileDescriptor();
}

TEST(FileTarget, givesAPipeWholeLinesHoweverSlowItsReaderIs)
{
    const ScratchDirectory scratch;
    ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
    const FileDescriptor reader(
        ::open((scratch / "pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_EQ(::fcntl(reader.get(), F_SETFL, 0), 0);
    Writer writer(scratch / "pipe");
    const std::string large(300000, 'x'); // more than the pipe holds
    writer.start(large);
    EXPECT_TRUE(readSome(reader.get(), large.size() + 1) == large + "\n");
    EXPECT_EQ(writer.write("b"), Verdict::Kind::Delivered);
    EXPECT_EQ(readSome(reader.get(), 2), "b\n");
}

TEST(FileTarget, closesWhileAPipeHasAReaderThatIsFrozen)
{
    const ScratchDirectory scratch;
    ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
    const FileDescriptor reader(
        ::open((scratch / "pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    Writer writer(scratch / "pipe");
    EXPECT_EQ(writer.write(std::string(300000, 'x')), Verdict::Kind::NoRoom);
    writer.start("b");
    writer.close(); // would hang here
}

TEST(FileTarget, survivesThatItsReaderLeft)
{
    Pipe pipe;
    const StandardOutput output(pipe.writer.get());
    Writer writer("/dev/stdout");
    EXPECT_EQ(writer.write("a"), Verdict::Kind::Delivered);
    pipe.reader = FileDescriptor();
    EXPECT_EQ(writer.write("b"), Verdict::Kind::Again);
}

TEST(FileTarget, triesAgainWhatIsFullOrHasNoReader)
{
    const ScratchDirectory scratch;
    Writer full("/dev/full");
    EXPECT_EQ(full.write("a"), Verdict::Kind::NoRoom);
    ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
    Writer writer(scratch / "pipe");
    EXPECT_EQ(writer.write("a"), Verdict::Kind::Again);
    const int reader = ::open((scratch / "pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    EXPECT_EQ(writer.write("a"), Verdict::Kind::Delivered);
    char text[8] = {};
    EXPECT_EQ(::read(reader, text, sizeof text), 2);
    EXPECT_STREQ(text, "a\n");
    ::close(reader);
    EXPECT_EQ(writer.write("b"), Verdict::Kind::Again);
}

TEST(FileTarget, saysBeforehandWhatCannotWork)
{
    const ScratchDirectory scratch;
    EXPECT_EQ(publish::checkFilePath(scratch / "f"), "");
    EXPECT_NE(publish::checkFilePath(scratch.path()), "");
    EXPECT_NE(publish::checkFilePath(scratch / "no/f"), "");
}

} // namespace
} // namespace ooto::test
