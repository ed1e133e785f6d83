// SPDX-License-Identifier: LGPL-2.1-or-later
// The identify server's folder of photos.
#include "server_fixture.h"
#include "support/scratch_directory.h"

#include <set>

namespace ooto::server
{
namespace
{

namespace fs = std::filesystem;

class GalleryTest : public ServerTest
{
protected:
    void open(bool writable)
    {
        ServerOptions options;
        options.galleryFolder = folder_.path();
        options.galleryWritable = writable;
        start(options);
    }

    std::set<std::string> files() const
    {
        std::set<std::string> names;
        for (const fs::directory_entry &entry : fs::recursive_directory_iterator(folder_.path()))
            names.insert(fs::relative(entry.path(), folder_.path()).string());
        return names;
    }

    test::ScratchDirectory folder_;
};

TEST_F(GalleryTest, fileNamesAreTemplateIds)
{
    fs::copy(photos::hopperFile, folder_ / "Grace Hopper.jpg");
    fs::copy(photos::collinsFile, folder_ / "collins%2Fnasa.PNG");
    std::ofstream(folder_ / "notes.txt") << "no photo";
    open(false);
    EXPECT_TRUE(server_->galleryProblems().empty());
    EXPECT_EQ(identify().text("result.search.templateId"), "Grace Hopper");
    EXPECT_EQ(client_->identify(collins()).text("result.search.templateId"), "collins/nasa");
}

TEST_F(GalleryTest, strangersAreUnlikeWhoIsEnrolled)
{
    fs::copy(photos::hopperFile, folder_ / "hopper.jpg");
    open(false);
    Response response = client_->identify(collins());
    EXPECT_EQ(response.text("result.search.templateId"), "hopper");
    EXPECT_LT(response.number("result.search.similarity"), 0.75);
}

TEST_F(GalleryTest, unusablePhotosAreNamed)
{
    fs::copy(photos::hopperFile, folder_ / "hopper.jpg");
    fs::copy(photos::iceFile, folder_ / "ice.jpg");
    std::ofstream(folder_ / "empty.png");
    open(false);
    const std::vector<std::string> problems = server_->galleryProblems();
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_NE(problems[0].find("empty.png: can not decode image"), std::string::npos);
    EXPECT_NE(problems[1].find("ice.jpg: can not detect face"), std::string::npos);
    EXPECT_EQ(identify().text("result.search.templateId"), "hopper");
}

TEST_F(GalleryTest, missingFolderIsNamed)
{
    ServerOptions options;
    options.galleryFolder = folder_ / "nowhere";
    start(options);
    ASSERT_EQ(server_->galleryProblems().size(), 1u);
    EXPECT_NE(server_->galleryProblems()[0].find("nowhere"), std::string::npos);
}

TEST_F(GalleryTest, isNotWrittenToUnlessThatIsAskedFor)
{
    fs::copy(photos::hopperFile, folder_ / "hopper.jpg");
    open(false);
    EXPECT_EQ(client_->add(collins(), "collins").status, 200u);
    EXPECT_EQ(client_->remove(R"({"templateId": "hopper"})").status, 200u);
    EXPECT_EQ(files(), std::set<std::string>{"hopper.jpg"});
}

TEST_F(GalleryTest, writableOneOutlivesTheServer)
{
    open(true);
    EXPECT_EQ(client_->add(hopper(), "Grace Hopper, RADM").status, 200u);
    EXPECT_EQ(client_->add(collins(), "collins").status, 200u);
    open(true);
    EXPECT_EQ(identify().text("result.search.templateId"), "Grace Hopper, RADM");
    EXPECT_EQ(client_->remove(R"({"templateId": "collins"})").status, 200u);
    open(true);
    EXPECT_EQ(files().size(), 1u);
    EXPECT_EQ(identify().text("result.search.templateId"), "Grace Hopper, RADM");
}

TEST_F(GalleryTest, noTemplateIdLeavesTheFolder)
{
    open(true);
    const std::vector<std::string> ids = {"../escaped", "/tmp/ooto-escaped", ".hidden", "..",
                                          "a/b\\c"};
    for (const std::string &id : ids)
        EXPECT_EQ(client_->add(hopper(), id).status, 200u) << id;
    EXPECT_EQ(files(), (std::set<std::string>{"%2E.%2Fescaped.jpg", "%2Ftmp%2Footo-escaped.jpg",
                                              "%2Ehidden.jpg", "%2E..jpg", "a%2Fb%5Cc.jpg"}));
    EXPECT_FALSE(fs::exists(fs::path(folder_.path()).parent_path() / "escaped.jpg"));
    EXPECT_FALSE(fs::exists("/tmp/ooto-escaped.jpg"));
    for (const std::string &id : ids) {
        const std::string escaped = take(g_strescape(id.c_str(), nullptr));
        EXPECT_EQ(client_->remove("{\"templateId\": \"" + escaped + "\"}").status, 200u) << id;
    }
    EXPECT_TRUE(files().empty());
}

TEST_F(GalleryTest, replacingAPhotoLeavesOneFile)
{
    open(true);
    EXPECT_EQ(client_->add(hopper(), "who").status, 200u);
    EXPECT_EQ(client_
                  ->post("/add", {{"photo", readFile(photos::collinsFile), "image/png"},
                                  {"templateId", {'w', 'h', 'o'}, "", ""}})
                  .status,
              200u);
    EXPECT_EQ(files(), std::set<std::string>{"who.png"});
    EXPECT_GT(client_->identify(collins()).number("result.search.similarity"), 0.9);
}

} // namespace
} // namespace ooto::server
