// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/labels_file.h"

#include "system/handles.h"
#include "system/plain_text.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <glib.h>

#include <algorithm>
#include <string_view>

namespace ooto::metadata
{

namespace
{

using system::CharsHandle;
using system::ErrorHandle;
using system::ErrorOut;
using system::KeyFileHandle;

constexpr const char *group = "labels";
constexpr std::string_view groupLine = "[labels]";
constexpr std::size_t longestName = 256;
constexpr std::size_t largestFile = 16u << 20;

/** What can be shown: UTF-8 without control characters, not cut within a character. */
std::string shown(const char *name)
{
    std::string result(name);
    if (!g_utf8_validate(result.c_str(), -1, nullptr))
        return {};
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    if (result.size() > longestName) {
        const char *end = g_utf8_find_prev_char(result.c_str(), result.c_str() + longestName + 1);
        result.resize(end ? static_cast<std::size_t>(end - result.c_str()) : 0);
    }
    return result;
}

/** Off the front of the text, with its line break. */
std::string_view takeLine(std::string_view &text)
{
    const std::size_t end = text.find('\n');
    const std::string_view line =
        text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    return line;
}

/** The lines that are UTF-8. @param leftOut counts the names in those that are not */
std::string linesInUtf8(std::string_view text, std::size_t &leftOut)
{
    std::string kept;
    bool amongLabels = false;
    while (!text.empty()) {
        const std::string_view line = takeLine(text);
        const std::string_view content = system::trimmed(line);
        const bool isGroup = content.starts_with('[');
        if (isGroup)
            amongLabels = content == groupLine;
        if (g_utf8_validate_len(line.data(), line.size(), nullptr))
            kept += line;
        else if (isGroup)
            kept += "[another]\n"; // what follows is not to be taken for labels
        else if (amongLabels && !content.starts_with('#') && content.find('=') != line.npos)
            ++leftOut;
    }
    return kept;
}

/** The labels of a key file in UTF-8; null and GLib's words where it is none. */
std::shared_ptr<const Labels> parse(const std::string &text, std::string &problem)
{
    const KeyFileHandle keys(g_key_file_new());
    ErrorHandle error;
    gsize count = 0;
    system::Handle<char *, g_strfreev> names;
    if (g_key_file_load_from_data(keys.get(), text.data(), text.size(), G_KEY_FILE_NONE,
                                  ErrorOut(error)))
        names.reset(g_key_file_get_keys(keys.get(), group, &count, ErrorOut(error)));
    if (!names) {
        problem = system::plainText(error->message);
        return nullptr;
    }
    auto labels = std::make_shared<Labels>();
    for (gsize i = 0; i < count; ++i) {
        const char *templateId = names.get()[i];
        CharsHandle name(g_key_file_get_string(keys.get(), group, templateId, nullptr));
        // A backslash that means nothing stays as it is; newer GLib gives no text for it.
        if (!name)
            name.reset(g_key_file_get_value(keys.get(), group, templateId, nullptr));
        const std::string label = name ? shown(name.get()) : std::string();
        if (!label.empty())
            (*labels)[comparableId(templateId)] = label;
    }
    return labels;
}

/** How many names people would have seen. */
std::string namesIn(const std::string &text)
{
    std::string ignored;
    const auto labels = parse(text, ignored);
    return labels ? "none of its " + std::to_string(labels->size()) + " names"
                  : "none of its names";
}

/** @param problem set, too, where some of the names can be used */
std::shared_ptr<const Labels> read(const std::string &file, std::string &problem)
{
    const std::string name = "The labels file " + system::plainText(file);
    const auto content = system::readRegularFile(file, largestFile, problem);
    if (!content) {
        problem = name + " cannot be used: it " + problem;
        return nullptr;
    }
    if (system::isUtf16(*content)) {
        const auto text = system::fromUtf16(*content);
        problem = name + " is written as UTF-16, so " + namesIn(text.value_or("")) +
                  " is used; save it as UTF-8";
        return nullptr;
    }
    std::size_t leftOut = 0;
    const auto labels =
        parse(linesInUtf8(system::withoutByteOrderMark(*content), leftOut), problem);
    if (!labels)
        problem = name + " cannot be used: " + problem +
                  ". It needs a line [labels], and below that lines such as "
                  "template-id = Display Name";
    else if (leftOut > 0)
        problem = name + " is not all UTF-8: " + std::to_string(leftOut) +
                  " of its names are left out; save it as UTF-8";
    return labels;
}

} // namespace

std::string comparableId(const std::string &templateId)
{
    if (!g_uuid_string_is_valid(templateId.c_str()))
        return templateId;
    return CharsHandle(g_ascii_strdown(templateId.c_str(), -1)).get();
}

std::string labelOf(const Labels &labels, const std::string &templateId)
{
    const auto found = labels.find(comparableId(templateId));
    return found == labels.end() ? std::string() : found->second;
}

bool LabelsFile::refresh(const std::string &file, std::string &problem)
{
    const std::shared_ptr<const Labels> before = labels_;
    if (file != file_.path()) {
        file_ = system::FileWatch(file);
        if (file.empty())
            labels_ = std::make_shared<const Labels>();
    }
    if (file_.lookForChange()) {
        file_.noted();
        if (const auto labels = read(file, problem))
            labels_ = labels;
    }
    return labels_ != before && *labels_ != *before;
}

} // namespace ooto::metadata
