// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines to sockets whose other side comes, goes and hangs.
#include "publish/socket_target.h"
#include "support/inbox.h"
#include "support/scratch_directory.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using publish::Verdict;
using system::FileDescriptor;

constexpr int patienceMs = 20000;
constexpr std::chrono::milliseconds longTimeout = 60s;

bool isReadable(const FileDescriptor &socket)
{
    if (!socket)
        return false;
    pollfd wanted{.fd = socket.get(), .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, patienceMs) == 1;
}

/** The other side of a connection. */
class Peer
{
public:
    explicit Peer(FileDescriptor socket) : socket_(std::move(socket)) {}

    bool hasSomething() const { return isReadable(socket_); }
    /** The next line without its end; what there is where the connection ends before. */
    std::string line()
    {
        for (;;) {
            const std::size_t end = text_.find('\n');
            if (end != std::string::npos) {
                const std::string line = text_.substr(0, end);
                text_.erase(0, end + 1);
                return line;
            }
            if (!readMore())
                return std::exchange(text_, {});
        }
    }
    /** All until the connection ends. */
    std::string rest()
    {
        while (readMore()) {
        }
        return std::exchange(text_, {});
    }
    void say(const std::string &text) const
    {
        EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    void leave() { socket_ = FileDescriptor(); }

private:
    bool readMore()
    {
        std::array<char, 65536> some;
        if (!isReadable(socket_))
            return false;
        const ssize_t bytes = ::read(socket_.get(), some.data(), some.size());
        if (bytes > 0)
            text_.append(some.data(), static_cast<std::size_t>(bytes));
        return bytes > 0;
    }

    FileDescriptor socket_;
    std::string text_;
};

/** Listens at a path, or at a port of 127.0.0.1. */
class Listener
{
public:
    explicit Listener(const std::string &path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), uri_("unix://" + path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        ::unlink(path.c_str());
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket_.get(), 8), 0);
    }
    explicit Listener(std::uint16_t port, int backlog = 8)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const int yes = 1;
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket_.get(), backlog), 0);
        socklen_t size = sizeof address;
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr *>(&address), &size);
        port_ = ntohs(address.sin_port);
        uri_ = "tcp://127.0.0.1:" + std::to_string(port_);
    }

    const std::string &uri() const { return uri_; }
    std::uint16_t port() const { return port_; }
    Peer accept() const
    {
        if (!isReadable(socket_)) {
            ADD_FAILURE() << "nobody came";
            return Peer(FileDescriptor());
        }
        return Peer(FileDescriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    }

private:
    FileDescriptor socket_;
    std::uint16_t port_ = 0;
    std::string uri_;
};

/** The target on a thread of its own. */
class Sender
{
public:
    explicit Sender(const std::string &uri, std::chrono::milliseconds timeout = longTimeout)
    {
        const auto target = publish::parseTargetUri(uri);
        EXPECT_TRUE(target) << uri;
        thread_.runAndWait([&] {
            target_ = publish::makeSocketTarget(*target, timeout, thread_);
            target_->open(
                {.onDone = [inbox = done_](std::int64_t,
                                           const Verdict &verdict) { inbox->put(verdict); },
                 .onState = nullptr,
                 .onReady = nullptr});
        });
    }
    ~Sender()
    {
        close();
        thread_.runAndWait([this] { target_.reset(); });
    }

    void start(const std::string &body)
    {
        ++asked_;
        thread_.runAndWait([&] {
            publish::Outgoing outgoing;
            outgoing.id = static_cast<std::int64_t>(asked_);
            outgoing.body = body;
            target_->send(std::move(outgoing));
        });
    }
    /** Of the last one. */
    Verdict verdict()
    {
        const std::vector<Verdict> verdicts =
            done_->waitFor(asked_, std::chrono::milliseconds(patienceMs));
        EXPECT_EQ(verdicts.size(), asked_);
        return verdicts.size() == asked_ ? verdicts.back()
                                         : Verdict{.kind = Verdict::Kind::Rejected};
    }
    Verdict::Kind send(const std::string &body)
    {
        start(body);
        return verdict().kind;
    }
    void close()
    {
        thread_.runAndWait([this] { target_->close(50ms); });
    }
    bool canSend()
    {
        bool can = false;
        thread_.runAndWait([&] { can = target_->canSend(); });
        return can;
    }
    std::size_t answers() { return done_->all().size(); }

private:
    std::shared_ptr<Inbox<Verdict>> done_ = std::make_shared<Inbox<Verdict>>();
    http::NetworkThread thread_;
    std::unique_ptr<publish::Target> target_;
    std::size_t asked_ = 0;
};

/** More than sockets hold by themselves. */
std::string large(char filling = 'x')
{
    return std::string(std::size_t{16} << 20, filling);
}

class SocketTarget : public ::testing::TestWithParam<const char *>
{
protected:
    Listener listen() const
    {
        return isUnix() ? Listener(scratch_ / "socket") : Listener(std::uint16_t{0});
    }
    /** At the same place. */
    Listener listenAgain(const std::string &uri) const
    {
        if (isUnix())
            return Listener(scratch_ / "socket");
        return Listener(static_cast<std::uint16_t>(std::stoi(uri.substr(uri.rfind(':') + 1))));
    }
    bool isUnix() const { return std::string(GetParam()) == "unix"; }

    ScratchDirectory scratch_;
};

INSTANTIATE_TEST_SUITE_P(Of, SocketTarget, ::testing::Values("unix", "tcp"),
                         [](const auto &info) { return std::string(info.param); });

TEST_P(SocketTarget, sendsLinesOverOneConnection)
{
    const Listener listener = listen();
    Sender sender(listener.uri());
    EXPECT_EQ(sender.send("{\"a\":\n1}\n"), Verdict::Kind::Delivered);
    Peer peer = listener.accept();
    EXPECT_EQ(peer.line(), "{\"a\": 1}");
    EXPECT_EQ(sender.send("b"), Verdict::Kind::Delivered);
    EXPECT_EQ(sender.send("c"), Verdict::Kind::Delivered);
    EXPECT_EQ(peer.line(), "b");
    EXPECT_EQ(peer.line(), "c");
    sender.close();
    EXPECT_EQ(peer.rest(), "");
}

TEST_P(SocketTarget, hasDeliveredWhatIsWrittenThoughNobodyReadsYet)
{
    const Listener listener = listen();
    Sender sender(listener.uri());
    EXPECT_EQ(sender.send("a"), Verdict::Kind::Delivered);
    EXPECT_EQ(sender.send("b"), Verdict::Kind::Delivered);
    sender.close();
    Peer peer = listener.accept();
    EXPECT_EQ(peer.rest(), "a\nb\n");
}

TEST_P(SocketTarget, connectsAnewWhenThePeerLeft)
{
    const Listener listener = listen();
    Sender sender(listener.uri());
    for (const char *text : {"a", "b", "c"}) {
        EXPECT_EQ(sender.send(text), Verdict::Kind::Delivered);
        Peer peer = listener.accept();
        EXPECT_EQ(peer.line(), text);
    }
}

TEST_P(SocketTarget, goesOnWhenThePeersProgramStartedAnew)
{
    std::string uri;
    std::unique_ptr<Sender> sender;
    {
        const Listener listener = listen();
        uri = listener.uri();
        sender = std::make_unique<Sender>(uri);
        EXPECT_EQ(sender->send("a"), Verdict::Kind::Delivered);
        EXPECT_EQ(listener.accept().line(), "a");
    }
    EXPECT_EQ(sender->send("b"), Verdict::Kind::Again);
    const Verdict verdict = sender->verdict();
    EXPECT_TRUE(verdict.connectionFailed) << "the event is not to blame";
    EXPECT_TRUE(verdict.text.starts_with(uri + " cannot be reached: ")) << verdict.text;
    const Listener listener = listenAgain(uri);
    EXPECT_EQ(sender->send("b"), Verdict::Kind::Delivered);
    EXPECT_EQ(listener.accept().line(), "b");
}

TEST_P(SocketTarget, sendsTheWholeLineAgainWhenItBrokeOff)
{
    const Listener listener = listen();
    Sender sender(listener.uri());
    const std::string text = large();
    sender.start(text);
    {
        const Peer peer = listener.accept();
        EXPECT_TRUE(peer.hasSomething());
    }
    EXPECT_EQ(sender.verdict().kind, Verdict::Kind::Again);
    sender.start(text);
    Peer peer = listener.accept();
    EXPECT_TRUE(peer.line() == text) << "from its beginning";
    EXPECT_EQ(sender.verdict().kind, Verdict::Kind::Delivered);
    EXPECT_EQ(sender.send("b"), Verdict::Kind::Delivered);
    EXPECT_EQ(peer.line(), "b");
}

TEST_P(SocketTarget, givesUpAPeerThatDoesNotRead)
{
    const Listener listener = listen();
    Sender sender(listener.uri(), 500ms);
    const std::string text = large();
    sender.start(text);
    Peer frozen = listener.accept();
    EXPECT_EQ(sender.verdict().kind, Verdict::Kind::Again);
    EXPECT_NE(sender.verdict().text.find("did not take a line in time"), std::string::npos);
    const std::string begun = frozen.rest();
    EXPECT_LT(begun.size(), text.size());
    EXPECT_EQ(begun.find('\n'), std::string::npos) << "a part is none: it has no end";
    EXPECT_EQ(sender.send("b"), Verdict::Kind::Delivered);
    EXPECT_EQ(listener.accept().line(), "b");
}

TEST_P(SocketTarget, closesWhileThePeerDoesNotRead)
{
    const Listener listener = listen();
    Sender sender(listener.uri());
    sender.start(large());
    Peer frozen = listener.accept();
    EXPECT_TRUE(frozen.hasSomething());
    sender.close(); // would hang here
    EXPECT_EQ(frozen.rest().find('\n'), std::string::npos);
    EXPECT_EQ(sender.answers(), 0U) << "nothing is called back after";
}

TEST_P(SocketTarget, takesNothingAfterItsEnd)
{
    const Listener listener = listen();
    Sender sender(listener.uri());
    EXPECT_TRUE(sender.canSend());
    EXPECT_EQ(sender.send("a"), Verdict::Kind::Delivered);
    sender.close();
    EXPECT_FALSE(sender.canSend());
    EXPECT_EQ(listener.accept().rest(), "a\n");
}

TEST_P(SocketTarget, readsAndDropsWhatThePeerSays)
{
    const Listener listener = listen();
    Sender sender(listener.uri());
    EXPECT_EQ(sender.send("a"), Verdict::Kind::Delivered);
    Peer peer = listener.accept();
    for (int i = 0; i < 200; ++i)
        peer.say(std::string(10000, '.')); // blocks where nobody reads it
    EXPECT_EQ(sender.send("b"), Verdict::Kind::Delivered);
    EXPECT_EQ(peer.line(), "a");
    EXPECT_EQ(peer.line(), "b");
}

TEST(SocketTargets, closeWhileNobodyAccepts)
{
    const Listener listener(std::uint16_t{0}, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(listener.port());
    std::vector<FileDescriptor> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        ::connect(waiting.back().get(), reinterpret_cast<sockaddr *>(&address), sizeof address);
    }
    Sender sender(listener.uri());
    sender.start("a");
    sender.close(); // would hang here
    EXPECT_EQ(sender.answers(), 0U);
    Sender patient(listener.uri(), 300ms);
    EXPECT_EQ(patient.send("a"), Verdict::Kind::Again);
    EXPECT_NE(patient.verdict().text.find("in time"), std::string::npos);
}

TEST(SocketTargets, tryAgainWhatIsNoSocketYet)
{
    const ScratchDirectory scratch;
    Sender sender("unix://" + scratch / "socket");
    EXPECT_EQ(sender.send("a"), Verdict::Kind::Again) << "nothing is there";
    std::ofstream(scratch / "socket") << "text";
    EXPECT_EQ(sender.send("a"), Verdict::Kind::Again) << "a file";
    EXPECT_EQ(contentOf(scratch / "socket"), "text");
    const Listener listener(scratch / "socket");
    EXPECT_EQ(sender.send("a"), Verdict::Kind::Delivered);
    EXPECT_EQ(listener.accept().line(), "a");
}

} // namespace
} // namespace ooto::test
