// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/file_target.h"

#include "core/base/guarded.h"
#include "publish/lines.h"
#include "system/file_descriptor.h"
#include "system/plain_text.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

namespace ooto::publish
{

namespace
{

std::string problemText(const std::string &path, int error)
{
    return "'" + system::plainText(path) + "' cannot be written: " + std::strerror(error);
}

/** The file, on the writer's thread. */
class LineFile
{
public:
    explicit LineFile(std::string path) : path_(std::move(path)) {}

    Verdict write(const std::string &line)
    {
        if (const int error = open(); error != 0)
            return failed(error);
        const std::string whole = (torn_ ? "\n" : "") + line;
        const ssize_t written = writeOnce(whole);
        if (written == static_cast<ssize_t>(whole.size())) {
            torn_ = false;
            return {};
        }
        const int error = written < 0 ? errno : ENOSPC;
        // A part of a line is in the file: what comes next begins another one.
        torn_ = torn_ || written > 0;
        file_ = system::FileDescriptor();
        return failed(error);
    }

private:
    ssize_t writeOnce(const std::string &whole)
    {
        ssize_t written = -1;
        do {
            written = ::write(file_.get(), whole.data(), whole.size());
        } while (written < 0 && errno == EINTR);
        return written;
    }

    Verdict failed(int error) const
    {
        return {.kind = Verdict::Kind::Again,
                .text = problemText(path_, error),
                .retryAfter = {},
                .connectionFailed = true};
    }

    /** @return 0, or errno */
    int open()
    {
        if (const int standard = standardStream(); standard >= 0) {
            if (file_.get() < 0)
                file_ = system::FileDescriptor(::fcntl(standard, F_DUPFD_CLOEXEC, 3));
            return file_.get() < 0 ? errno : 0;
        }
        if (file_.get() >= 0 && isStillThere())
            return 0;
        // Without O_NONBLOCK a FIFO that nobody reads would hold this thread for good.
        file_ = system::FileDescriptor(
            ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                   0600));
        return file_.get() < 0 ? errno : 0;
    }

    int standardStream() const
    {
        if (path_ == "/dev/stdout")
            return STDOUT_FILENO;
        return path_ == "/dev/stderr" ? STDERR_FILENO : -1;
    }

    bool isStillThere() const
    {
        struct stat open {
        };
        struct stat named {
        };
        return ::fstat(file_.get(), &open) == 0 && ::stat(path_.c_str(), &named) == 0 &&
               open.st_dev == named.st_dev && open.st_ino == named.st_ino;
    }

    const std::string path_;
    system::FileDescriptor file_;
    bool torn_ = false;
};

/** What the two threads share; the writer may outlive the target, blocked. */
struct Desk {
    struct State {
        std::deque<std::pair<std::int64_t, std::string>> lines;
        http::NetworkThread *thread = nullptr; ///< null: nobody listens any more
        Target::Handlers handlers;
        bool idle = true;
        bool ends = false;
    };
    core::Guarded<State> state;
    std::condition_variable changed;
};

void writeLines(const std::shared_ptr<Desk> &desk, const std::string &path)
{
    // A pipe whose reader left would end the process; here it is one more error of write().
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipes, nullptr);
    LineFile file(path);
    for (;;) {
        std::pair<std::int64_t, std::string> next;
        {
            auto state = desk->state.lock();
            state->idle = state->lines.empty();
            desk->changed.notify_all();
            desk->changed.wait(state.waitable(),
                               [&] { return state->ends || !state->lines.empty(); });
            if (state->lines.empty())
                return;
            state->idle = false;
            next = std::move(state->lines.front());
            state->lines.pop_front();
        }
        const Verdict verdict = file.write(next.second);
        auto state = desk->state.lock();
        if (!state->thread)
            return;
        state->thread->post([desk, id = next.first, verdict] {
            Target::Handlers handlers = desk->state.lock()->handlers;
            if (handlers.onDone)
                handlers.onDone(id, verdict);
        });
    }
}

class FileTarget final : public Target
{
public:
    FileTarget(std::string path, http::NetworkThread &thread) : path_(std::move(path))
    {
        desk_->state.lock()->thread = &thread;
    }
    ~FileTarget() override { close(std::chrono::milliseconds{0}); }

    Window window() const override { return {.all = 1, .perCamera = 1}; }

    void open(Handlers handlers) override
    {
        desk_->state.lock()->handlers = std::move(handlers);
        std::thread(writeLines, desk_, path_).detach();
    }

    void send(Outgoing outgoing) override
    {
        desk_->state.lock()->lines.emplace_back(outgoing.id, asLine(std::move(outgoing.body)));
        desk_->changed.notify_all();
    }

    void close(std::chrono::milliseconds longest) override
    {
        auto state = desk_->state.lock();
        state->handlers = {};
        state->ends = true;
        desk_->changed.notify_all();
        desk_->changed.wait_for(state.waitable(), longest,
                                [&] { return state->idle && state->lines.empty(); });
        state->lines.clear();
        state->thread = nullptr;
        desk_->changed.notify_all();
    }

private:
    const std::string path_;
    const std::shared_ptr<Desk> desk_ = std::make_shared<Desk>();
};

} // namespace

std::unique_ptr<Target> makeFileTarget(std::string path, http::NetworkThread &thread)
{
    return std::make_unique<FileTarget>(std::move(path), thread);
}

std::string checkFilePath(const std::string &path)
{
    struct stat there {
    };
    if (::stat(path.c_str(), &there) == 0) {
        if (S_ISDIR(there.st_mode))
            return "'" + system::plainText(path) + "' is a folder; name a file in it.";
        return {};
    }
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    if (::stat(folder.c_str(), &there) != 0 || !S_ISDIR(there.st_mode))
        return "There is no folder '" + system::plainText(folder) + "'; make it, or name another.";
    return {};
}

} // namespace ooto::publish
