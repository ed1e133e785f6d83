// SPDX-License-Identifier: LGPL-2.1-or-later
// What a server says to one command.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ooto::redis
{

struct Reply {
    enum class Kind { Nil, Text, Number, List, Error };
    Kind kind = Kind::Nil;
    std::string text; ///< of Text and Error: bytes of the server's
    std::int64_t number = 0;
    std::vector<Reply> items;
};

} // namespace ooto::redis
