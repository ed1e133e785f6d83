// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/file_target.h"

#include "core/base/guarded.h"
#include "publish/lines.h"
#include "system/file_descriptor.h"
#include "system/plain_text.h"

#include <fcntl.h>
#include <poll.h>
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

/** How long a reader may take to make room in a pipe. */
constexpr int patienceMs = 1000;

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
        // A part of a line is there already: what comes next begins another one.
        const std::string whole = (torn_ ? "\n" : "") + line;
        std::size_t written = 0;
        const int error = writeAll(whole, written);
        if (error == 0) {
            torn_ = false;
            return {};
        }
        torn_ = torn_ || written > 0;
        file_ = system::FileDescriptor();
        return failed(error);
    }

private:
    /** One write, unless that takes a part only. @return 0, or errno */
    int writeAll(const std::string &whole, std::size_t &written) const
    {
        while (written < whole.size()) {
            const ssize_t some =
                ::write(file_.get(), whole.data() + written, whole.size() - written);
            if (some == 0)
                return ENOSPC;
            if (some > 0)
                written += static_cast<std::size_t>(some);
            else if (errno == EAGAIN && hasRoomSoon())
                continue;
            else if (errno != EINTR)
                return errno;
        }
        return 0;
    }

    /** Waits for the reader of a pipe. errno stays. */
    bool hasRoomSoon() const
    {
        pollfd room{.fd = file_.get(), .events = POLLOUT, .revents = 0};
        const bool soon = ::poll(&room, 1, patienceMs) > 0;
        errno = EAGAIN;
        return soon;
    }

    Verdict failed(int error) const
    {
        const bool noRoom = error == ENOSPC || error == EDQUOT || error == EFBIG || error == EAGAIN;
        return {.kind = noRoom ? Verdict::Kind::NoRoom : Verdict::Kind::Again,
                .text = problemText(path_, error),
                .retryAfter = {},
                .connectionFailed = !noRoom};
    }

    /** @return 0, or errno */
    int open()
    {
        if (const int standard = standardStream(); standard >= 0)
            return file_ ? 0 : begin(::fcntl(standard, F_DUPFD_CLOEXEC, 3));
        if (file_ && isStillThere())
            return 0;
        // Without O_NONBLOCK a FIFO that nobody reads would hold this thread for good.
        return begin(::open(path_.c_str(),
                            O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                            0600));
    }

    int begin(int descriptor)
    {
        const int error = errno;
        file_ = system::FileDescriptor(descriptor);
        if (!file_)
            return error;
        torn_ = endsWithinALine().value_or(torn_);
        return 0;
    }

    /** As after a kill. Nothing where it is no file, or cannot be read. */
    std::optional<bool> endsWithinALine() const
    {
        struct stat there {
        };
        if (::fstat(file_.get(), &there) != 0 || !S_ISREG(there.st_mode))
            return std::nullopt;
        if (there.st_size == 0)
            return false;
        // The very file that is open, whatever has its name by now.
        const std::string itself = "/proc/self/fd/" + std::to_string(file_.get());
        const system::FileDescriptor reader(::open(itself.c_str(), O_RDONLY | O_CLOEXEC));
        char last = 0;
        if (!reader || ::pread(reader.get(), &last, 1, there.st_size - 1) != 1)
            return std::nullopt;
        return last != '\n';
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
    bool torn_ = false; ///< the last line there has no end
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
    // A pipe whose reader left, or a limit of `ulimit -f`, would end the process; here these are
    // errors of write() like any other.
    sigset_t deadly;
    sigemptyset(&deadly);
    sigaddset(&deadly, SIGPIPE);
    sigaddset(&deadly, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &deadly, nullptr);
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
