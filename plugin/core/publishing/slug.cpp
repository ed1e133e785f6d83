// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/publishing/slug.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace ooto::core
{

namespace
{

constexpr std::size_t longest = 64;
constexpr std::size_t hashLength = 9; // with its hyphen

std::uint32_t fnv1a(std::string_view text)
{
    std::uint32_t hash = 2166136261U;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 16777619U;
    }
    return hash;
}

bool isKept(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

} // namespace

std::string slug(std::string_view name)
{
    std::string kept;
    for (const char c : name) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (isKept(lower))
            kept += lower;
        else if (!kept.empty() && kept.back() != '-')
            kept += '-';
    }
    if (!name.empty() && kept == name && kept.size() <= longest)
        return kept;
    if (kept.size() > longest - hashLength)
        kept.resize(longest - hashLength);
    while (!kept.empty() && kept.back() == '-')
        kept.pop_back();
    std::array<char, 16> hash{};
    std::snprintf(hash.data(), hash.size(), "%08x", fnv1a(name));
    return kept.empty() ? std::string("x-") + hash.data() : kept + "-" + hash.data();
}

} // namespace ooto::core
