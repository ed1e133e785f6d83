// SPDX-License-Identifier: LGPL-2.1-or-later
// A body of several parts, multipart/form-data.
#pragma once

#include "system/handles.h"

#include <string>
#include <string_view>
#include <vector>

namespace ooto::http
{

/** Of a form; all is borrowed for the call. */
struct Part {
    std::string_view name;
    std::string_view fileName; ///< empty: a field, and no file
    std::string_view contentType;
    std::string_view bytes;
};

struct Multipart {
    std::string contentType; ///< with the boundary, which is another one each time
    system::BytesHandle body;
};

/** The parts in their order; this copies them, as libsoup has no body of several parts. */
Multipart makeMultipart(const std::vector<Part> &parts);

} // namespace ooto::http
