// SPDX-License-Identifier: LGPL-2.1-or-later
// Credentials that only this run's identify server and element know.
#pragma once

#include <string>

namespace ooto::demo
{

struct LocalCredentials {
    std::string appId;
    std::string appKey; ///< goes to the server by its environment and to the element by file
};

/** An app-key that nobody can guess. */
LocalCredentials randomCredentials();

/**
 * Writes the key file that `credentials-file` takes, readable for its owner only.
 * @return empty, or a text for people that says what went wrong
 */
std::string writeCredentials(const LocalCredentials &credentials, const std::string &file);

} // namespace ooto::demo
