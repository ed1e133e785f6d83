// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests of plugin/vision/model_files.cpp.
#include "vision/detector.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ooto::vision
{
namespace
{

namespace fs = std::filesystem;

const fs::path modelName = "ooto/models/face_detection_yunet_2023mar.onnx";

class YunetModelFile : public testing::Test
{
protected:
    YunetModelFile()
    {
        std::string pattern = (fs::temp_directory_path() / "ooto-XXXXXX").string();
        root_ = mkdtemp(pattern.data());
        unsetenv("OOTO_FACE_MODEL");
        unsetenv("XDG_DATA_HOME");
        setenv("HOME", (root_ / "home").c_str(), 1);
        setenv("XDG_DATA_DIRS", ((root_ / "a").string() + ":" + (root_ / "b").string()).c_str(), 1);
    }
    ~YunetModelFile() override { fs::remove_all(root_); }

    std::string put(const fs::path &dataDirectory)
    {
        const fs::path file = root_ / dataDirectory / modelName;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << "model";
        return file.string();
    }

    fs::path root_;
};

TEST_F(YunetModelFile, isAbsentWhenThereIsNone)
{
    EXPECT_EQ(findYunetModel(""), std::nullopt);
}

TEST_F(YunetModelFile, isFoundInTheDataDirectoriesInTheirOrder)
{
    const std::string second = put("b");
    EXPECT_EQ(findYunetModel(""), second);
    const std::string first = put("a");
    EXPECT_EQ(findYunetModel(""), first);
    const std::string own = put("home/.local/share");
    EXPECT_EQ(findYunetModel(""), own);
    const std::string chosen = put("chosen");
    setenv("XDG_DATA_HOME", (root_ / "chosen").c_str(), 1);
    EXPECT_EQ(findYunetModel(""), chosen);
}

TEST_F(YunetModelFile, isTheNamedOneWhetherItExistsOrNot)
{
    put("a");
    setenv("OOTO_FACE_MODEL", "/from/environment.onnx", 1);
    EXPECT_EQ(findYunetModel(""), "/from/environment.onnx");
    EXPECT_EQ(findYunetModel("/configured.onnx"), "/configured.onnx");
    setenv("OOTO_FACE_MODEL", "", 1);
    EXPECT_EQ(findYunetModel(""), (root_ / "a" / modelName).string());
}

TEST_F(YunetModelFile, ignoresRelativeDirectories)
{
    put("a");
    fs::current_path(root_);
    setenv("XDG_DATA_DIRS", "a::", 1);
    EXPECT_EQ(findYunetModel(""), std::nullopt);
    fs::current_path("/");
}

TEST(CascadeFile, isFoundWhereDebianPutsItWhateverTheDataDirectories)
{
    setenv("XDG_DATA_DIRS", "/nowhere", 1);
    const std::optional<std::string> file = findCascade();
    ASSERT_TRUE(file) << "install opencv-data";
    EXPECT_EQ(fs::path(*file).filename(), "haarcascade_frontalface_alt2.xml");
}

} // namespace
} // namespace ooto::vision
