// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/credentials.h"

#include "system/handles.h"
#include "system/plain_text.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <array>
#include <cstdlib>
#include <cstring>

namespace ooto::service
{

namespace
{

constexpr std::size_t maxFileBytes = 64 * 1024;

/** One of the two parts, and the names under which people may give it. */
struct Part {
    const char *property; ///< also the name of its line in the key file
    const char *variable;
};
constexpr Part idPart{"app-id", "OOTO_APP_ID"};
constexpr Part keyPart{"app-key", "OOTO_APP_KEY"};

/** A buffer that may hold the key, on the stack of one call. */
struct WipedBuffer {
    std::array<char, maxFileBytes + 1> bytes; ///< one more than may be filled
    ~WipedBuffer() { explicit_bzero(bytes.data(), bytes.size()); }
};

/** The key file, read at most once, and only when a part has to come from it. */
class CredentialsFile
{
public:
    explicit CredentialsFile(const std::string &path)
        : path_(path), name_("The credentials file '" + system::plainText(path) + "' ")
    {
    }

    bool named() const { return !path_.empty(); }

    /** The value of a part, or nothing and an error. */
    system::Secret value(const Part &part, std::string &error)
    {
        if (!keyFile_ && !load(error))
            return {};
        if (!g_key_file_has_group(keyFile_.get(), "ooto")) {
            error = name_ + "has no group [ooto]; " + form;
            return {};
        }
        if (!g_key_file_has_key(keyFile_.get(), "ooto", part.property, nullptr)) {
            error = name_ + "has no line " + part.property + "=… in its group [ooto]; add it, or " +
                    "set the property `" + part.property + "`";
            return {};
        }
        // The messages of GKeyFile quote the file, so none is passed on: it could be the key. A
        // value that it does not understand it may return as well.
        system::ErrorHandle failure;
        const system::CharsHandle text(g_key_file_get_string(keyFile_.get(), "ooto", part.property,
                                                             system::ErrorOut(failure)));
        if (!text || failure) {
            error = name_ + "has a value for " + part.property +
                    " that cannot be read; it must be UTF-8, with \\\\ for a backslash";
            return {};
        }
        system::Secret value(system::trimmed(text.get()));
        explicit_bzero(text.get(), std::strlen(text.get()));
        if (value.empty())
            error = name_ + "has an empty " + part.property + "; write it behind the =";
        return value;
    }

private:
    bool load(std::string &error)
    {
        system::RegularFile file(path_);
        if (!file.problem().empty())
            return fail(error, file.problem() + check);
        if (file.mode() & 007) {
            return fail(error, "is open to everyone on this machine; run: chmod o-rwx " +
                                   system::plainText(path_));
        }
        WipedBuffer buffer;
        const auto size = file.read(buffer.bytes);
        if (!size)
            return fail(error, file.problem() + check);
        if (*size == buffer.bytes.size())
            return fail(error, system::tooLarge(maxFileBytes) + ", so it is no key file; " + form);
        const std::string_view whole(buffer.bytes.data(), *size);
        if (system::isUtf16(whole))
            return fail(error, "is written as UTF-16; save it as UTF-8");
        const std::string_view text = system::withoutByteOrderMark(whole);
        system::KeyFileHandle keyFile(g_key_file_new());
        if (!g_key_file_load_from_data(keyFile.get(), text.data(), text.size(), G_KEY_FILE_NONE,
                                       nullptr))
            return fail(error, std::string("is no key file; ") + form);
        keyFile_ = std::move(keyFile);
        return true;
    }

    bool fail(std::string &error, const std::string &problem) const
    {
        error = name_ + problem;
        return false;
    }

    static constexpr const char *check =
        "; check the property `credentials-file` and the file's permissions";
    static constexpr const char *form = "it should read: [ooto], then lines app-id=… and app-key=…";

    const std::string &path_;
    std::string name_;
    system::KeyFileHandle keyFile_;
};

/** One part from the first place that has it. */
system::Secret findPart(const Part &part, const system::Secret &given, CredentialsFile &file,
                        std::string &error)
{
    system::Secret value = given;
    if (value.empty() && file.named()) {
        value = file.value(part, error);
        if (!error.empty())
            return {};
    }
    if (value.empty()) {
        if (const char *variable = std::getenv(part.variable))
            value = system::Secret(variable);
    }
    if (value.empty()) {
        error = std::string("No ") + part.property + " is set; set the property `" + part.property +
                "`, or `credentials-file`, or the environment variable " + part.variable;
    } else if (!value.fitsHeader()) {
        error = std::string("The ") + part.property +
                " holds a line break, a control character or a letter outside of ASCII, and "
                "cannot be sent; set it again (property `" +
                part.property + "`, `credentials-file`, or " + part.variable + ")";
    }
    return value;
}

} // namespace

CredentialsResult findCredentials(const Credentials &given, const std::string &credentialsFile)
{
    CredentialsFile file(credentialsFile);
    CredentialsResult result;
    const system::Secret id = findPart(idPart, system::Secret(given.appId), file, result.error);
    if (result.error.empty())
        result.credentials.appKey = findPart(keyPart, given.appKey, file, result.error);
    if (!result.error.empty())
        return {{}, result.error};
    result.credentials.appId = id.reveal();
    return result;
}

} // namespace ooto::service
