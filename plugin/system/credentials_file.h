// SPDX-License-Identifier: LGPL-2.1-or-later
// A key file with secrets, which nobody but its owner and group may see.
#pragma once

#include "system/handles.h"
#include "system/secret.h"

#include <optional>
#include <string>

namespace ooto::system
{

/** Read at most once, and only when something has to come from it. Thread-bound. */
class CredentialsFile
{
public:
    /**
     * @param path empty: there is none
     * @param form what it should read, for texts: "[ooto], then lines app-id=… and app-key=…"
     */
    CredentialsFile(std::string path, std::string form);

    bool named() const { return !path_.empty(); }
    /**
     * @return false, and a text for people, where the file cannot be read, is none, or is open to
     * everyone on this machine (mode & 007)
     */
    bool load(std::string &error);
    /** Once it is loaded. */
    bool hasGroup(const std::string &group) const;
    /**
     * The value of a key, trimmed, maybe empty; nothing where the group or the key is not there, or
     * the value cannot be read, which is an error then. Never puts a value into the error.
     */
    std::optional<Secret> value(const std::string &group, const std::string &key,
                                std::string &error) const;
    /** "The credentials file '…' ", as texts begin. */
    const std::string &name() const { return name_; }
    const std::string &form() const { return form_; }

private:
    bool fail(std::string &error, const std::string &problem) const;

    std::string path_;
    std::string form_;
    std::string name_;
    KeyFileHandle keyFile_;
};

} // namespace ooto::system
