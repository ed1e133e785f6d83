// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/mustache_text.h"

#include "publish/template_fields.h"

#include <kainjow/mustache.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ooto::publish
{

namespace
{

namespace mustache = kainjow::mustache;

constexpr std::size_t maxSectionBytes = 16 * maxRenderedBytes;
constexpr std::size_t leastSectionBytes = 64; // so that empty ones count, too

/** Ends a render from within the library; caught in this file. */
struct Overflow {
};

/** Counts down to an overflow. */
class Allowance
{
public:
    explicit Allowance(std::size_t bytes) : left_(bytes) {}
    void take(std::size_t bytes)
    {
        if (bytes > left_)
            throw Overflow();
        left_ -= bytes;
    }

private:
    std::size_t left_;
};

/**
 * What the library writes a line at a time. A line is held by the library meanwhile, so that
 * sections and values have allowances of their own.
 */
class BoundedText
{
public:
    BoundedText &operator<<(const std::string &part)
    {
        allowance_.take(part.size());
        text_ += part;
        return *this;
    }
    std::string take() { return std::move(text_); }

private:
    Allowance allowance_{maxRenderedBytes};
    std::string text_;
};

/** Lists inside of lists would go on for ages. */
class BoundedContext : public mustache::context<std::string>
{
public:
    BoundedContext(const mustache::data *root, std::size_t sectionBytes)
        : sectionBytes_(std::max(sectionBytes, leastSectionBytes))
    {
        context::push(root);
    }
    void push(const mustache::data *data) override
    {
        allowance_.take(sectionBytes_);
        context::push(data);
    }

private:
    std::size_t sectionBytes_;
    Allowance allowance_{maxSectionBytes};
};

mustache::data falsehood()
{
    return mustache::data(false);
}

/** The shortest text that is read as the same number. */
std::string numberText(double value)
{
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

mustache::data textData(std::string_view text, Escape escape)
{
    std::string value = escaped(text, escape);
    return value.empty() ? falsehood() : mustache::data(value);
}

mustache::data nodeData(JsonNode *node, Escape escape);

mustache::data valueData(JsonNode *node, Escape escape)
{
    switch (json_node_get_value_type(node)) {
    case G_TYPE_BOOLEAN:
        return mustache::data(json_node_get_boolean(node) != FALSE);
    case G_TYPE_INT64:
        return mustache::data(std::to_string(json_node_get_int(node)));
    case G_TYPE_DOUBLE:
        return std::isfinite(json_node_get_double(node))
                   ? mustache::data(numberText(json_node_get_double(node)))
                   : falsehood();
    case G_TYPE_STRING:
        return textData(json_node_get_string(node), escape);
    default:
        return falsehood();
    }
}

mustache::data arrayData(JsonArray *array, Escape escape)
{
    mustache::data list(mustache::data::type::list);
    for (guint i = 0; i < json_array_get_length(array); ++i)
        list.push_back(nodeData(json_array_get_element(array, i), escape));
    return list;
}

mustache::data objectData(JsonObject *object, Escape escape)
{
    if (json_object_get_size(object) == 0)
        return falsehood();
    mustache::data data(mustache::data::type::object);
    JsonObjectIter members{};
    json_object_iter_init(&members, object);
    const char *name = nullptr;
    JsonNode *node = nullptr;
    while (json_object_iter_next(&members, &name, &node))
        data.set(name, nodeData(node, escape));
    return data;
}

mustache::data nodeData(JsonNode *node, Escape escape)
{
    switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
        return objectData(json_node_get_object(node), escape);
    case JSON_NODE_ARRAY:
        return arrayData(json_node_get_array(node), escape);
    case JSON_NODE_VALUE:
        // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): data own their members
        return valueData(node, escape);
    case JSON_NODE_NULL:
        break;
    }
    return falsehood();
}

mustache::data rootData(const TemplateTags &tags, JsonObject *fields, Escape escape)
{
    mustache::data root = objectData(fields, escape);
    for (const TemplateTag &tag : tags.tags) {
        if (const auto cut = readCutName(tag.name))
            root.set(tag.name,
                     textData(cutToBytes(textIn(json_object_get_member(fields, cut->field.c_str())),
                                         cut->maxBytes),
                              escape));
    }
    if (const std::string prefix(textIn(json_object_get_member(fields, made::prefix)));
        escape == Escape::Topic && !prefix.empty())
        root.set(made::prefix, prefix);
    return root;
}

} // namespace

std::optional<CutName> readCutName(const std::string &name)
{
    const std::size_t bar = name.find('|');
    if (bar == std::string::npos)
        return std::nullopt;
    CutName cut{name.substr(0, bar), 0};
    const char *end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + bar + 1, end, cut.maxBytes);
    if (error != std::errc() || rest != end || cut.maxBytes < 1 || cut.maxBytes > 9999)
        return std::nullopt;
    return cut;
}

core::Expected<std::string, TemplateMistake> MustacheText::render(JsonObject *fields,
                                                                  Escape escape) const
{
    // Parsed anew each time: the library's own object changes while it renders.
    mustache::mustache parsed(text);
    if (!parsed.is_valid())
        return TemplateMistake{0, parsed.error_message()};
    Allowance values(maxRenderedBytes);
    parsed.set_custom_escape([&values](const std::string &value) {
        values.take(value.size());
        return value; // escaped already
    });
    const mustache::data root = rootData(tags, fields, escape);
    BoundedContext context(&root, tags.longestSection);
    BoundedText rendered;
    try {
        parsed.render(context, rendered);
    } catch (const Overflow &) {
        return TemplateMistake{0, "what it makes of the event is larger than 1 MiB"};
    }
    return rendered.take();
}

} // namespace ooto::publish
