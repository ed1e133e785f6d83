// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/named_file.h"

#include "config/file_access.h"
#include "system/plain_text.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace ooto::watch
{

namespace
{

enum class Kind {
    Needed,      ///< has to be there
    Secret,      ///< others should not read it
    Credentials, ///< the elements refuse it where others can do anything with it
    Later,       ///< is read again when it comes
};

struct NamedFile {
    std::string_view key;
    Kind kind;
};
constexpr std::array namedFiles{NamedFile{"credentials-file", Kind::Credentials},
                                NamedFile{"labels-file", Kind::Later},
                                NamedFile{"model", Kind::Needed},
                                NamedFile{"ssl-ca-file", Kind::Needed},
                                NamedFile{"ssl-cert-file", Kind::Needed},
                                NamedFile{"ssl-key-file", Kind::Secret},
                                NamedFile{"page-cert", Kind::Needed},
                                NamedFile{"page-key", Kind::Secret},
                                NamedFile{"token-file", Kind::Secret}};

/** `format` is a path where it has a slash. */
const NamedFile *find(const Entry &entry, const std::string &path)
{
    static constexpr NamedFile templateFile{"format", Kind::Needed};
    if (entry.key == templateFile.key)
        return path.find('/') == std::string::npos ? nullptr : &templateFile;
    const auto found = std::find_if(namedFiles.begin(), namedFiles.end(),
                                    [&](const NamedFile &file) { return file.key == entry.key; });
    return found == namedFiles.end() ? nullptr : &*found;
}

/** The path as it may be shown. */
std::string shown(const Entry &entry, const std::string &path)
{
    return entry.value.hasVariables() ? "FILE" : system::plainText(path);
}

bool isOpenToAll(const std::string &path)
{
    struct stat status {
    };
    return stat(path.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0;
}

bool mayStillCome(const std::string &path)
{
    std::error_code ignored;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    return !std::filesystem::exists(path, ignored) &&
           std::filesystem::is_directory(folder.empty() ? "." : folder, ignored);
}

} // namespace

void checkNamedFile(const Entry &entry, Findings &findings)
{
    if (entry.broken || entry.value.empty())
        return;
    const std::string path = entry.text();
    const NamedFile *file = find(entry, path);
    if (!file)
        return;
    if (const auto problem = unreadable(path)) {
        if (file->kind == Kind::Later && mayStillCome(path))
            findings.warning(entry.origin, "names a file that is not there yet");
        else
            findings.mistake(entry.origin, "names a file that " + *problem);
        return;
    }
    if (file->kind == Kind::Credentials && isOpenToAll(path))
        findings.mistake(entry.origin, "names a file that is open to everyone on this machine; "
                                       "run: chmod o-rwx " +
                                           shown(entry, path));
    if (file->kind == Kind::Secret && readableByAll(path))
        findings.warnOnce(
            entry.origin, path,
            "names a secret that everybody on this machine can read; run: chmod o-r " +
                shown(entry, path));
}

} // namespace ooto::watch
