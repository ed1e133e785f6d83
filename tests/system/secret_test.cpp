// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/secret.h"

#include <gtest/gtest.h>

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>

namespace
{

constexpr std::string_view marker = "correct-horse-battery-staple";
std::atomic<int> freedWithMarker{0};
std::atomic<int> freedBlocks{0};

} // namespace

// What Secret allocates comes through here, so that a test can look at it as it is freed.
void *operator new[](std::size_t size)
{
    void *block = std::calloc(1, size);
    if (!block)
        throw std::bad_alloc();
    return block;
}

void operator delete[](void *block) noexcept
{
    if (block) {
        ++freedBlocks;
        freedWithMarker += memmem(block, malloc_usable_size(block), marker.data() + 1,
                                  marker.size() - 1) != nullptr;
    }
    std::free(block);
}

void operator delete[](void *block, std::size_t) noexcept
{
    operator delete[](block);
}

namespace ooto::system
{
namespace
{

template<typename T>
concept Printable = requires(std::ostream &stream, const T &value)
{
    stream << value;
};
static_assert(!Printable<Secret>);
static_assert(Printable<std::string>);

TEST(Secret, wipesItsBytesInEveryWayItGoes)
{
    freedWithMarker = 0;
    freedBlocks = 0;
    {
        Secret first{marker};
        Secret copy = first;
        Secret moved = std::move(copy);
        first = Secret{"another"};
        moved = first;
        Secret last{marker};
    }
    EXPECT_EQ(freedBlocks, 5);
    EXPECT_EQ(freedWithMarker, 0);
}

TEST(Secret, copiesAreSecretsOfTheirOwn)
{
    const Secret first{marker};
    const Secret copy = first;
    EXPECT_EQ(copy, first);
    EXPECT_NE(copy.reveal(), first.reveal());
    EXPECT_EQ(copy.reveal(), std::string(marker));
}

TEST(Secret, isEmptyAfterItWasMoved)
{
    Secret first{marker};
    const Secret second = std::move(first);
    EXPECT_TRUE(first.empty()); // NOLINT: that is what is promised
    EXPECT_STREQ(first.reveal(), "");
    EXPECT_FALSE(second.empty());
    EXPECT_NE(first, second);
}

TEST(Secret, survivesAssignmentToItself)
{
    Secret secret{marker};
    const Secret &alias = secret;
    secret = alias;
    EXPECT_EQ(secret.reveal(), std::string(marker));
}

TEST(Secret, knowsWhatAHeaderCanCarry)
{
    EXPECT_TRUE(Secret{"eyJhbGciOi.J9._-~ !"}.fitsHeader());
    EXPECT_TRUE(Secret{}.fitsHeader());
    using namespace std::string_view_literals;
    for (const auto bad : {"a\nb"sv, "a\rb"sv, "a\tb"sv, "a\0b"sv, "a\x7f"sv, "k\xc3\xa9y"sv})
        EXPECT_FALSE(Secret{bad}.fitsHeader()) << bad;
}

} // namespace
} // namespace ooto::system
