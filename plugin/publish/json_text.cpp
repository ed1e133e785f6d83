// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/json_text.h"

#include "system/text_encoding.h"

#include <algorithm>
#include <limits>

namespace ooto::publish
{

JsonText::JsonText() : builder_(json_builder_new())
{
    json_builder_begin_object(builder_.get());
}

JsonText &JsonText::set(const char *key, const std::string &text)
{
    json_builder_set_member_name(builder_.get(), key);
    json_builder_add_string_value(builder_.get(), system::validUtf8(text).c_str());
    return *this;
}

JsonText &JsonText::set(const char *key, std::uint64_t number)
{
    constexpr std::uint64_t most = std::numeric_limits<gint64>::max();
    json_builder_set_member_name(builder_.get(), key);
    json_builder_add_int_value(builder_.get(), static_cast<gint64>(std::min(number, most)));
    return *this;
}

JsonText &JsonText::set(const char *key, const std::vector<std::string> &texts)
{
    openList(key);
    for (const std::string &text : texts)
        json_builder_add_string_value(builder_.get(), system::validUtf8(text).c_str());
    return closeList();
}

JsonText &JsonText::setNull(const char *key)
{
    json_builder_set_member_name(builder_.get(), key);
    json_builder_add_null_value(builder_.get());
    return *this;
}

JsonText &JsonText::open(const std::string &key)
{
    json_builder_set_member_name(builder_.get(), key.c_str());
    return openItem();
}

JsonText &JsonText::close()
{
    json_builder_end_object(builder_.get());
    return *this;
}

JsonText &JsonText::openList(const char *key)
{
    json_builder_set_member_name(builder_.get(), key);
    json_builder_begin_array(builder_.get());
    return *this;
}

JsonText &JsonText::closeList()
{
    json_builder_end_array(builder_.get());
    return *this;
}

JsonText &JsonText::openItem()
{
    json_builder_begin_object(builder_.get());
    return *this;
}

std::string JsonText::take()
{
    close();
    const system::Handle<JsonNode, json_node_unref> root(json_builder_get_root(builder_.get()));
    return system::CharsHandle(json_to_string(root.get(), FALSE)).get();
}

} // namespace ooto::publish
