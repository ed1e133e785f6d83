// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trouble.h"

#include <array>
#include <cstddef>
#include <utility>

namespace ooto::server
{
namespace
{

constexpr std::size_t hugeBytes = 8u << 20;
constexpr std::size_t deepLevels = 1'000'000;

constexpr std::array<std::pair<const char *, BodyTrouble>, 6> names = {{
    {"truncated", BodyTrouble::Truncated},
    {"malformed", BodyTrouble::Malformed},
    {"empty", BodyTrouble::Empty},
    {"html", BodyTrouble::Html},
    {"huge", BodyTrouble::Huge},
    {"deep", BodyTrouble::Deep},
}};

} // namespace

std::optional<BodyTrouble> bodyTroubleNamed(const std::string &name)
{
    for (const auto &[known, trouble] : names)
        if (name == known)
            return trouble;
    return std::nullopt;
}

std::string troubledBody(BodyTrouble trouble, const std::string &right)
{
    switch (trouble) {
    case BodyTrouble::None:
    case BodyTrouble::Truncated:
        return right;
    case BodyTrouble::Malformed:
        return right.substr(0, right.size() - right.size() / 4 - 1);
    case BodyTrouble::Empty:
        return {};
    case BodyTrouble::Html:
        return "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>\n";
    case BodyTrouble::Huge:
        return R"({"result": {}, "filler": ")" + std::string(hugeBytes, 'x') + "\"}";
    case BodyTrouble::Deep:
        return std::string(deepLevels, '[');
    }
    return right;
}

} // namespace ooto::server
