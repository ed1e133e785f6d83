// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst/labels_file.h"

#include <glib.h>

#include <algorithm>

namespace ooto::gst
{

namespace
{

constexpr const char *group = "labels";
constexpr std::size_t longestName = 256;
constexpr std::uintmax_t largestFile = 16u << 20;

struct KeyFileDeleter {
    void operator()(GKeyFile *file) const { g_key_file_free(file); }
};

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

std::shared_ptr<const Labels> read(const std::string &file, std::string &problem)
{
    const std::unique_ptr<GKeyFile, KeyFileDeleter> keys(g_key_file_new());
    GError *error = nullptr;
    char **names = nullptr;
    gsize count = 0;
    if (g_key_file_load_from_file(keys.get(), file.c_str(), G_KEY_FILE_NONE, &error))
        names = g_key_file_get_keys(keys.get(), group, &count, &error);
    if (!names) {
        problem = "The labels file " + file + " cannot be used: " + error->message +
                  ". It needs a line [labels], and below that lines such as "
                  "template-id = Display Name";
        g_error_free(error);
        return nullptr;
    }
    auto labels = std::make_shared<Labels>();
    for (gsize i = 0; i < count; ++i) {
        char *name = g_key_file_get_string(keys.get(), group, names[i], nullptr);
        if (!name)
            continue;
        const std::string label = shown(name);
        if (!label.empty())
            (*labels)[names[i]] = label;
        g_free(name);
    }
    g_strfreev(names);
    return labels;
}

} // namespace

std::string labelOf(const Labels &labels, const std::string &templateId)
{
    const auto found = labels.find(templateId);
    return found == labels.end() ? std::string() : found->second;
}

bool LabelsFile::refresh(const std::string &file, std::string &problem)
{
    const std::shared_ptr<const Labels> before = labels_;
    if (file != file_.path()) {
        file_ = FileWatch(file);
        if (file.empty())
            labels_ = std::make_shared<const Labels>();
    }
    if (file_.changed()) {
        const auto bytes = file_.noted();
        if (bytes && *bytes > largestFile)
            problem = "The labels file " + file + " is larger than 16 MiB";
        else if (const auto labels = read(file, problem))
            labels_ = labels;
    }
    return labels_ != before && *labels_ != *before;
}

} // namespace ooto::gst
