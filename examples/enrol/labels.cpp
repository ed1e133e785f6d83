// SPDX-License-Identifier: LGPL-2.1-or-later
#include "labels.h"

#include <glib/gstdio.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace ooto::enrol
{

namespace
{

constexpr const char *group = "labels";

[[noreturn]] void fail(const std::string &file, const std::string &problem)
{
    throw std::runtime_error("The labels file " + file + " " + problem);
}

/** Whether a key file can hold it as a key. */
bool isKey(const std::string &templateId)
{
    return !templateId.empty() && g_utf8_validate(templateId.c_str(), -1, nullptr) &&
           templateId.front() != '#' && templateId.front() != ' ' && templateId.back() != ' ' &&
           std::none_of(templateId.begin(), templateId.end(), [](char c) {
               return g_ascii_iscntrl(c) || c == '=' || c == '[' || c == ']';
           });
}

} // namespace

Labels::Labels(std::string file) : file_(std::move(file))
{
    // What a link leads to is replaced, not the link.
    if (const Handle<char, std::free> real{::realpath(file_.c_str(), nullptr)})
        file_ = real.get();
    load();
    GStatBuf status;
    // The superuser may write everywhere; whoever took the right to write away meant it.
    if (g_stat(file_.c_str(), &status) == 0 &&
        (!(status.st_mode & 0222) || g_access(file_.c_str(), W_OK) != 0))
        fail(file_, "is read-only; run: chmod u+w " + file_);
    const Chars folder(g_path_get_dirname(file_.c_str()));
    if (g_access(folder.get(), W_OK) != 0)
        fail(file_, std::string("cannot be replaced: ") + folder.get() + ": " + g_strerror(errno));
}

void Labels::load()
{
    keys_.reset(g_key_file_new());
    Error error;
    const bool loaded = g_key_file_load_from_file(
        keys_.get(), file_.c_str(),
        GKeyFileFlags(G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS), ErrorOut(error));
    if (!loaded && !g_error_matches(error.get(), G_FILE_ERROR, G_FILE_ERROR_NOENT))
        fail(file_, std::string("cannot be used: ") + error->message);
}

std::vector<std::string> Labels::idsOf(const std::string &nameOrId) const
{
    std::vector<std::string> ids;
    const Strings keys(g_key_file_get_keys(keys_.get(), group, nullptr, nullptr));
    for (char **key = keys.get(); key && *key; ++key) {
        if (nameOrId == *key)
            return {nameOrId};
        const Chars name(g_key_file_get_string(keys_.get(), group, *key, nullptr));
        if (name && nameOrId == name.get())
            ids.emplace_back(*key);
    }
    return ids;
}

void Labels::change(const std::string &templateId, const char *name)
{
    load();
    if (name && !isKey(templateId))
        fail(file_, "cannot hold the template id " + templateId);
    if (name)
        g_key_file_set_string(keys_.get(), group, templateId.c_str(), name);
    else if (!g_key_file_remove_key(keys_.get(), group, templateId.c_str(), nullptr))
        return;
    gsize size = 0;
    const Chars text(g_key_file_to_data(keys_.get(), &size, nullptr));
    GStatBuf status;
    const bool present = g_stat(file_.c_str(), &status) == 0;
    const int mode = present ? int(status.st_mode & 0777) : 0600; // these are people's names
    Error error;
    // Whoever reads it meanwhile sees the old file or the new one, and no part.
    if (!g_file_set_contents_full(
            file_.c_str(), text.get(), gssize(size),
            GFileSetContentsFlags(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE),
            mode, ErrorOut(error)))
        fail(file_, std::string("cannot be written: ") + error->message);
    g_chmod(file_.c_str(), mode); // the umask took from it
    // Only the superuser writes files of somebody else, and gives them back.
    if (present && geteuid() == 0 && chown(file_.c_str(), status.st_uid, status.st_gid) != 0)
        fail(file_, std::string("has another owner now: ") + g_strerror(errno));
}

} // namespace ooto::enrol
