// SPDX-License-Identifier: LGPL-2.1-or-later
// The demo does what it says it does, and says what is wrong when it cannot.
#include "run_program.h"

#include <gtest/gtest.h>
#include <json-glib/json-glib.h>
#include <opencv2/imgcodecs.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sys/stat.h>

namespace ooto::test
{

namespace fs = std::filesystem;

namespace
{

std::string contents(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

/** How many events of each type there are; -1 of type "broken" when a line is no JSON object. */
std::map<std::string, int> eventTypes(const fs::path &file)
{
    std::map<std::string, int> types;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        JsonNode *root = json_from_string(line.c_str(), nullptr);
        if (!root || !JSON_NODE_HOLDS_OBJECT(root))
            types["broken"] = -1;
        else if (json_object_has_member(json_node_get_object(root), "type"))
            ++types[json_object_get_string_member(json_node_get_object(root), "type")];
        g_clear_pointer(&root, json_node_unref);
    }
    return types;
}

/** One folder for all tests, so that the clip is made once. */
class Demo : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        char folder[] = "/tmp/ooto-demo-test-XXXXXX";
        ASSERT_NE(mkdtemp(folder), nullptr);
        output = folder;
    }
    static void TearDownTestSuite() { fs::remove_all(output); }

    static ProgramResult run(std::vector<std::string> arguments)
    {
        std::vector<std::string> command = {OOTO_DEMO, "--output", output.string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return runProgram(command, {{"OOTO_APP_ID", ""}, {"OOTO_APP_KEY", ""}});
    }

    static void expectFiles()
    {
        EXPECT_GT(fs::file_size(output / "annotated.mp4"), 10000u);
        EXPECT_NEAR(cv::imread((output / "contact-sheet.png").string()).cols, 1600, 20);
        EXPECT_FALSE(cv::imread((output / "demo.png").string()).empty());
        EXPECT_EQ(eventTypes(output / "events.jsonl").count("broken"), 0u);
    }

    static inline fs::path output;
};

TEST_F(Demo, namesWhoComes)
{
    const ProgramResult result = run({"--duration", "10"});
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    expectFiles();
    EXPECT_TRUE(contains(result.output, "Grace Hopper") ||
                contains(result.output, "Eileen Collins"))
        << result.output;
    EXPECT_TRUE(contains(result.output, "calls made")) << result.output;
    EXPECT_TRUE(contains(result.output, "frames late")) << result.output;

    // On a busy machine analysis comes last, and may find one of the two only.
    auto types = eventTypes(output / "events.jsonl");
    EXPECT_GE(types["new"], 1);
    EXPECT_GE(types["answered"], 1);
    EXPECT_EQ(types["end"], types["new"]);
}

TEST_F(Demo, keepsItsKeyToItself)
{
    struct stat status = {};
    ASSERT_EQ(stat((output / "credentials").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    const std::string credentials = contents(output / "credentials");
    const std::string key = credentials.substr(credentials.find("app-key=") + 8, 48);
    EXPECT_EQ(key.find('\n'), std::string::npos);
    for (const char *file : {"events.jsonl", "identify-server.log"})
        EXPECT_FALSE(contains(contents(output / file), key)) << file;
}

TEST_F(Demo, enrolsTheFirstFaceAsMe)
{
    const ProgramResult result =
        run({"--uri", (output / "clip.mp4").string(), "--me", "Ada Łovelace", "--duration", "7"});
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    expectFiles();
    EXPECT_TRUE(contains(result.output, "Ada Łovelace")) << result.output;
    EXPECT_FALSE(contains(result.output, "Grace Hopper")) << result.output;
}

TEST_F(Demo, helpNamesEveryOption)
{
    const ProgramResult result = run({"--help"});
    EXPECT_EQ(result.exitCode, 0);
    for (const char *option : {"--uri", "--endpoint", "--allow-http", "--credentials-file", "--me",
                               "--output", "--duration", "--display"})
        EXPECT_TRUE(contains(result.output, option)) << option;
}

TEST_F(Demo, saysWhatIsWrongWithItsArguments)
{
    const struct {
        std::vector<std::string> arguments;
        int exitCode;
        const char *text;
    } cases[] = {
        {{"--no-such-option"}, 2, "--no-such-option"},
        {{"surplus"}, 2, "surplus"},
        {{"--uri", "/no/such/file"}, 2, "/no/such/file"},
        {{"--endpoint", "http://127.0.0.1:9/"}, 2, "--credentials-file"},
        {{"--credentials-file", "/etc/hostname"}, 2, "--endpoint"},
        {{"--endpoint", "http://127.0.0.1:9/", "--credentials-file", "/none", "--me", "X"},
         2,
         "--me"},
        {{"--duration", "-1"}, 2, "--duration"},
        {{"--uri", "/etc/hostname"}, 1, "/etc/hostname"},
    };
    for (const auto &one : cases) {
        SCOPED_TRACE(testing::PrintToString(one.arguments));
        const ProgramResult result = run(one.arguments);
        EXPECT_EQ(result.exitCode, one.exitCode);
        EXPECT_TRUE(contains(result.errors, one.text)) << result.errors;
    }
}

TEST_F(Demo, saysThatTheServerIsNotBuilt)
{
    const ProgramResult result = runProgram(
        {OOTO_DEMO, "--output", output.string(), "--uri", (output / "clip.mp4").string()},
        {{"OOTO_IDENTIFY_SERVER", "/no/such/server"}});
    EXPECT_EQ(result.exitCode, 1);
    EXPECT_TRUE(contains(result.errors, "identify server /no/such/server")) << result.errors;
}

} // namespace

} // namespace ooto::test
