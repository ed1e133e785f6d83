// SPDX-License-Identifier: LGPL-2.1-or-later
// A JSON object, written member by member.
#pragma once

#include "system/handles.h"

#include <json-glib/json-glib.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ooto::publish
{

/** Text that is no UTF-8 is made so. Each open() and openList() needs its close. */
class JsonText
{
public:
    JsonText();

    JsonText &set(const char *key, const std::string &text);
    JsonText &set(const char *key, std::uint64_t number);
    JsonText &set(const char *key, const std::vector<std::string> &texts);
    JsonText &setNull(const char *key);
    /** An object. */
    JsonText &open(const std::string &key);
    JsonText &close();
    JsonText &openList(const char *key);
    JsonText &closeList();
    /** An object in a list. */
    JsonText &openItem();

    /** Ends the object. @return one line */
    std::string take();

private:
    system::ObjectHandle<JsonBuilder> builder_;
};

} // namespace ooto::publish
