// SPDX-License-Identifier: LGPL-2.1-or-later
// Which tags a template has, and that they are in order.
#pragma once

#include "core/base/expected.h"
#include "publish/template_mistake.h"

#include <string>
#include <string_view>
#include <vector>

namespace ooto::publish
{

/** Sections inside of sections. */
inline constexpr std::size_t maxTemplateDepth = 16;

struct TemplateTag {
    std::string name; ///< as it stands: `label`, `quality.blur`, `label|32`, `.`
    unsigned line = 0;
    bool section = false;
};

struct TemplateTags {
    std::vector<TemplateTag> tags;  ///< variables and sections, in their order
    std::size_t longestSection = 0; ///< bytes, with the sections inside of it

    bool have(std::string_view name) const;
};

/**
 * Refuses what would not be escaped, comes from elsewhere or changes the rules (`{{{`, `{{&`,
 * `{{>`, `{{=`), and what does not match.
 * @param firstLine the text's, in its file
 */
core::Expected<TemplateTags, TemplateMistake> checkTags(std::string_view text, unsigned firstLine);

} // namespace ooto::publish
