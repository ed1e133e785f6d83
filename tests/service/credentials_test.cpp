// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/credentials.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace ooto::service
{
namespace
{

using system::Secret;

constexpr const char *theKey = "hunter2hunter2";

class CredentialsTest : public testing::Test
{
protected:
    void SetUp() override
    {
        ASSERT_FALSE(directory_.path().empty());
        unsetenv("OOTO_APP_ID");
        unsetenv("OOTO_APP_KEY");
    }

    std::string file(const std::string &text, mode_t mode = 0600)
    {
        const std::string path = directory_ / "key file";
        std::ofstream(path) << text;
        chmod(path.c_str(), mode);
        return path;
    }

    void expectFound(const CredentialsResult &result, const std::string &id, const std::string &key)
    {
        EXPECT_EQ(result.error, "");
        EXPECT_EQ(result.credentials.appId, id);
        EXPECT_EQ(result.credentials.appKey.reveal(), key);
    }

    /** An error of one line that names this and not the key, and nothing to send. */
    void expectError(const CredentialsResult &result, const std::string &mention)
    {
        EXPECT_NE(result.error.find(mention), std::string::npos) << result.error;
        EXPECT_EQ(result.error.find("hunter2"), std::string::npos) << result.error;
        EXPECT_EQ(result.error.find('\n'), std::string::npos) << result.error;
        EXPECT_TRUE(result.credentials.appId.empty());
        EXPECT_TRUE(result.credentials.appKey.empty());
    }

    test::ScratchDirectory directory_;
};

TEST_F(CredentialsTest, takesWhatIsGivenFirst)
{
    setenv("OOTO_APP_ID", "env-id", 1);
    setenv("OOTO_APP_KEY", "env-key", 1);
    const std::string path = file("[ooto]\napp-id=file-id\napp-key=file-key\n");
    expectFound(findCredentials({"given-id", Secret("given-key")}, path), "given-id", "given-key");
    expectFound(findCredentials({}, path), "file-id", "file-key");
    expectFound(findCredentials({"given-id", {}}, path), "given-id", "file-key");
    expectFound(findCredentials({"given-id", {}}, ""), "given-id", "env-key");
    expectFound(findCredentials({}, ""), "env-id", "env-key");
}

TEST_F(CredentialsTest, doesNotLookAtTheFileWhenAllIsGiven)
{
    expectFound(findCredentials({"id", Secret("key")}, "/no/such/file"), "id", "key");
}

TEST_F(CredentialsTest, saysWhatToSetWhenThereIsNothing)
{
    expectError(findCredentials({}, ""), "`app-id`");
    expectError(findCredentials({}, ""), "OOTO_APP_ID");
    expectError(findCredentials({"id", {}}, ""), "`app-key`");
    expectError(findCredentials({"id", {}}, ""), "`credentials-file`");
    expectError(findCredentials({"id", {}}, ""), "OOTO_APP_KEY");
    setenv("OOTO_APP_KEY", "", 1);
    expectError(findCredentials({"id", {}}, ""), "OOTO_APP_KEY");
}

TEST_F(CredentialsTest, refusesAFileThatIsOpenToEveryone)
{
    for (const mode_t mode : {0601, 0602, 0604, 0644, 0666}) {
        const std::string path = file("[ooto]\napp-id=id\napp-key=hunter2\n", mode);
        expectError(findCredentials({}, path), "chmod o-rwx " + path);
    }
    for (const mode_t mode : {0600, 0400, 0640, 0660, 0770})
        expectFound(findCredentials({}, file("[ooto]\napp-id=id\napp-key=key\n", mode)), "id",
                    "key");
}

TEST_F(CredentialsTest, saysWhatTheFileLacks)
{
    expectError(findCredentials({}, directory_ / "none"), "none");
    expectError(findCredentials({}, directory_ / "none"), "`credentials-file`");
    expectError(findCredentials({}, directory_.path()), "no regular file");
    expectError(findCredentials({}, file("")), "[ooto]");
    expectError(findCredentials({}, file("[other]\napp-id=id\n")), "[ooto]");
    expectError(findCredentials({}, file("[ooto]\napp-key=hunter2\n")), "app-id");
    expectError(findCredentials({}, file("[ooto]\napp-id=id\n")), "app-key");
    expectError(findCredentials({}, file("[ooto]\napp-id=id\napp-key=\n")), "empty app-key");
    expectError(findCredentials({}, file("[ooto]\napp-id=id\napp-key=   \n")), "empty app-key");
}

TEST_F(CredentialsTest, doesNotFallBackToTheEnvironmentWhereAFileIsNamed)
{
    setenv("OOTO_APP_ID", "env-id", 1);
    setenv("OOTO_APP_KEY", "env-key", 1);
    expectError(findCredentials({}, file("[ooto]\napp-id=id\n")), "app-key");
}

TEST_F(CredentialsTest, neverQuotesAFileThatItDoesNotUnderstand)
{
    expectError(findCredentials({}, file(theKey)), "no key file");
    expectError(findCredentials({}, file(std::string("[ooto]\n") + theKey + "\n")), "no key file");
    expectError(findCredentials({}, file("[ooto]\napp-id=id\napp-key=hunter2\\q\n")), "app-key");
    expectError(findCredentials({}, file("[ooto]\napp-id=id\napp-key=hunter2\xff\n")), "app-key");
    expectError(findCredentials({}, file(std::string(100000, 'x'))), "no key file");
}

TEST_F(CredentialsTest, stripsWhiteSpaceAroundTheFilesValues)
{
    expectFound(findCredentials({}, file("[ooto]\r\napp-id = id \r\napp-key =\tkey\t \r\n")), "id",
                "key");
    expectFound(findCredentials({}, file("# mine\n[ooto]\napp-id=id\\s\napp-key=a\\\\b\n")), "id",
                "a\\b");
}

TEST_F(CredentialsTest, refusesWhatAHeaderCannotCarry)
{
    expectError(findCredentials({"id", Secret("hunter2\n")}, ""), "app-key");
    expectError(findCredentials({"id", Secret("hunter2\xc3\xa9")}, ""), "app-key");
    expectError(findCredentials({"i\r\nd", Secret("hunter2")}, ""), "app-id");
    expectError(findCredentials({}, file("[ooto]\napp-id=id\napp-key=hunter2\\nX: y\n")),
                "app-key");
    setenv("OOTO_APP_KEY", "hunter2\n", 1);
    expectError(findCredentials({"id", {}}, ""), "app-key");
}

TEST_F(CredentialsTest, doesNotWaitForAFifo)
{
    const std::string path = directory_ / "fifo";
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    expectError(findCredentials({}, path), "no regular file");
}

TEST_F(CredentialsTest, readsRegularFilesOnlyAndSaysWhatElseItIs)
{
    expectError(findCredentials({}, "/dev/zero"), "is a device, no regular file");
    expectError(findCredentials({}, directory_.path()), "is a directory, no regular file");
    const std::string huge = file("[ooto]\napp-id=id\napp-key=hunter2\n");
    std::filesystem::resize_file(huge, std::uintmax_t{1} << 40);
    expectError(findCredentials({}, huge), "larger than 64 KiB");
}

TEST_F(CredentialsTest, skipsAMarkBeforeUtf8AndTellsUtf16)
{
    const std::string text = "[ooto]\napp-id=id\napp-key=hunter2\n";
    expectFound(findCredentials({}, file("\xef\xbb\xbf" + text)), "id", "hunter2");
    std::string wide = "\xff\xfe";
    for (const char c : text)
        wide += {c, '\0'};
    expectError(findCredentials({}, file(wide)), "save it as UTF-8");
    expectError(findCredentials({}, file(wide.substr(2))), "save it as UTF-8");
}

TEST_F(CredentialsTest, readsTheFileAgainEachTime)
{
    const std::string path = file("[ooto]\napp-id=id\napp-key=old\n");
    expectFound(findCredentials({}, path), "id", "old");
    file("[ooto]\napp-id=id\napp-key=new\n");
    expectFound(findCredentials({}, path), "id", "new");
}

} // namespace
} // namespace ooto::service
