// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a target's credentials come from, and when they change.
#pragma once

#include "publish/credentials.h"
#include "publish/settings.h"
#include "system/file_watch.h"

#include <string>

namespace ooto::publish
{

/** Thread-bound. */
class CredentialsSource
{
public:
    explicit CredentialsSource(const Settings &settings);

    /**
     * Reads what there is: properties first, then the file's group [publish HOST], where the uri of
     * the property names a host, or [publish]; then the environment.
     * @return a text for people where the file cannot be used, and what was there stays
     */
    std::string load();
    const Credentials &current() const { return current_; }
    /** The uri to use: the property's, else the file's. */
    std::string uri() const;

    /** Properties that may change while playing. @return true when something may be new */
    bool set(const Settings &settings);
    /** Looks whether the file changed, once a second at most, and loads it. @return true then */
    bool refresh(std::string &problem);

private:
    std::string readFile(Credentials &into);

    std::string givenUri_;
    std::string givenUser_;
    system::Secret givenPassword_;
    system::FileWatch file_;
    Credentials current_;
};

} // namespace ooto::publish
