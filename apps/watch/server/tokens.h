// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may switch cameras: tokens, of which only hashes are kept.
#pragma once

#include "core/base/expected.h"
#include "system/secret.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ooto::watch
{

/** Hashes of tokens, by the names of those who have them. */
class Tokens
{
public:
    /** None: nobody may switch anything. */
    Tokens() = default;
    /**
     * Lines `NAME:SHA-256 of the token in hex`; empty ones and those with `#` first are passed
     * over. `printf %s TOKEN | sha256sum` makes one.
     * @return what is wrong, as `FILE:LINE: TEXT`
     */
    static core::Expected<Tokens, std::string> read(const std::string &path);

    /** Whose token it is; nothing for one that nobody has. Takes as long for all that are wrong. */
    std::optional<std::string> ownerOf(std::string_view token) const;
    bool empty() const { return tokens_.empty(); }

private:
    struct Token {
        std::string owner;
        std::string hash; ///< hex, lower case
    };
    std::vector<Token> tokens_;
};

/** The tokens that hold, and the one that was made just now. */
struct OwnTokens {
    Tokens tokens;
    /** To be shown to people once: nobody can tell it any more afterwards. */
    std::optional<system::Secret> made;
};

/**
 * The token in the directory's file `watch-token`; where there is none, one of 128 random bits is
 * made, and its hash kept there.
 * @return what is wrong with the file, or why it cannot be written: there is no token then
 */
core::Expected<OwnTokens, std::string> ownTokens(const std::string &stateDirectory);

/** Whether both are the same; takes as long for all texts of a length. */
bool equalInConstantTime(std::string_view one, std::string_view other);

} // namespace ooto::watch
