// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/tokens.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ooto::watch
{
namespace
{

// printf %s secret | sha256sum
const std::string hashOfSecret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

class TokensTest : public testing::Test
{
protected:
    void write(const std::string &content, mode_t mode = 0600)
    {
        std::ofstream(path) << content;
        ASSERT_EQ(chmod(path.c_str(), mode), 0);
    }

    test::ScratchDirectory folder;
    const std::string path = folder / "tokens";
};

TEST_F(TokensTest, knowWhoseTokenItIs)
{
    write("# who: what\n\n  home:" + hashOfSecret +
          "  \r\nNight: shift:0000000000000000000000000000000000000000000000000000000000000000\n");
    const auto tokens = Tokens::read(path);
    ASSERT_TRUE(tokens) << tokens.error();
    EXPECT_EQ((*tokens).ownerOf("secret"), "home");
    EXPECT_EQ((*tokens).ownerOf("secret "), std::nullopt);
    EXPECT_EQ((*tokens).ownerOf(""), std::nullopt);
    EXPECT_EQ((*tokens).ownerOf(hashOfSecret), std::nullopt) << "the hash is no token";
}

TEST_F(TokensTest, takeHashesInCapitals)
{
    std::string hash = hashOfSecret;
    for (char &c : hash)
        c = static_cast<char>(std::toupper(c));
    write("home:" + hash);
    const auto tokens = Tokens::read(path);
    ASSERT_TRUE(tokens);
    EXPECT_EQ((*tokens).ownerOf("secret"), "home");
}

TEST_F(TokensTest, nameTheLineThatIsWrong)
{
    for (const std::string &line :
         {std::string("home"), std::string("home:secret"), ':' + hashOfSecret,
          "home:" + hashOfSecret.substr(1), "home:" + hashOfSecret.substr(1) + "g"}) {
        write("# a\n" + line + "\n");
        const auto tokens = Tokens::read(path);
        ASSERT_FALSE(tokens) << line;
        EXPECT_TRUE(tokens.error().starts_with(path + ":2: ")) << tokens.error();
        EXPECT_EQ(tokens.error().find("secret"), std::string::npos)
            << "a token that stands there by mistake is not repeated";
    }
}

TEST_F(TokensTest, areNotTakenFromAFileThatOthersCanWrite)
{
    write("home:" + hashOfSecret, 0666);
    EXPECT_FALSE(Tokens::read(path));
    write("home:" + hashOfSecret, 0644);
    EXPECT_TRUE(Tokens::read(path));
}

TEST_F(TokensTest, areNotTakenFromNothing)
{
    EXPECT_FALSE(Tokens::read(path));
    write("# nobody\n");
    EXPECT_FALSE(Tokens::read(path));
    EXPECT_FALSE(Tokens::read(folder.path()));
    EXPECT_TRUE(Tokens().empty());
    EXPECT_EQ(Tokens().ownerOf(""), std::nullopt);
}

TEST_F(TokensTest, oneIsMadeAtTheFirstStartAndOnlyItsHashIsKept)
{
    const std::string state = folder / "state";
    const auto first = ownTokens(state);
    ASSERT_TRUE(first) << first.error();
    ASSERT_TRUE((*first).made);
    const std::string token = (*first).made->reveal();
    EXPECT_EQ(token.size(), 32U);
    EXPECT_TRUE((*first).tokens.ownerOf(token));
    const std::string file = state + "/watch-token";
    EXPECT_EQ(test::contentOf(file).find(token), std::string::npos);
    struct stat info {
    };
    ASSERT_EQ(stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U);

    const auto second = ownTokens(state);
    ASSERT_TRUE(second) << second.error();
    EXPECT_FALSE((*second).made);
    EXPECT_TRUE((*second).tokens.ownerOf(token)) << "it still holds";

    const auto other = ownTokens(folder / "other");
    ASSERT_TRUE(other);
    EXPECT_NE(std::string((*other).made->reveal()), token);
}

TEST_F(TokensTest, noneIsMadeOverAFileThatIsBrokenOrWhereNoneCanBeKept)
{
    const std::string state = folder / "state";
    ASSERT_TRUE(ownTokens(state));
    std::ofstream(state + "/watch-token") << "broken";
    EXPECT_FALSE(ownTokens(state));
    EXPECT_EQ(test::contentOf(state + "/watch-token"), "broken");
    std::ofstream(folder / "in-the-way") << "x";
    const auto none = ownTokens(folder / "in-the-way");
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().find("in-the-way"), std::string::npos);
}

TEST(EqualInConstantTime, comparesAllOfBoth)
{
    EXPECT_TRUE(equalInConstantTime("", ""));
    EXPECT_TRUE(equalInConstantTime("abc", "abc"));
    EXPECT_FALSE(equalInConstantTime("abc", "abd"));
    EXPECT_FALSE(equalInConstantTime("abc", "bbc"));
    EXPECT_FALSE(equalInConstantTime("abc", "abcd"));
}

} // namespace
} // namespace ooto::watch
