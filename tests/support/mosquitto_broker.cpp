// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/mosquitto_broker.h"

#include "support/raw_server.h"
#include "system/file_descriptor.h"
#include "system/handles.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char **environ;

namespace ooto::test
{

namespace
{

constexpr const char *broker = "/usr/sbin/mosquitto";

std::string mosquitto()
{
    const system::CharsHandle found(g_find_program_in_path("mosquitto"));
    return found ? found.get() : broker;
}

std::string unhex(const std::string &hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

/** A line of the subscriber's format. */
BrokerMessage parseLine(const std::string &line)
{
    std::vector<std::string> parts;
    std::istringstream stream(line);
    for (std::string part; std::getline(stream, part, '\t');)
        parts.push_back(part);
    parts.resize(7);
    return {.topic = parts[5],
            .payload = unhex(parts[6]),
            .qos = parts[1].empty() ? 0 : std::stoi(parts[1]),
            .retained = parts[0] == "1",
            .expiry = parts[2],
            .contentType = parts[3],
            .properties = parts[4]};
}

} // namespace

bool ChildProcess::start(const std::vector<std::string> &line, int output)
{
    // Also where the test crashes.
    std::vector<std::string> words = {"setpriv", "--pdeathsig", "KILL"};
    words.insert(words.end(), line.begin(), line.end());
    std::vector<char *> arguments;
    for (std::string &word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (output >= 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int failure =
        posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0)
        pid_ = -1;
    return failure == 0;
}

void ChildProcess::signal(int number) const
{
    if (pid_ > 0)
        ::kill(pid_, number);
}

void ChildProcess::end()
{
    if (pid_ <= 0)
        return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

bool ChildProcess::isRunning()
{
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_)
        pid_ = -1;
    return pid_ > 0;
}

bool MosquittoBroker::installed()
{
    return access(mosquitto().c_str(), X_OK) == 0;
}

MosquittoBroker::MosquittoBroker(BrokerOptions options, bool started) : options_(std::move(options))
{
    // Someone else may take the port before the broker does.
    for (int i = 0; i < 5; ++i) {
        port_ = freePort();
        configure();
        if (!started || start())
            return;
    }
    throw std::runtime_error("mosquitto does not take connections: " + log());
}

void MosquittoBroker::configure()
{
    std::ofstream file(directory_ / "mosquitto.conf");
    file << "user root\n"
         << "listener " << port_ << " 127.0.0.1\n"
         << "log_dest file " << directory_ / "log"
         << "\n"
         << "log_type all\n"
         << "allow_anonymous " << (options_.users.empty() ? "true" : "false") << "\n";
    if (options_.persistence)
        file << "persistence true\npersistence_location " << directory_.path() << "/\n"
             << "autosave_on_changes true\nautosave_interval 1\n";
    if (!options_.users.empty())
        file << "password_file " << directory_ / "passwords"
             << "\n";
    if (!options_.acl.empty())
        file << "acl_file " << directory_ / "acl"
             << "\n";
    if (!options_.certificate.empty())
        file << "certfile " << options_.certificate << "\nkeyfile " << options_.certificate << "\n";
    for (const std::string &line : options_.more)
        file << line << "\n";
    setUsers(options_.users);
    const std::string acl = directory_ / "acl";
    std::ofstream(acl) << options_.acl;
    chmod(acl.c_str(), 0600);
}

void MosquittoBroker::setUsers(const std::map<std::string, std::string> &users)
{
    const std::string passwords = directory_ / "passwords";
    std::ofstream file(passwords);
    for (const auto &[name, password] : users)
        file << name << ":" << password << "\n";
    file.close();
    chmod(passwords.c_str(), 0600);
    const std::string command = "mosquitto_passwd -U '" + passwords + "' >/dev/null 2>&1";
    if (!users.empty() && std::system(command.c_str()) != 0)
        throw std::runtime_error("mosquitto_passwd failed");
}

bool MosquittoBroker::start()
{
    if (!process_.start({mosquitto(), "-c", directory_ / "mosquitto.conf"}))
        return false;
    return eventually([this] { return accepts() || !process_.isRunning(); }) &&
           process_.isRunning();
}

void MosquittoBroker::kill()
{
    process_.end();
}

void MosquittoBroker::forgetAll()
{
    std::filesystem::remove(directory_ / "mosquitto.db");
}

std::string MosquittoBroker::log() const
{
    return contentOf(directory_ / "log");
}

std::vector<std::string> MosquittoBroker::received(const std::string &prefix) const
{
    std::vector<std::string> names;
    std::istringstream lines(log());
    const std::string start = "'" + prefix;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find(start);
        if (line.find("Received PUBLISH from") == std::string::npos || at == std::string::npos)
            continue;
        const std::size_t from = at + start.size();
        names.push_back(line.substr(from, line.find('\'', from) - from));
    }
    return names;
}

bool MosquittoBroker::accepts() const
{
    const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    return connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) ==
           0;
}

MosquittoSubscriber::MosquittoSubscriber(const MosquittoBroker &broker, const std::string &topics,
                                         const std::string &user, const std::string &password)
{
    static int number = 0;
    const std::string id = "subscriber-" + std::to_string(++number);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    std::vector<std::string> line = {"mosquitto_sub",
                                     "-V",
                                     "5",
                                     "-h",
                                     "127.0.0.1",
                                     "-p",
                                     std::to_string(broker.port()),
                                     "-i",
                                     id,
                                     "-q",
                                     "2",
                                     "-t",
                                     topics,
                                     "-F",
                                     "%r\t%q\t%E\t%C\t%P\t%t\t%x"};
    if (!user.empty())
        line.insert(line.end(), {"-u", user, "-P", password});
    process_.start(line, ends[1]);
    close(ends[1]);
    reader_ = std::thread([this, descriptor = ends[0]] { read(descriptor); });
    if (!eventually(
            [&] { return broker.log().find("Sending SUBACK to " + id) != std::string::npos; }))
        ADD_FAILURE() << "mosquitto_sub did not subscribe";
}

MosquittoSubscriber::~MosquittoSubscriber()
{
    process_.end();
    reader_.join();
}

void MosquittoSubscriber::read(int descriptor)
{
    const system::FileDescriptor owner(descriptor);
    std::string unread;
    char bytes[4096];
    for (;;) {
        const ssize_t count = ::read(descriptor, bytes, sizeof(bytes));
        if (count <= 0)
            return;
        unread.append(bytes, static_cast<std::size_t>(count));
        for (std::size_t end; (end = unread.find('\n')) != std::string::npos;) {
            messages_.lock()->push_back(parseLine(unread.substr(0, end)));
            unread.erase(0, end + 1);
        }
    }
}

std::vector<BrokerMessage> MosquittoSubscriber::on(const std::string &topic)
{
    std::vector<BrokerMessage> found;
    for (BrokerMessage &message : all()) {
        if (message.topic == topic)
            found.push_back(std::move(message));
    }
    return found;
}

std::vector<BrokerMessage> MosquittoSubscriber::waitFor(const std::string &topic, std::size_t count)
{
    eventually([&] { return on(topic).size() >= count; });
    return on(topic);
}

} // namespace ooto::test
