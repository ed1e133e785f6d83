// SPDX-License-Identifier: LGPL-2.1-or-later
// The first lines of a template: which events it is for, and what goes with its body.
#pragma once

#include "core/asking/face.h"
#include "core/base/expected.h"
#include "publish/template_escape.h"
#include "publish/template_mistake.h"

#include <string>
#include <string_view>
#include <vector>

namespace ooto::publish
{

/** A value that is a template itself. */
struct HeadTemplate {
    std::string text; ///< empty: not given
    unsigned line = 0;
};

struct TemplateHead {
    std::vector<core::FaceEventType> events; ///< empty: all
    std::vector<core::Status> statuses;      ///< empty: all
    std::string contentType = "text/plain; charset=utf-8";
    Escape escape = Escape::Line; ///< by the content type
    HeadTemplate topic;
    HeadTemplate path;
    std::string method; ///< empty: not given
    std::string answer; ///< likewise
    bool retain = false;
    std::size_t bodyStart = 0; ///< bytes
    unsigned bodyLine = 0;
};

/** Lines `key: value` up to an empty one; those that begin with `#` are for people. */
core::Expected<TemplateHead, TemplateMistake> readHead(std::string_view text);

} // namespace ooto::publish
