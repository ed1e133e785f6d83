// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/tokens.h"

#include "server/state_file.h"
#include "system/handles.h"
#include "system/plain_text.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <filesystem>

namespace ooto::watch
{

namespace
{

constexpr std::size_t maxTokenFileBytes = 64 * 1024;
constexpr std::size_t hashHexSize = 64;
constexpr const char *ownFile = "watch-token";
constexpr const char *ownName = "first-start";

std::string sha256(std::string_view text)
{
    return system::CharsHandle(
               g_compute_checksum_for_data(
                   G_CHECKSUM_SHA256, reinterpret_cast<const guchar *>(text.data()), text.size()))
        .get();
}

bool isHash(std::string_view text)
{
    return text.size() == hashHexSize && std::all_of(text.begin(), text.end(), [](char c) {
               return std::isxdigit(static_cast<unsigned char>(c)) != 0;
           });
}

std::string lowerCase(std::string_view text)
{
    return system::CharsHandle(g_ascii_strdown(text.data(), static_cast<gssize>(text.size())))
        .get();
}

/** 128 bits in hex; empty where the system has none. */
std::string randomToken()
{
    std::array<std::uint8_t, 16> bits{};
    if (getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size()))
        return {};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string token;
    for (const std::uint8_t byte : bits)
        token += {digits[byte >> 4], digits[byte & 15]};
    return token;
}

std::string at(const std::string &path, unsigned line, const std::string &text)
{
    return path + ':' + std::to_string(line) + ": " + text;
}

} // namespace

bool equalInConstantTime(std::string_view one, std::string_view other)
{
    if (one.size() != other.size())
        return false;
    volatile unsigned char different = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        different = static_cast<unsigned char>(different | (one[i] ^ other[i]));
    return different == 0;
}

core::Expected<Tokens, std::string> Tokens::read(const std::string &path)
{
    system::RegularFile file(path);
    if (file.problem().empty() && (file.mode() & (S_IWGRP | S_IWOTH)) != 0)
        return path + ": others can write it, and so give themselves a token: chmod go-w";
    std::string problem;
    const auto content = system::readRegularFile(path, maxTokenFileBytes, problem);
    if (!content)
        return path + ": " + problem;
    Tokens tokens;
    unsigned number = 0;
    std::string_view rest = system::withoutByteOrderMark(*content);
    while (!rest.empty()) {
        ++number;
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = system::trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.front() == '#')
            continue;
        const auto colon = line.rfind(':');
        if (colon == std::string_view::npos || colon == 0 || !isHash(line.substr(colon + 1)))
            return at(path, number,
                      "is no NAME:HASH, where HASH is the token's SHA-256 in 64 hex digits");
        tokens.tokens_.push_back(
            {system::plainText(line.substr(0, colon)), lowerCase(line.substr(colon + 1))});
    }
    if (tokens.empty())
        return path + ": has no token in it";
    return tokens;
}

std::optional<std::string> Tokens::ownerOf(std::string_view token) const
{
    const std::string hash = sha256(token);
    std::optional<std::string> owner;
    for (const Token &each : tokens_) {
        if (equalInConstantTime(each.hash, hash))
            owner = each.owner;
    }
    return owner;
}

core::Expected<OwnTokens, std::string> ownTokens(const std::string &stateDirectory)
{
    const std::string path = std::filesystem::path(stateDirectory) / ownFile;
    std::error_code error;
    const auto kind = std::filesystem::symlink_status(path, error).type();
    OwnTokens own;
    if (kind == std::filesystem::file_type::not_found) {
        own.made = system::Secret(randomToken());
        if (own.made->empty())
            return std::string("the system has no random numbers for a token");
        const std::string problem =
            replaceFile(path, std::string(ownName) + ':' + sha256(own.made->reveal()) + '\n');
        if (!problem.empty())
            return problem;
    }
    auto tokens = Tokens::read(path);
    if (!tokens)
        return tokens.error();
    own.tokens = *tokens;
    return own;
}

} // namespace ooto::watch
