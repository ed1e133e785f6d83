// SPDX-License-Identifier: LGPL-2.1-or-later
// The service's answers as JSON.
#pragma once

#include "gallery.h"
#include "recogniser.h"

#include <optional>
#include <string>

namespace ooto::server
{

/** How an answer says that nobody matched; real services were seen to do each. */
enum class NoMatch {
    Absent, ///< no `search` (older shape: no `templateId`)
    Null,   ///< `search` (older shape: `templateId`) is null
    Empty,  ///< `templateId` is ""
};

/** A verdict that the server was told to give. */
struct SaidVerdict {
    double score = 0;
    bool fine = false;
};

/** What an answer looks like beyond what was seen in the photo. */
struct AnswerStyle {
    bool olderShape = false;        ///< that of the previous API generation
    std::optional<NoMatch> noMatch; ///< set: nobody ever matches, said in this way
    /** Absent: null where it is asked for, since this server cannot judge it. */
    std::optional<SaidVerdict> liveness;
    std::optional<SaidVerdict> deepfake;
};

struct IdentifyAnswer {
    Sighting sighting;
    std::optional<Match> match;
    bool askedLiveness = false;
    bool askedDeepfake = false;
};

std::string identifyJson(const IdentifyAnswer &answer, const AnswerStyle &style);
std::string enrolJson(const std::string &templateId, const IdentifyAnswer &answer,
                      const AnswerStyle &style);
std::string deletedJson();
/** Any refusal: the service's codes 1 to 9, else the HTTP status once more. */
std::string errorJson(int code, const std::string &info);
/** The service's own words for its codes 1 to 6 and 9; empty for others. */
std::string errorInfo(int code);

} // namespace ooto::server
