// SPDX-License-Identifier: LGPL-2.1-or-later
// The two requests to the identify service that make a person known to it, and forgotten.
#pragma once

#include <string>

namespace ooto::enrol
{

inline constexpr const char *vendorsEndpoint = "https://cloud.ooto-ai.com/api/v1.0/identify";

/** Whom to ask, as ootoidentify's properties have it. */
struct Account {
    std::string endpoint = vendorsEndpoint;
    std::string credentialsFile; ///< empty: OOTO_APP_ID and OOTO_APP_KEY
    bool allowHttp = false;      ///< plain http to other hosts, too
};

/** UTF-8 without control characters, of what may hold anything. */
std::string plain(const std::string &text);

// Both wait for the answer, a minute at most, and throw std::runtime_error with a text for people
// where there is none or a refusal. The key is in none of these texts.

/** @return the template id that the service gave to the face in the photo, a JPEG or PNG file */
std::string addTemplate(const Account &account, const std::string &photo);
/** @return false when the service has no such template */
bool deleteTemplate(const Account &account, const std::string &templateId);

} // namespace ooto::enrol
