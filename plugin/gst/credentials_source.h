// SPDX-License-Identifier: LGPL-2.1-or-later
// The credentials in force, read again when their file changes.
#pragma once

#include "gst/file_watch.h"
#include "service/credentials.h"

#include <string>

namespace ooto::gst
{

/** Thread-bound: one caller at a time. */
class CredentialsSource
{
public:
    CredentialsSource(service::Credentials given, std::string file);

    /** Reads anew. @return an empty string, or what is wrong, for people */
    std::string load();
    /**
     * Looks at most once a second whether the file changed.
     * @param refused read it in any case: the service does not take what it had
     * @return true when the key changed
     */
    bool refresh(bool refused = false);
    /** Another key or file was set. @return true when the key in force changed */
    bool replace(service::Credentials given, std::string file);

    const service::Credentials &current() const { return current_; }

private:
    bool loadChanged();

    service::Credentials given_;
    FileWatch file_;
    service::Credentials current_;
};

} // namespace ooto::gst
