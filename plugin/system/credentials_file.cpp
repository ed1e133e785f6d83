// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/credentials_file.h"

#include "system/plain_text.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <array>
#include <cstring>

namespace ooto::system
{

namespace
{

constexpr std::size_t maxFileBytes = 64 * 1024;
constexpr const char *check = "; check the property `credentials-file` and the file's permissions";

/** A buffer that may hold a key, on the stack of one call. */
struct WipedBuffer {
    std::array<char, maxFileBytes + 1> bytes; ///< one more than may be filled
    ~WipedBuffer() { explicit_bzero(bytes.data(), bytes.size()); }
};

} // namespace

CredentialsFile::CredentialsFile(std::string path, std::string form)
    : path_(std::move(path)),
      form_(std::move(form)),
      name_("The credentials file '" + plainText(path_) + "' ")
{
}

bool CredentialsFile::load(std::string &error)
{
    if (keyFile_)
        return true;
    RegularFile file(path_);
    if (!file.problem().empty())
        return fail(error, file.problem() + check);
    if (file.mode() & 007) {
        return fail(error,
                    "is open to everyone on this machine; run: chmod o-rwx " + plainText(path_));
    }
    WipedBuffer buffer;
    const auto size = file.read(buffer.bytes);
    if (!size)
        return fail(error, file.problem() + check);
    if (*size == buffer.bytes.size())
        return fail(error, tooLarge(maxFileBytes) + ", so it is no key file; " + form_);
    const std::string_view whole(buffer.bytes.data(), *size);
    if (isUtf16(whole))
        return fail(error, "is written as UTF-16; save it as UTF-8");
    const std::string_view text = withoutByteOrderMark(whole);
    KeyFileHandle keyFile(g_key_file_new());
    if (!g_key_file_load_from_data(keyFile.get(), text.data(), text.size(), G_KEY_FILE_NONE,
                                   nullptr))
        return fail(error, "is no key file; " + form_);
    keyFile_ = std::move(keyFile);
    return true;
}

bool CredentialsFile::hasGroup(const std::string &group) const
{
    return keyFile_ && g_key_file_has_group(keyFile_.get(), group.c_str());
}

std::optional<Secret> CredentialsFile::value(const std::string &group, const std::string &key,
                                             std::string &error) const
{
    if (!hasGroup(group) ||
        !g_key_file_has_key(keyFile_.get(), group.c_str(), key.c_str(), nullptr))
        return std::nullopt;
    // The messages of GKeyFile quote the file, so none is passed on: it could be the key. A value
    // that it does not understand it may return as well.
    ErrorHandle failure;
    const CharsHandle text(
        g_key_file_get_string(keyFile_.get(), group.c_str(), key.c_str(), ErrorOut(failure)));
    if (!text || failure) {
        fail(error, "has a value for " + key +
                        " that cannot be read; it must be UTF-8, with \\\\ for a backslash");
        return std::nullopt;
    }
    Secret value(trimmed(text.get()));
    explicit_bzero(text.get(), std::strlen(text.get()));
    return value;
}

bool CredentialsFile::fail(std::string &error, const std::string &problem) const
{
    error = name_ + problem;
    return false;
}

} // namespace ooto::system
