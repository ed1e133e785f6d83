// SPDX-License-Identifier: LGPL-2.1-or-later
// Files with secrets: what is taken from them, and that no text shows it.
#include "support/scratch_directory.h"
#include "system/credentials_file.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace ooto::system
{
namespace
{

using namespace std::string_literals;

constexpr const char *form = "[part], then lines key=…";

class CredentialsFiles : public testing::Test
{
protected:
    std::string path() const { return directory_ / "keys"; }
    void write(const std::string &text, mode_t mode = 0600) const
    {
        std::ofstream(path(), std::ios::binary) << text;
        ::chmod(path().c_str(), mode);
    }
    /** Why it is refused; empty: it is taken. */
    std::string problemOf(const std::string &text, mode_t mode = 0600) const
    {
        write(text, mode);
        return problem();
    }
    std::string problem() const
    {
        std::string error;
        CredentialsFile file(path(), form);
        const bool isTaken = file.load(error);
        EXPECT_EQ(isTaken, error.empty());
        EXPECT_EQ(error.find("s3cr3t"), std::string::npos) << error;
        EXPECT_TRUE(error.empty() || error.starts_with(file.name())) << error;
        return error;
    }
    /** "(none)" where there is none, "(error)" where it cannot be read. */
    std::string valueOf(const std::string &text, const std::string &group = "part",
                        const std::string &key = "key") const
    {
        write(text);
        std::string error;
        CredentialsFile file(path(), form);
        EXPECT_TRUE(file.load(error)) << error;
        const auto value = file.value(group, key, error);
        EXPECT_EQ(error.find("s3cr3t"), std::string::npos) << error;
        if (!error.empty())
            return value ? "(both)" : "(error)";
        return value ? std::string(value->reveal()) : "(none)";
    }

    test::ScratchDirectory directory_;
};

TEST_F(CredentialsFiles, haveValuesInGroups)
{
    const std::string text = "# mine\n[part]\nkey=s3cr3t\nempty=\n[part host]\nkey=other\n";
    EXPECT_EQ(valueOf(text), "s3cr3t");
    EXPECT_EQ(valueOf(text, "part host"), "other");
    EXPECT_EQ(valueOf(text, "part", "empty"), "");
    EXPECT_EQ(valueOf(text, "part", "absent"), "(none)");
    EXPECT_EQ(valueOf(text, "elsewhere"), "(none)");
    std::string error;
    CredentialsFile file(path(), form);
    EXPECT_FALSE(file.hasGroup("part")) << "it is not loaded";
    EXPECT_FALSE(file.value("part", "key", error));
    ASSERT_TRUE(file.load(error));
    EXPECT_TRUE(file.hasGroup("part"));
    EXPECT_FALSE(file.hasGroup("elsewhere"));
}

TEST_F(CredentialsFiles, mayBeWrittenAsPeopleDo)
{
    EXPECT_EQ(valueOf("[part]\nkey =  s3cr3t \t\n"), "s3cr3t");
    EXPECT_EQ(valueOf("[part]\r\nkey=s3cr3t\r\n"), "s3cr3t") << "Windows";
    EXPECT_EQ(valueOf("\xef\xbb\xbf[part]\nkey=s3cr3t\n"), "s3cr3t") << "a byte order mark";
    EXPECT_EQ(valueOf("[part]\nkey=s3cr3t"), "s3cr3t") << "no end of the line";
    EXPECT_EQ(valueOf("[part]\nkey=a=b#c;d\n"), "a=b#c;d");
    EXPECT_EQ(valueOf("[part]\nkey=a\\\\b\n"), "a\\b");
    EXPECT_EQ(valueOf("[part]\nkey=p\xc3\xa4ss\n"), "p\xc3\xa4ss");
}

TEST_F(CredentialsFiles, sayWhichValueCannotBeRead)
{
    EXPECT_EQ(valueOf("[part]\nkey=s3cr3t\\q\n"), "(error)");
    EXPECT_EQ(valueOf("[part]\nkey=s3cr3t\xff\n"), "(error)");
    std::string error;
    CredentialsFile file(path(), form);
    ASSERT_TRUE(file.load(error));
    EXPECT_FALSE(file.value("part", "key", error));
    EXPECT_NE(error.find("key"), std::string::npos);
    EXPECT_NE(error.find("UTF-8"), std::string::npos);
}

TEST_F(CredentialsFiles, areForTheirOwnerAndGroup)
{
    const std::string text = "[part]\nkey=s3cr3t\n";
    for (const mode_t mode : {mode_t{0400}, mode_t{0600}, mode_t{0640}, mode_t{0660}})
        EXPECT_EQ(problemOf(text, mode), "") << mode;
    for (const mode_t mode : {mode_t{0604}, mode_t{0602}, mode_t{0601}, mode_t{0644}})
        EXPECT_NE(problemOf(text, mode).find("chmod o-rwx " + path()), std::string::npos) << mode;
}

TEST_F(CredentialsFiles, sayWhatTheyShouldRead)
{
    EXPECT_NE(problemOf("s3cr3t\n").find(form), std::string::npos);
    EXPECT_NE(problemOf("key=s3cr3t\n").find(form), std::string::npos);
    EXPECT_NE(problemOf("[part\nkey=s3cr3t\n").find(form), std::string::npos);
    EXPECT_NE(problemOf(std::string(64 * 1024 + 1, '#')).find("is larger than 64 KiB"),
              std::string::npos);
    EXPECT_EQ(problemOf(std::string(64 * 1024, '#')), "");
    EXPECT_NE(problemOf("\xff\xfe[\0p\0]\0"s).find("UTF-16"), std::string::npos);
}

TEST_F(CredentialsFiles, areNotWaitedForWhereTheyAreNone)
{
    EXPECT_NE(problem().find("No such file"), std::string::npos);
    ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
    EXPECT_NE(problem().find("is a FIFO"), std::string::npos);
    ASSERT_EQ(::unlink(path().c_str()), 0);
    ASSERT_EQ(::mkdir(path().c_str(), 0700), 0);
    const std::string text = problem();
    EXPECT_NE(text.find("is a directory"), std::string::npos);
    EXPECT_NE(text.find("`credentials-file`"), std::string::npos);
}

TEST_F(CredentialsFiles, areReadOnce)
{
    write("[part]\nkey=s3cr3t\n");
    std::string error;
    CredentialsFile file(path(), form);
    ASSERT_TRUE(file.load(error));
    ASSERT_EQ(::unlink(path().c_str()), 0);
    EXPECT_TRUE(file.load(error));
    EXPECT_TRUE(file.value("part", "key", error));
    EXPECT_EQ(error, "");
}

TEST_F(CredentialsFiles, areReadOnceTheyAreMended)
{
    write("[part]\nkey=s3cr3t\n", 0644);
    std::string error;
    CredentialsFile file(path(), form);
    EXPECT_FALSE(file.load(error));
    ASSERT_EQ(::chmod(path().c_str(), 0600), 0);
    EXPECT_TRUE(file.load(error));
}

TEST_F(CredentialsFiles, areNamedInOneLineOfText)
{
    EXPECT_FALSE(CredentialsFile("", form).named());
    const CredentialsFile file("/a\nb\x1b[31m", form);
    EXPECT_TRUE(file.named());
    EXPECT_EQ(file.name().find('\n'), std::string::npos);
    EXPECT_EQ(file.name().find('\x1b'), std::string::npos);
}

} // namespace
} // namespace ooto::system
