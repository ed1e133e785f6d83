// SPDX-License-Identifier: LGPL-2.1-or-later
// Where publishers' credentials come from, and which of them go where.
#include "publish/credentials_source.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

namespace ooto::test
{

namespace
{

using publish::Credentials;
using publish::CredentialsSource;
using publish::Settings;

class Account
{
public:
    explicit Account(const std::string &text) : path_(folder_ / "publish.conf")
    {
        std::ofstream(path_) << text;
        ::chmod(path_.c_str(), 0600);
    }

    Settings settings(const std::string &uri) const
    {
        Settings settings;
        settings.uri = uri;
        settings.credentialsFile = path_;
        return settings;
    }

private:
    ScratchDirectory folder_;
    std::string path_;
};

Credentials read(const Settings &settings)
{
    CredentialsSource source(settings);
    EXPECT_EQ(source.load(), "");
    return source.current();
}

TEST(CredentialsSource, takesTheGroupOfTheHostFirst)
{
    const Account account("[publish]\ntoken=common\n[publish hook.example.com]\ntoken=own\n");
    EXPECT_STREQ(read(account.settings("https://hook.example.com/a")).token.reveal(), "own");
    EXPECT_STREQ(read(account.settings("https://other.example.com/a")).token.reveal(), "common");
}

TEST(CredentialsSource, mixesNoTwoGroups)
{
    const Account account("[publish]\ntoken=common\n[publish hook.example.com]\nuser=me\n");
    const Credentials credentials = read(account.settings("https://hook.example.com/a"));
    EXPECT_EQ(credentials.userId, "me");
    EXPECT_TRUE(credentials.token.empty());
}

TEST(CredentialsSource, takesTheUriWhereNoneIsSet)
{
    const Account account("[publish]\nuri=https://hook.example.com/secret\n");
    CredentialsSource source(account.settings(""));
    EXPECT_EQ(source.load(), "");
    EXPECT_EQ(source.uri(), "https://hook.example.com/secret");
    EXPECT_EQ(source.current().uri, "https://hook.example.com/secret");
}

/** Another element may have its own in the same file. */
TEST(CredentialsSource, leavesTheUriThatIsSet)
{
    const Account account("[publish]\nuri=https://hook.example.com/secret\n");
    CredentialsSource source(account.settings("https://other.example.com/"));
    EXPECT_EQ(source.load(), "");
    EXPECT_EQ(source.uri(), "https://other.example.com/");
    EXPECT_EQ(source.current().uri, "");
}

TEST(CredentialsSource, takesSeveralSecrets)
{
    const Account account("[publish]\nsecret=whsec_bmV3 whsec_b2xk\n");
    const Credentials credentials = read(account.settings("https://hook.example.com/"));
    ASSERT_EQ(credentials.secrets.size(), 2U);
    EXPECT_STREQ(credentials.secrets[0].reveal(), "whsec_bmV3");
    EXPECT_STREQ(credentials.secrets[1].reveal(), "whsec_b2xk");
}

} // namespace

} // namespace ooto::test
