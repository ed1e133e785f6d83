// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/metadata/labels_file.cpp
#include "metadata/labels_file.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <glib.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>

using namespace ooto::metadata;
using namespace std::string_literals;

namespace
{

class LabelsFiles : public testing::Test
{
protected:
    /** What is made of a file with this content, or of whatever is there without any. */
    const Labels &labelsOf(const std::optional<std::string> &content)
    {
        if (content)
            std::ofstream(path, std::ios::binary) << *content;
        labelsFile = LabelsFile();
        problem.clear();
        labelsFile.refresh(path, problem);
        return *labelsFile.labels();
    }

    /** The text in UTF-16, without a mark. */
    static std::string utf16(const std::string &text, const char *order)
    {
        gsize size = 0;
        char *bytes = g_convert(text.c_str(), -1, order, "UTF-8", nullptr, &size, nullptr);
        std::string converted(bytes, size);
        g_free(bytes);
        return converted;
    }

    bool told(const std::string &part) const { return problem.find(part) != std::string::npos; }

    ooto::test::ScratchDirectory directory;
    const std::string path = directory / "labels";
    LabelsFile labelsFile;
    std::string problem;
};

const std::string twoNames = "[labels]\na = Grace Höpper\nb=Eileen\n";

} // namespace

TEST_F(LabelsFiles, giveNames)
{
    const Labels &labels = labelsOf(twoNames);
    EXPECT_EQ(labelOf(labels, "a"), "Grace Höpper");
    EXPECT_EQ(labelOf(labels, "b"), "Eileen");
    EXPECT_EQ(labelOf(labels, "c"), "");
    EXPECT_EQ(problem, "");
}

TEST_F(LabelsFiles, mayHaveAMarkBeforeUtf8)
{
    EXPECT_EQ(labelsOf("\xef\xbb\xbf" + twoNames).size(), 2U);
    EXPECT_EQ(problem, "");
}

TEST_F(LabelsFiles, inUtf16AreToldWithTheNumberOfNames)
{
    for (const std::string &content :
         {"\xff\xfe" + utf16(twoNames, "UTF-16LE"), "\xfe\xff" + utf16(twoNames, "UTF-16BE"),
          utf16(twoNames, "UTF-16LE"), utf16(twoNames, "UTF-16BE")}) {
        EXPECT_TRUE(labelsOf(content).empty());
        EXPECT_TRUE(told("UTF-16, so none of its 2 names is used; save it as UTF-8")) << problem;
    }
    EXPECT_TRUE(labelsOf("[labels]\na=\0b\n"s).empty());
    EXPECT_TRUE(told("save it as UTF-8")) << problem;
}

TEST_F(LabelsFiles, inLatin1GiveTheNamesThatAreUtf8AllTheSame)
{
    const Labels &labels = labelsOf("# T\xfcren\n[labels]\na=Grace\nb=J\xfcrgen\nc=Zo\xeb\n"
                                    "# M\xfcller=\nd=Zoë\n[\xfc]\ne=J\xfcrgen\nf=Eve\n");
    EXPECT_EQ(labels, (Labels{{"a", "Grace"}, {"d", "Zoë"}}));
    EXPECT_TRUE(told(": 2 of its names are left out; save it as UTF-8")) << problem;
    EXPECT_TRUE(g_utf8_validate(problem.c_str(), -1, nullptr));
}

TEST_F(LabelsFiles, keepANameWhoseBackslashMeansNothing)
{
    EXPECT_EQ(labelsOf("[labels]\na=C:\\x\n"), (Labels{{"a", "C:\\x"}}));
    EXPECT_EQ(problem, "");
}

TEST_F(LabelsFiles, knowATemplateThatIsAUuidWhateverItsCase)
{
    const Labels &labels = labelsOf("[labels]\n6BA7B810-9dad-11d1-80b4-00c04fd430c8=Grace\n"
                                    "Grace Hopper=Eileen\n");
    EXPECT_EQ(labelOf(labels, "6ba7b810-9DAD-11D1-80B4-00C04FD430C8"), "Grace");
    EXPECT_EQ(labelOf(labels, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "Grace");
    EXPECT_EQ(labelOf(labels, "Grace Hopper"), "Eileen");
    EXPECT_EQ(labelOf(labels, "grace hopper"), "") << "no UUID, and maybe somebody else";
}

TEST_F(LabelsFiles, areRegularFilesOnly)
{
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_TRUE(labelsOf(std::nullopt).empty());
    EXPECT_TRUE(told(path) && told("is a FIFO, no regular file")) << problem;

    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    EXPECT_TRUE(labelsOf(std::nullopt).empty());
    EXPECT_TRUE(told("is a directory")) << problem;

    std::filesystem::remove(path);
    std::filesystem::create_symlink("/dev/zero", path);
    EXPECT_TRUE(labelsOf(std::nullopt).empty());
    EXPECT_TRUE(told("is a device")) << problem;

    std::filesystem::remove(path);
    std::ofstream(path) << twoNames;
    std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
    EXPECT_TRUE(labelsOf(std::nullopt).empty());
    EXPECT_TRUE(told("is larger than 16 MiB")) << problem;
}

TEST_F(LabelsFiles, withANameOfAnyBytesAreToldInUtf8)
{
    labelsFile.refresh(directory / "l\xe4"
                                   "bels",
                       problem);
    EXPECT_TRUE(told("cannot be used")) << problem;
    EXPECT_TRUE(g_utf8_validate(problem.c_str(), -1, nullptr));
}
