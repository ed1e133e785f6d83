// SPDX-License-Identifier: LGPL-2.1-or-later
// Every launch line that people are given still works.
#include "documents.h"
#include "run_program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sys/stat.h>

namespace ooto::test
{

namespace fs = std::filesystem;

namespace
{

const fs::path root = SOURCE_ROOT;

ProgramResult parseLine(const std::vector<std::string> &arguments)
{
    std::vector<std::string> command = {LAUNCH_LINE};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return runProgram(command, harmlessEnvironment());
}

/** Programs in pipelines/ that are no launch lines. */
const std::set<std::string> otherPrograms = {"demo", "fetch-model"};

std::vector<fs::path> launchScripts()
{
    std::vector<fs::path> scripts;
    for (const auto &entry : fs::directory_iterator(root / "pipelines")) {
        const std::string name = entry.path().filename().string();
        if (name.front() != '.' && !otherPrograms.contains(name))
            scripts.push_back(entry.path());
    }
    return scripts;
}

std::vector<fs::path> documents()
{
    std::vector<fs::path> files;
    for (const auto &entry : fs::directory_iterator(root))
        if (entry.path().extension() == ".md")
            files.push_back(entry.path());
    for (const char *folder : {"docs", "plugin", "examples"}) {
        for (const auto &entry : fs::recursive_directory_iterator(root / folder))
            if (entry.is_regular_file())
                files.push_back(entry.path());
    }
    return files;
}

std::string secondCommentLine(const fs::path &script)
{
    std::ifstream text(script);
    std::string line;
    for (int i = 0; i < 3; ++i)
        std::getline(text, line);
    return line;
}

TEST(LaunchLineTool, failsOnWhatDoesNotParse)
{
    EXPECT_EQ(parseLine({"fakesrc", "!", "fakesink"}).exitCode, 0);
    EXPECT_EQ(parseLine({"-m", "fakesrc", "!", "fakesink"}).exitCode, 0);
    EXPECT_NE(parseLine({"fakesrc", "!", "noSuchElement"}).exitCode, 0);
    EXPECT_NE(parseLine({"fakesrc", "no-such-property=1", "!", "fakesink"}).exitCode, 0);
    EXPECT_NE(parseLine({"fakesrc", "!"}).exitCode, 0);
    EXPECT_NE(parseLine({}).exitCode, 0);
}

TEST(PipelineScripts, allParse)
{
    const auto scripts = launchScripts();
    ASSERT_GE(scripts.size(), 3u);
    for (const fs::path &script : scripts) {
        SCOPED_TRACE(script);
        const ProgramResult result =
            runProgram({script.string(), "a name with spaces"}, harmlessEnvironment());
        EXPECT_EQ(result.exitCode, 0) << result.errors;
    }
}

TEST(PipelineScripts, areDescribedAndExecutable)
{
    for (const auto &entry : fs::directory_iterator(root / "pipelines")) {
        if (entry.path().filename().string().front() == '.')
            continue;
        SCOPED_TRACE(entry.path());
        EXPECT_EQ(::access(entry.path().c_str(), X_OK), 0);
        EXPECT_EQ(secondCommentLine(entry.path()).substr(0, 2), "# ");
    }
}

TEST(PipelineScripts, sayWhatTheyNeed)
{
    for (const char *name : {"file", "rtsp"}) {
        const ProgramResult result =
            runProgram({(root / "pipelines" / name).string()}, harmlessEnvironment());
        EXPECT_NE(result.exitCode, 0);
        EXPECT_NE(result.errors.find(std::string("pipelines/") + name), std::string::npos)
            << result.errors;
    }
}

TEST(PipelineScripts, passCredentialsByFileOnly)
{
    auto environment = harmlessEnvironment();
    environment.push_back({"GST_LAUNCH", "/bin/echo"});
    environment.push_back({"OOTO_APP_KEY", "aSecretKey"});
    environment.push_back({"OOTO_CREDENTIALS_FILE", "/some/file"});
    for (const fs::path &script : launchScripts()) {
        const ProgramResult result = runProgram({script.string(), "x"}, environment);
        EXPECT_EQ(result.output.find("aSecretKey"), std::string::npos) << result.output;
        EXPECT_NE(result.output.find("credentials-file=/some/file"), std::string::npos);
    }
}

TEST(Documents, linesAreFoundWithContinuations)
{
    const fs::path file = fs::temp_directory_path() / "ooto-documents-test.md";
    std::ofstream(file) << "text gst-launch-1.0 in a sentence\n"
                           "gst-launch-1.0 -e a ! \\\n    b c=\"d e\"\n"
                           " * |[\n * gst-launch-1.0 h ! \\\n *   i\n * ]|\n"
                           " * |[\n * gst-launch-1.0 cut !\n *   off\n * ]|\n"
                           " * $ OOTO_APP_ID=x gst-launch-1.0 f ! \\\n *   g\n"
                           "gst-launch-1.0 -m j ! \\\n    k | examples/read-faces/follow\n";
    const auto lines = launchLinesIn(file);
    fs::remove(file);
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[0].arguments, (std::vector<std::string>{"-e", "a", "!", "b", "c=d e"}));
    EXPECT_EQ(lines[1].arguments, (std::vector<std::string>{"h", "!", "i"}));
    EXPECT_TRUE(lines[2].arguments.empty());
    EXPECT_EQ(lines[3].arguments, (std::vector<std::string>{"f", "!", "g"}));
    EXPECT_EQ(lines[4].arguments, (std::vector<std::string>{"-m", "j", "!", "k"}));
}

TEST(Documents, allLinesParse)
{
    int found = 0;
    for (const fs::path &document : documents()) {
        for (const DocumentedLine &line : launchLinesIn(document)) {
            ++found;
            const ProgramResult result = parseLine(line.arguments);
            EXPECT_EQ(result.exitCode, 0) << line.place << '\n' << result.errors;
        }
    }
    EXPECT_GE(found, 10);
}

/** Upright faces only are found, and a phone's video lies on its side. */
TEST(Documents, linesThatDecodeTurnTheVideoAsItsTagSays)
{
    int found = 0;
    for (const fs::path &document : documents()) {
        for (const DocumentedLine &line : launchLinesIn(document)) {
            const auto &words = line.arguments;
            const auto decoder = std::find(words.begin(), words.end(), "decodebin");
            const auto identify = std::find(decoder, words.end(), "ootoidentify");
            if (decoder == words.end() || identify == words.end())
                continue;
            ++found;
            const auto flip = std::find(decoder, identify, "videoflip");
            ASSERT_NE(flip, identify) << line.place;
            EXPECT_EQ(flip[1], "video-direction=auto") << line.place;
        }
    }
    EXPECT_GE(found, 3);
}

TEST(PipelineScripts, turnTheVideoAsItsTagSays)
{
    auto environment = harmlessEnvironment();
    environment.push_back({"GST_LAUNCH", "/bin/echo"});
    for (const fs::path &script : launchScripts()) {
        const ProgramResult result = runProgram({script.string(), "x"}, environment);
        const std::size_t flip = result.output.find("! videoflip video-direction=auto !");
        EXPECT_LT(flip, result.output.find("! ootoidentify")) << result.output;
    }
}

TEST(FetchModel, saysWhatToDoWithoutNetwork)
{
    char folder[] = "/tmp/ooto-fetch-model-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    auto environment = harmlessEnvironment();
    environment.push_back({"XDG_DATA_HOME", folder});
    environment.push_back({"https_proxy", "http://127.0.0.1:9"}); // a network that is not there
    const ProgramResult result =
        runProgram({(root / "pipelines" / "fetch-model").string()}, environment);
    EXPECT_EQ(result.exitCode, 1);
    EXPECT_NE(result.errors.find("OOTO_FACE_MODEL"), std::string::npos) << result.errors;
    EXPECT_TRUE(fs::is_empty(fs::path(folder) / "ooto" / "models"));
    fs::remove_all(folder);
}

} // namespace

} // namespace ooto::test
