// SPDX-License-Identifier: LGPL-2.1-or-later
// The application's id and key: from properties, a key file, or the environment, in this order.
#pragma once

#include "system/secret.h"

#include <string>

namespace ooto::service
{

struct Credentials {
    std::string appId;
    system::Secret appKey;
};

/** Credentials, or a text for people that says what to set. */
struct CredentialsResult {
    Credentials credentials;
    std::string error; ///< empty when both parts are there and can be sent
};

/**
 * Each part is taken from `given` where that is not empty, else from the key file (group `[ooto]`,
 * keys `app-id` and `app-key`) where one is named, else from OOTO_APP_ID and OOTO_APP_KEY. A file
 * that everyone can read, write or enter (mode & 007) is refused, and so is a part with control
 * characters. Never puts the key into the error.
 */
CredentialsResult findCredentials(const Credentials &given, const std::string &credentialsFile);

/**
 * That of `shared-state`: from the key file (group `[shared-state]`, key `password`) where it has
 * one, else from OOTO_SHARED_STATE_PASSWORD, else empty.
 * @param error set to a text for people where the file cannot be used
 */
system::Secret findSharedStatePassword(const std::string &credentialsFile, std::string &error);

} // namespace ooto::service
