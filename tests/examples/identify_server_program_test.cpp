// SPDX-License-Identifier: LGPL-2.1-or-later
// The identify server as a program; meson says in IDENTIFY_SERVER where it is.
#include "http_client.h"
#include "support/certificates.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>

namespace ooto::server
{
namespace
{

/** The program while it runs; its standard output is read line by line. */
class Program
{
public:
    explicit Program(std::vector<std::string> arguments)
    {
        const char *file = g_getenv("IDENTIFY_SERVER");
        arguments.insert(arguments.begin(), file ? file : "identify-server");
        std::vector<char *> argv;
        for (std::string &argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        int output = -1;
        GError *failed = nullptr;
        EXPECT_TRUE(g_spawn_async_with_pipes(
            nullptr, argv.data(), nullptr,
            static_cast<GSpawnFlags>(G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD), nullptr,
            nullptr, &child_, nullptr, &output, nullptr, &failed))
            << failed->message;
        output_ = fdopen(output, "r");
    }
    Program(const Program &) = delete;
    ~Program()
    {
        fclose(output_);
        if (child_)
            stop(SIGKILL);
    }

    std::string line()
    {
        std::string text;
        for (int c; (c = fgetc(output_)) != EOF && c != '\n';)
            text += static_cast<char>(c);
        return text;
    }
    std::string rest()
    {
        std::string text;
        for (int c; (c = fgetc(output_)) != EOF;)
            text += static_cast<char>(c);
        return text;
    }
    /** The exit status, or 128 and the signal that ended it. */
    int wait()
    {
        int status = 0;
        waitpid(child_, &status, 0);
        child_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    int stop(int signal)
    {
        kill(child_, signal);
        return wait();
    }

private:
    GPid child_ = 0;
    FILE *output_ = nullptr;
};

std::string endpointOf(Program &program)
{
    const std::string prefix = "listening on ";
    const std::string line = program.line();
    EXPECT_TRUE(line.starts_with(prefix)) << line;
    return line.substr(std::min(line.size(), prefix.size()));
}

TEST(IdentifyServerProgram, helpsWithEveryOption)
{
    Program program({"--help"});
    const std::string help = program.rest();
    EXPECT_EQ(program.wait(), 0);
    for (const char *option :
         {"--port",         "--host",        "--gallery",     "--gallery-writable",
          "--enrol-first",  "--app-id",      "--app-key",     "--detector",
          "--model",        "--older-shape", "--no-match",    "--say-liveness",
          "--say-deepfake", "--log",         "--save-photos", "--delay-ms",
          "--status",       "--retry-after", "--body",        "--drop",
          "--trickle",      "--fail-first",  "--certificate"})
        EXPECT_NE(help.find(option), std::string::npos) << option;
    EXPECT_NE(help.find("OOTO_APP_KEY"), std::string::npos);
}

TEST(IdentifyServerProgram, takesAFreePortAndEndsWhenToldTo)
{
    for (const int signal : {SIGTERM, SIGINT}) {
        Program first({"--port", "0"});
        Program second({"--port", "0"});
        const std::string endpoint = endpointOf(first);
        EXPECT_TRUE(endpoint.starts_with("http://127.0.0.1:")) << endpoint;
        EXPECT_TRUE(endpoint.ends_with("/api/v1.0/identify")) << endpoint;
        EXPECT_NE(endpoint, endpointOf(second));
        HttpClient client(endpoint);
        EXPECT_EQ(client.identify(readFile(photos::hopperFile)).status, 200u);
        EXPECT_EQ(first.stop(signal), 0);
        EXPECT_EQ(second.stop(signal), 0);
    }
}

TEST(IdentifyServerProgram, passesItsOptionsOn)
{
    Program program({"--port=0", "--app-id=me", "--app-key=mine", "--older-shape",
                     "--enrol-first=visitor", "--say-liveness=0.5,false", "--status=503",
                     "--retry-after=7", "--fail-first=1", "--body=html"});
    HttpClient client(endpointOf(program));
    client.appId = "me";
    client.appKey = "mine";
    Response troubled = client.identify(readFile(photos::hopperFile));
    EXPECT_EQ(troubled.status, 503u);
    EXPECT_EQ(troubled.header["retry-after"], "7");
    EXPECT_EQ(troubled.header["content-type"], "text/html");
    Response right = client.identify(readFile(photos::hopperFile), "?check_liveness=true");
    EXPECT_EQ(right.text("result.templateId"), "visitor");
    EXPECT_DOUBLE_EQ(right.number("result.face.liveness.score"), 0.5);
    client.appKey = "demo-key";
    EXPECT_EQ(client.identify({}).status, 401u);
}

TEST(IdentifyServerProgram, servesHttpsWithACertificate)
{
    const test::Certificates certificates;
    if (!certificates.made())
        GTEST_SKIP() << "the openssl program is missing or does not work";
    Program program({"--port=0", "--certificate=" + certificates.good()});
    const std::string endpoint = endpointOf(program);
    EXPECT_TRUE(endpoint.starts_with("https://127.0.0.1:")) << endpoint;
    HttpClient client(endpoint, certificates.ca());
    EXPECT_EQ(client.identify(readFile(photos::hopperFile)).status, 200u);
}

TEST(IdentifyServerProgram, takesCredentialsFromTheEnvironment)
{
    g_setenv("OOTO_APP_ID", "someone", TRUE);
    g_setenv("OOTO_APP_KEY", "something", TRUE);
    Program program({"--port", "0"});
    g_unsetenv("OOTO_APP_ID");
    g_unsetenv("OOTO_APP_KEY");
    HttpClient client(endpointOf(program));
    EXPECT_EQ(client.identify({}).status, 401u);
    client.appId = "someone";
    client.appKey = "something";
    EXPECT_EQ(client.identify({}).code(), 3);
}

TEST(IdentifyServerProgram, refusesWhatItDoesNotUnderstand)
{
    for (const char *wrong :
         {"--bogus", "stray", "--port=65536", "--port=x", "--status=99", "--body=other",
          "--no-match=other", "--say-liveness=much", "--say-deepfake=0.5,maybe", "--detector=other",
          "--delay-ms=-1", "--gallery-writable"}) {
        Program program({"--port=0", wrong});
        EXPECT_EQ(program.rest(), "") << wrong;
        EXPECT_EQ(program.wait(), 2) << wrong;
    }
}

TEST(IdentifyServerProgram, failsWhenItCannotStart)
{
    Program running({"--port", "0"});
    const std::string endpoint = endpointOf(running);
    const std::string port = endpoint.substr(17, endpoint.find('/', 17) - 17);
    for (const std::vector<std::string> &arguments :
         {std::vector<std::string>{"--port", port},
          {"--port=0", "--host=nowhere.invalid"},
          {"--port=0", "--detector=yunet", "--model=/nowhere.onnx"},
          {"--port=0", "--certificate=/nowhere.pem"},
          {"--port=0", "--log=/nowhere/log"},
          {"--port=0", "--save-photos=/nowhere"}}) {
        Program program(arguments);
        EXPECT_EQ(program.rest(), "") << arguments.back();
        EXPECT_EQ(program.wait(), 1) << arguments.back();
    }
}

} // namespace
} // namespace ooto::server
