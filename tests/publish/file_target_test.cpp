// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines into files, pipes and what is full.
#include "publish/file_target.h"
#include "support/inbox.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
    ~Writer()
    {
        thread_.runAndWait([this] {
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

TEST(FileTarget, triesAgainWhatIsFullOrHasNoReader)
{
    const ScratchDirectory scratch;
    Writer full("/dev/full");
    EXPECT_EQ(full.write("a"), Verdict::Kind::Again);
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
