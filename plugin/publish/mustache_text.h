// SPDX-License-Identifier: LGPL-2.1-or-later
// Mustache with the fields of an event. The one place that knows the library.
#pragma once

#include "core/base/expected.h"
#include "publish/template_check.h"
#include "publish/template_escape.h"

#include <json-glib/json-glib.h>

#include <optional>
#include <string>

namespace ooto::publish
{

inline constexpr std::size_t maxRenderedBytes = 1024 * 1024;

/** What is wanted of `label|32`. */
struct CutName {
    std::string field;
    std::size_t maxBytes = 0;
};

/** Nothing where the name is not of the form, with 1 to 9999 bytes. */
std::optional<CutName> readCutName(const std::string &name);

/** A text that has passed checkTags(). Thread-safe. */
struct MustacheText {
    std::string text;
    TemplateTags tags;

    /**
     * False, empty, null and absent are all false to a section. In topics the field `prefix` stays
     * as it is: it is the user's own, and may have levels.
     * @return the text, at most 1 MiB, or why there is none; memory stays below 20 MiB
     */
    core::Expected<std::string, TemplateMistake> render(JsonObject *fields, Escape escape) const;
};

} // namespace ooto::publish
