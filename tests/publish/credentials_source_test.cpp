// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a target's credentials come from.
#include "publish/credentials_source.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <chrono>
#include <thread>

namespace
{

using namespace ooto;
using namespace ooto::publish;
using ooto::test::ScratchDirectory;

class File
{
public:
    explicit File(const std::string &text) { write(text); }

    void write(const std::string &text, mode_t mode = 0600) const
    {
        std::ofstream(path()) << text;
        ::chmod(path().c_str(), mode);
    }
    std::string path() const { return scratch_ / "credentials"; }

private:
    ScratchDirectory scratch_;
};

Settings with(const File &file, const std::string &uri = "https://host/x")
{
    Settings settings;
    settings.uri = uri;
    settings.credentialsFile = file.path();
    return settings;
}

std::string textOf(const system::Secret &secret)
{
    return std::string(secret.reveal());
}

/** Set for one test. */
class Variable
{
public:
    Variable(const char *name, const char *value) : name_(name) { ::setenv(name, value, 1); }
    Variable(const Variable &) = delete;
    Variable &operator=(const Variable &) = delete;
    ~Variable() { ::unsetenv(name_); }

private:
    const char *name_;
};

TEST(CredentialsSource, readsTheGroupOfTheHostBeforeTheCommonOne)
{
    const File file(
        "[publish]\nuser=common\npassword=p0\n"
        "[publish host]\nuser=anna\npassword = p1 \ntoken=t1\nsecret=whsec_A,whsec_B\n");
    CredentialsSource own(with(file));
    ASSERT_EQ(own.load(), "");
    EXPECT_EQ(own.current().userId, "anna");
    EXPECT_EQ(textOf(own.current().password), "p1");
    EXPECT_EQ(textOf(own.current().token), "t1");
    ASSERT_EQ(own.current().secrets.size(), 2U);
    EXPECT_EQ(textOf(own.current().secrets[0]), "whsec_A");
    EXPECT_EQ(textOf(own.current().secrets[1]), "whsec_B");
    CredentialsSource other(with(file, "https://elsewhere/x"));
    ASSERT_EQ(other.load(), "");
    EXPECT_EQ(other.current().userId, "common");
    EXPECT_EQ(textOf(other.current().password), "p0");
    EXPECT_TRUE(other.current().token.empty()) << "another host's token stays with it";
}

TEST(CredentialsSource, takesTheUriFromTheFileWhereThereIsNoOther)
{
    const File file("[publish]\nuri=https://host/hook?key=1\n");
    CredentialsSource none(with(file, ""));
    ASSERT_EQ(none.load(), "");
    EXPECT_EQ(none.uri(), "https://host/hook?key=1");
    CredentialsSource given(with(file, "https://given/"));
    ASSERT_EQ(given.load(), "");
    EXPECT_EQ(given.uri(), "https://given/");
}

TEST(CredentialsSource, takesPropertiesFirstAndTheEnvironmentLast)
{
    const Variable user("OOTO_PUBLISH_USER", "env-user");
    const Variable password("OOTO_PUBLISH_PASSWORD", "env-pw");
    CredentialsSource bare{Settings()};
    ASSERT_EQ(bare.load(), "");
    EXPECT_EQ(bare.current().userId, "env-user");
    EXPECT_EQ(textOf(bare.current().password), "env-pw");
    const File file("[publish]\nuser=anna\npassword=p1\n");
    CredentialsSource filed(with(file));
    ASSERT_EQ(filed.load(), "");
    EXPECT_EQ(filed.current().userId, "anna");
    EXPECT_EQ(textOf(filed.current().password), "p1");
    Settings settings = with(file);
    settings.userId = "given";
    settings.userPassword = system::Secret("p2");
    CredentialsSource given(settings);
    ASSERT_EQ(given.load(), "");
    EXPECT_EQ(given.current().userId, "given");
    EXPECT_EQ(textOf(given.current().password), "p2");
    EXPECT_TRUE(given.set(with(file)));
    EXPECT_FALSE(given.set(with(file)));
}

TEST(CredentialsSource, refusesFilesThatAreNoneOrOpenToEveryone)
{
    const File file("[publish]\npassword=s3cret\n");
    for (const mode_t mode : {mode_t{0604}, mode_t{0602}, mode_t{0601}}) {
        file.write("[publish]\npassword=s3cret\n", mode);
        CredentialsSource source(with(file));
        EXPECT_NE(source.load().find("chmod"), std::string::npos);
        EXPECT_TRUE(source.current().password.empty());
    }
    for (const char *bad :
         {"s3cret\n", "[other]\npassword=s3cret\n", "", "[publish]\npassword=s3cret\\q\n"}) {
        file.write(bad);
        CredentialsSource source(with(file));
        const std::string problem = source.load();
        EXPECT_NE(problem, "") << bad;
        EXPECT_EQ(problem.find("s3cret"), std::string::npos) << problem;
    }
    Settings missing;
    missing.credentialsFile = "/nowhere/credentials";
    EXPECT_NE(CredentialsSource(missing).load(), "");
}

TEST(CredentialsSource, noticesAnotherFileAndKeepsWhatItHadWhenItIsBroken)
{
    const File file("[publish]\npassword=first\n");
    CredentialsSource source(with(file));
    ASSERT_EQ(source.load(), "");
    std::string problem;
    const auto noticed = [&] {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < end) {
            if (source.refresh(problem))
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    };
    EXPECT_FALSE(source.refresh(problem));
    file.write("[publish]\npassword=second one\n");
    ASSERT_TRUE(noticed());
    EXPECT_EQ(problem, "");
    EXPECT_EQ(textOf(source.current().password), "second one");
    file.write("broken");
    ASSERT_TRUE(noticed());
    EXPECT_NE(problem, "");
    EXPECT_EQ(textOf(source.current().password), "second one");
    file.write("[publish]\npassword=third\n");
    ASSERT_TRUE(noticed());
    EXPECT_EQ(problem, "");
    EXPECT_EQ(textOf(source.current().password), "third");
}

} // namespace

/** Another element may have its own in the same file. */
TEST(CredentialsSource, leavesTheUriThatIsSet)
{
    const File file("[publish]\nuri=https://hook.example.com/secret\n");
    CredentialsSource source(with(file, "https://other.example.com/"));
    EXPECT_EQ(source.load(), "");
    EXPECT_EQ(source.uri(), "https://other.example.com/");
    EXPECT_EQ(source.current().uri, "");
}
