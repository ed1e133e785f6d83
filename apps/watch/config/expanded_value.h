// SPDX-License-Identifier: LGPL-2.1-or-later
// A value with its `${VAR}` and `${VAR:default}` replaced, which still tells them from the rest.
#pragma once

#include "config/config_reader.h"
#include "core/base/expected.h"
#include "system/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace ooto::watch
{

class ExpandedValue
{
public:
    ExpandedValue() = default;

    bool empty() const;
    bool hasVariables() const;
    system::Secret plain() const;
    /**
     * For gst-launch: what variables brought has a backslash before each character that could mean
     * something there, so that it stays one word, inside quotes and outside. One that is empty and
     * all of a property's value is "".
     * @return a text for people where gst-launch has no way to say it
     */
    core::Expected<system::Secret, std::string> quoted() const;
    /** Likewise with `${VAR}`, quoted, in place of what they brought: may be shown. */
    std::string quotedNames() const;
    /** `${ONE}, ${TWO}` */
    std::string names() const;

private:
    friend core::Expected<ExpandedValue, std::string> expand(std::string_view, const Lookup &);

    struct Part {
        std::string name; ///< of the variable; empty: it was written so
        system::Secret text;
    };
    /** The character that comes after the part; 0: none. */
    char after(std::size_t index) const;

    std::vector<Part> parts_;
};

/**
 * Replaces `${VAR}`, and `${VAR:default}`, whose default (up to the next `}`) is for a variable
 * that is not set or empty. `$${` is a `${` that stays; any other `$` is one.
 * @return a text for people where a variable is not set or has no name
 */
core::Expected<ExpandedValue, std::string> expand(std::string_view text, const Lookup &environment);

} // namespace ooto::watch
