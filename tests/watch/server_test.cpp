// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_controls.h"
#include "server/health_check.h"
#include "server/server.h"
#include "support/raw_server.h"
#include "support/scratch_directory.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ooto::watch
{
namespace
{

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string token = "secret";
const std::string tokenHash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/** A client that sends what a test wants. */
class Client
{
public:
    explicit Client(unsigned port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<in_port_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(
            connect(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address),
            0);
    }

    /** @return false when the server is gone */
    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /** Until the server closes; 20 s at most. */
    std::string readAll()
    {
        std::string all;
        for (;;) {
            pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
            std::array<char, 4096> bytes{};
            if (poll(&readable, 1, 20000) <= 0)
                return all + "(no end)";
            const ssize_t size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
            if (size <= 0)
                return all;
            all.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }
    /** Whether it closes within 20 s. */
    bool isClosed()
    {
        const std::string rest = readAll();
        return rest.find("(no end)") == std::string::npos;
    }

private:
    system::FileDescriptor socket_;
};

std::size_t openFds()
{
    const std::unique_ptr<DIR, int (*)(DIR *)> folder(opendir("/proc/self/fd"), closedir);
    std::size_t count = 0;
    while (readdir(folder.get()))
        ++count;
    return count;
}

class ServerTest : public testing::Test
{
protected:
    ServerTest()
    {
        std::ofstream(folder / "tokens") << "home:" << tokenHash << '\n';
        options.listen = "127.0.0.1:0";
        options.allowedHosts = {"ooto.local"};
        options.tokens = *Tokens::read(folder / "tokens");
    }

    void open()
    {
        auto opened = Server::open(options, controls);
        ASSERT_TRUE(opened) << opened.error();
        server = std::move(*opened);
        port = static_cast<unsigned>(
            std::stoul(server->address().substr(server->address().rfind(':') + 1)));
    }
    std::string exchange(const std::string &request)
    {
        if (!server)
            open();
        Client client(port);
        client.send(request);
        return client.readAll();
    }
    std::string get(const std::string &path, const std::string &headers = {})
    {
        return exchange("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n");
    }
    std::string post(const std::string &path, const std::string &body,
                     const std::string &type = "application/json",
                     const std::string &bearer = token)
    {
        return exchange("POST " + path + " HTTP/1.1\r\nHost: localhost:1234\r\n" +
                        (bearer.empty() ? "" : "Authorization: Bearer " + bearer + "\r\n") +
                        "Content-Type: " + type +
                        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    static unsigned statusOf(const std::string &response)
    {
        const std::string head = "HTTP/1.1 ";
        const std::string old = "HTTP/1.0 ";
        return response.starts_with(head) || response.starts_with(old)
                   ? static_cast<unsigned>(std::stoul(response.substr(head.size(), 3)))
                   : 0;
    }
    static std::string bodyOf(const std::string &response)
    {
        const auto end = response.find("\r\n\r\n");
        return end == std::string::npos ? "" : response.substr(end + 4);
    }

    test::ScratchDirectory folder;
    test::FakeControls controls;
    ServerOptions options;
    std::unique_ptr<Server> server;
    unsigned port = 0;
};

TEST_F(ServerTest, servesMetricsAndStatus)
{
    const std::string metrics = get("/metrics");
    EXPECT_EQ(statusOf(metrics), 200U) << metrics;
    EXPECT_NE(metrics.find("Content-Type: text/plain; version=0.0.4"), std::string::npos);
    EXPECT_EQ(bodyOf(metrics), "# metrics\n");
    const std::string status = get("/status");
    EXPECT_EQ(statusOf(status), 200U);
    EXPECT_NE(status.find("X-Content-Type-Options: nosniff"), std::string::npos);
    EXPECT_NE(bodyOf(status).find(R"("name":"door","source":"rtsp://10.0.0.7","state":"live")"),
              std::string::npos)
        << status;
    const std::string head = exchange("HEAD /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    EXPECT_EQ(statusOf(head), 200U);
    EXPECT_EQ(bodyOf(head), "");
}

TEST_F(ServerTest, isHealthyForAsLongAsTheProgramTicksWhateverTheCamerasDo)
{
    controls.change([](Snapshot &snapshot) { snapshot.cameras.clear(); });
    EXPECT_EQ(statusOf(get("/healthz")), 200U);
    controls.change([](Snapshot &snapshot) { snapshot.lastTick -= 60s; });
    const std::string response = get("/healthz");
    EXPECT_EQ(statusOf(response), 503U);
    EXPECT_EQ(bodyOf(response).find("the main loop has not run for 6"), 0U) << response;
}

TEST_F(ServerTest, isReadyWithALiveCameraAndAServiceThatTakesUs)
{
    EXPECT_EQ(statusOf(get("/readyz")), 200U);
    controls.change([](Snapshot &snapshot) {
        snapshot.service = {.state = "down", .reason = "nobody listens", .since = {}};
    });
    EXPECT_EQ(statusOf(get("/readyz")), 200U) << "that passes by itself";
    controls.change([](Snapshot &snapshot) {
        snapshot.service = {.state = "unauthorized", .reason = "the key is refused", .since = {}};
        snapshot.cameras[0].status.state = CameraState::Stalled;
        snapshot.cameras[0].status.reason = "no buffer for 10 s";
    });
    const std::string response = get("/readyz");
    EXPECT_EQ(statusOf(response), 503U);
    EXPECT_EQ(bodyOf(response), "no camera is live\n"
                                "camera door is stalled: no buffer for 10 s\n"
                                "camera front yard/2 is off\n"
                                "the service is unauthorized: the key is refused\n");
}

TEST_F(ServerTest, switchesACamera)
{
    const std::string off = post("/cameras/door/active", R"({"active": false})");
    EXPECT_EQ(statusOf(off), 200U) << off;
    EXPECT_EQ(bodyOf(off), "{\"camera\":\"door\",\"active\":false}\n");
    EXPECT_EQ(bodyOf(get("/cameras/door/active")), bodyOf(off));
    EXPECT_EQ(statusOf(post("/cameras/front%20yard%2F2/active", " true ")), 200U);
    EXPECT_EQ(bodyOf(get("/cameras/front%20yard%2F2/active")),
              "{\"camera\":\"front yard/2\",\"active\":true}\n");
    EXPECT_EQ(controls.switches(),
              (std::vector<std::string>{"door off by home", "front yard/2 on by home"}));
}

TEST_F(ServerTest, saysWhereASwitchWillNotOutliveARestart)
{
    controls.fillDisk();
    const std::string response = post("/cameras/door/active", "false");
    EXPECT_EQ(statusOf(response), 507U);
    EXPECT_EQ(controls.switches().size(), 1U) << "it is switched nevertheless";
}

TEST_F(ServerTest, refusesWhatIsNoSwitch)
{
    const std::string path = "/cameras/door/active";
    const std::string body = R"({"active":false})";
    EXPECT_EQ(statusOf(post(path, body, "application/json", "")), 401U);
    EXPECT_NE(post(path, body, "application/json", "").find("WWW-Authenticate: Bearer"),
              std::string::npos);
    EXPECT_EQ(statusOf(post(path, body, "application/json", "wrong")), 401U);
    EXPECT_EQ(statusOf(post(path, body, "application/json", tokenHash)), 401U);
    EXPECT_EQ(statusOf(post(path, body, "text/plain")), 415U);
    EXPECT_EQ(statusOf(post(path, body, "application/x-www-form-urlencoded")), 415U);
    EXPECT_EQ(statusOf(post(path, body, "application/json; charset=utf-8")), 200U);
    for (const char *bad : {"", "no", "1", "null", "{}", "{\"active\":\"false\"}", "{\"active\":0}",
                            "[false]", "{\"active\":false", "\"false\"", "\xff"})
        EXPECT_EQ(statusOf(post(path, bad)), 400U) << bad;
    EXPECT_EQ(statusOf(post(path, std::string(1000, '['))), 400U);
    EXPECT_EQ(statusOf(post(path, std::string(2000, ' ') + body)), 413U);
    EXPECT_EQ(statusOf(post("/cameras/nobody/active", body)), 404U);
    EXPECT_EQ(statusOf(post("/cameras/door", body)), 404U);
    EXPECT_EQ(statusOf(post("/cameras//active", body)), 404U);
    EXPECT_EQ(statusOf(post("/cameras/door%00/active", body)), 404U);
    EXPECT_EQ(statusOf(post("/cameras/%ff/active", body)), 404U);
    EXPECT_EQ(statusOf(get("/cameras/nobody/active")), 404U);
    EXPECT_EQ(controls.switches().size(), 1U) << "that with the charset";
}

TEST_F(ServerTest, takesNoSwitchWithoutTokens)
{
    options.tokens = {};
    EXPECT_EQ(statusOf(post("/cameras/door/active", "false")), 403U);
    EXPECT_TRUE(controls.switches().empty());
}

TEST_F(ServerTest, knowsNoOtherMethodsAndPaths)
{
    for (const char *method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"}) {
        const std::string response =
            exchange(std::string(method) +
                     " /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        EXPECT_EQ(statusOf(response), 405U) << method;
        EXPECT_NE(response.find("Allow: GET, HEAD\r\n"), std::string::npos) << response;
    }
    EXPECT_NE(exchange("DELETE /cameras/door/active HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .find("Allow: GET, HEAD, POST\r\n"),
              std::string::npos);
    for (const char *path : {"/", "/metrics/", "/status/x", "//metrics", "/etc/passwd",
                             "/../etc/passwd", "/%2e%2e/etc/passwd"})
        EXPECT_EQ(statusOf(get(path)), 404U) << path;
}

TEST_F(ServerTest, answersOnlyToNamesThatAreItsOwn)
{
    for (const char *path :
         {"/metrics", "/healthz", "/readyz", "/status", "/cameras/door/active"}) {
        const auto statusWith = [&](const std::string &headers) {
            return statusOf(
                exchange("GET " + std::string(path) + " HTTP/1.1\r\n" + headers + "\r\n"));
        };
        EXPECT_EQ(statusWith("Host: evil.example\r\n"), 403U) << path;
        EXPECT_EQ(statusWith("Host: ooto.local.evil.example\r\n"), 403U);
        EXPECT_EQ(statusWith("Host: localhost\r\nHost: evil.example\r\n") / 100, 4U);
        EXPECT_EQ(statusWith("Host: evil.example\r\nHost: localhost\r\n") / 100, 4U);
        EXPECT_EQ(statusWith("Host:\r\n") / 100, 4U);
        EXPECT_EQ(statusWith("") / 100, 4U);
        EXPECT_EQ(statusWith("Host: OOTO.local:9464\r\n"), 200U);
        EXPECT_EQ(statusWith("Host: [::1]:9464\r\n"), 200U);
        EXPECT_EQ(statusWith("Host: 10.0.0.7\r\nOrigin: http://10.0.0.7\r\n"), 200U);
        EXPECT_EQ(statusWith("Host: 10.0.0.7\r\nOrigin: http://evil.example\r\n"), 403U);
        EXPECT_EQ(statusWith("Host: 10.0.0.7\r\nOrigin: null\r\n"), 403U);
        EXPECT_EQ(statusWith("Host: 10.0.0.7:80\r\nOrigin: http://10.0.0.7:81\r\n"), 403U);
    }
    EXPECT_EQ(statusOf(exchange("GET http://evil.example/status HTTP/1.1\r\nHost: evil.example"
                                "\r\n\r\n")),
              403U);
}

TEST_F(ServerTest, readsNoLargeBodies)
{
    const std::string head = "POST /cameras/door/active HTTP/1.1\r\nHost: localhost\r\n"
                             "Authorization: Bearer " +
                             token + "\r\nContent-Type: application/json\r\n";
    EXPECT_EQ(
        statusOf(exchange(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nfalse\r\n0\r\n\r\n")),
        411U);
    EXPECT_EQ(statusOf(exchange(head + "\r\n")), 411U);
    EXPECT_EQ(statusOf(get("/status", "Content-Length: 99999\r\n\r\n" + std::string(99999, 'x'))),
              413U);
    // More than anybody reads past: cut off.
    Client client(port);
    client.send(head + "Content-Length: 1000000000000\r\n\r\n");
    const std::string part(100000, ' ');
    const auto start = Clock::now();
    while (Clock::now() - start < 20s && client.send(part)) {
    }
    EXPECT_LT(Clock::now() - start, 10s) << "and not only by the deadline of 15 s";
    EXPECT_TRUE(controls.switches().empty());
    EXPECT_EQ(statusOf(get("/healthz")), 200U);
}

TEST_F(ServerTest, boundsHeaders)
{
    open();
    Client client(port);
    client.send("GET /status HTTP/1.1\r\nHost: localhost\r\n");
    const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
    int lines = 0;
    while (lines < 100000 && client.send(line))
        ++lines;
    EXPECT_LT(lines, 100000) << "100 MB of headers";
    EXPECT_EQ(statusOf(get("/healthz")), 200U);
}

TEST_F(ServerTest, endsClientsThatAreIdleOrSlow)
{
    options.limits.longest = 700ms;
    open();
    const std::size_t before = openFds();
    Client idle(port);
    Client slow(port);
    slow.send("GET /status HTTP/1.1\r\n");
    const auto start = Clock::now();
    // A byte now and then does not make it last longer.
    while (slow.send("X") && Clock::now() - start < 20s)
        std::this_thread::sleep_for(50ms);
    EXPECT_LT(Clock::now() - start, 20s);
    EXPECT_TRUE(idle.isClosed());
    EXPECT_TRUE(slow.isClosed());
    // The test's own two are still open.
    const auto asMany = [&] { return openFds() <= before + 2; };
    while (!asMany() && Clock::now() - start < 20s)
        std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(asMany()) << "and lets go of their descriptors";
}

TEST_F(ServerTest, endsClientsThatDoNotRead)
{
    options.limits.longest = 700ms;
    controls.change([](Snapshot &snapshot) {
        CameraSnapshot many = snapshot.cameras.front();
        for (int i = 0; i < 40000; ++i) {
            many.name = "camera-" + std::to_string(i);
            snapshot.cameras.push_back(many);
        }
    });
    open();
    const std::size_t before = openFds();
    const Client deaf(port);
    const_cast<Client &>(deaf).send("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto start = Clock::now();
    bool accepted = false;
    bool ended = false;
    while (!ended && Clock::now() - start < 20s) {
        accepted = accepted || openFds() > before + 1;
        ended = accepted && openFds() <= before + 1;
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_TRUE(ended);
}

TEST_F(ServerTest, stillAnswersWhenOthersHoldAllConnections)
{
    options.limits.most = 8;
    open();
    std::vector<std::unique_ptr<Client>> holders;
    for (int i = 0; i < 50; ++i)
        holders.push_back(std::make_unique<Client>(port));
    EXPECT_EQ(statusOf(get("/healthz")), 200U);
    EXPECT_TRUE(holders.front()->isClosed()) << "the oldest had to go";
}

TEST_F(ServerTest, closesEachConnectionAndLeaksNone)
{
    EXPECT_NE(get("/healthz").find("Connection: close"), std::string::npos);
    const std::size_t before = openFds();
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(statusOf(get("/metrics")), 200U);
    const auto start = Clock::now();
    while (openFds() > before && Clock::now() - start < 20s)
        std::this_thread::sleep_for(20ms);
    EXPECT_LE(openFds(), before);
}

TEST_F(ServerTest, saysWhichAddressDoesNotWorkAndWhy)
{
    open();
    options.listen = "127.0.0.1:" + std::to_string(port);
    const auto taken = Server::open(options, controls);
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().find(options.listen), std::string::npos) << taken.error();
    EXPECT_NE(taken.error().find("in use"), std::string::npos) << taken.error();
    options.listen = "192.0.2.1:9464";
    const auto foreign = Server::open(options, controls);
    ASSERT_FALSE(foreign);
    EXPECT_NE(foreign.error().find(options.listen), std::string::npos) << foreign.error();
    options.listen = "everywhere";
    EXPECT_FALSE(Server::open(options, controls));
}

TEST_F(ServerTest, endsWhileClientsAreConnectedAndFreesItsAddress)
{
    open();
    const Client idle(port);
    Client asking(port);
    asking.send("GET /status HTT");
    server.reset();
    EXPECT_TRUE(asking.isClosed());
    options.listen = "127.0.0.1:" + std::to_string(port);
    open();
    EXPECT_EQ(statusOf(get("/healthz")), 200U);
}

TEST_F(ServerTest, listensOnBothLocalhosts)
{
    options.listen = "localhost:0";
    open();
    EXPECT_EQ(statusOf(get("/healthz")), 200U);
    EXPECT_EQ(checkHealth(server->address()), "");
}

TEST_F(ServerTest, healthIsAskedFor)
{
    open();
    EXPECT_EQ(checkHealth(server->address()), "");
    EXPECT_EQ(checkHealth("0.0.0.0:" + std::to_string(port)), "") << "that is here, too";
    controls.change([](Snapshot &snapshot) { snapshot.lastTick -= 60s; });
    EXPECT_NE(checkHealth(server->address()).find("the main loop has not run"), std::string::npos);
}

TEST(CheckHealth, isBadWhereNobodyAnswers)
{
    const std::string nobody = "127.0.0.1:" + std::to_string(test::freePort());
    EXPECT_NE(checkHealth(nobody).find(nobody), std::string::npos);
    EXPECT_NE(checkHealth(""), "");
    EXPECT_NE(checkHealth("nonsense"), "");
}

TEST(CheckHealth, isBadWhereAnswersAreLateOrNone)
{
    test::RawServer silent([](test::RawConnection &connection) { connection.hold(); });
    EXPECT_NE(
        checkHealth("127.0.0.1:" + std::to_string(silent.port()), 300ms).find("no answer in 300"),
        std::string::npos);
    // A byte now and then is no answer.
    test::RawServer slow([](test::RawConnection &connection) {
        connection.readRequest();
        connection.write("HTTP/1.1 200 OK\r\n");
        while (connection.write("X-A: b\r\n") && connection.pause(50ms)) {
        }
    });
    EXPECT_NE(checkHealth("127.0.0.1:" + std::to_string(slow.port()), 500ms), "");
    test::RawServer elsewhere([](test::RawConnection &connection) {
        connection.readRequest();
        connection.write(
            test::RawServer::response("302 Found", "", "Location: http://127.0.0.1:9/\r\n"));
    });
    EXPECT_NE(checkHealth("127.0.0.1:" + std::to_string(elsewhere.port())), "");
}

} // namespace
} // namespace ooto::watch
