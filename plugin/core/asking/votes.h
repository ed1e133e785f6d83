// SPDX-License-Identifier: LGPL-2.1-or-later
// What several answers about one face come to.
#pragma once

#include "core/asking/face.h"
#include "core/asking/forgotten_people.h"

#include <map>
#include <vector>

namespace ooto::core
{

/** One answer, and where it lies on the track's box. */
struct Ballot {
    std::shared_ptr<const Answer> answer;
    std::optional<Box> serviceBox;      ///< 0..1 of the track's box
    std::optional<Landmarks> landmarks; ///< 0..1 of the track's box
    bool askedLiveness = false;
    bool askedDeepfake = false;
    bool isMatch = false; ///< set by the votes that count it
};

/**
 * Answers add up: the template with the most matches is the person, of equally many the one with
 * the highest similarity; an answer without a match never takes a match away. Whether the face is
 * a live and genuine one is decided by the majority of those that say so or not; an answer that was
 * asked for it and says neither is no yes, and names no one. Not thread-safe.
 *
 *     fine  not fine  no verdict  comes to     is worth another photo
 *     0     0         1           unavailable  yes
 *     0     0         2 or more   unavailable  no
 *     0     1         any         spoof        yes
 *     some  as many   any         spoof        yes
 *     some  more      any         spoof        no
 *     more  some      any         the match    no
 */
class Votes
{
public:
    void add(Ballot ballot, double similarityThreshold);
    /** Counts again what was said, at another threshold. */
    void rejudge(double similarityThreshold);
    /** What was said of people who are forgotten now names them no more. @return true if any was */
    bool obscure(const ForgottenPeople &people, double similarityThreshold);

    bool empty() const { return fine_ + notFine_ + noVerdict_ == 0; }
    /** Another answer may settle whether the face is a live and genuine one. */
    bool needAnotherOpinion() const;
    /** As if no other answer came. Pending when there is no vote. */
    Status status() const;
    /** What to show: the best answer for the status; null when there is none. */
    const Ballot *leading() const;

private:
    struct Candidate {
        unsigned votes = 0;
        Ballot best;
    };
    void count(Ballot ballot, double similarityThreshold);
    const Candidate *winner() const;

    std::vector<Ballot> ballots_;              ///< the newest ones
    std::map<std::string, Candidate> matches_; ///< by template id; few
    std::optional<Ballot> bestWithoutMatch_;
    std::optional<Ballot> lastNotFine_;
    unsigned fine_ = 0;
    unsigned notFine_ = 0;
    unsigned noVerdict_ = 0; ///< asked for, and not said
};

/** A match at or above the threshold. */
bool isMatch(const Answer &answer, double similarityThreshold);

} // namespace ooto::core
