// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/votes.h"

#include <algorithm>
#include <utility>

namespace ooto::core
{

namespace
{

// More people than that on one track means that no one was recognised.
constexpr std::size_t mostTemplates = 8;
// Of a face that is asked again for hours the last answers count when they are counted again.
constexpr std::size_t mostBallots = 32;

bool notFine(const std::optional<Judgement> &judgement)
{
    return judgement && judgement->fine && !*judgement->fine;
}

bool lacks(bool asked, const std::optional<Judgement> &judgement)
{
    return asked && !(judgement && judgement->fine);
}

double similarityOf(const Ballot &ballot)
{
    return ballot.answer->similarity.value_or(-1);
}

} // namespace

bool isMatch(const Answer &answer, double similarityThreshold)
{
    return answer.templateId && answer.similarity && *answer.similarity >= similarityThreshold;
}

void Votes::add(Ballot ballot, double similarityThreshold)
{
    if (ballots_.size() == mostBallots)
        ballots_.erase(ballots_.begin());
    ballots_.push_back(ballot);
    count(std::move(ballot), similarityThreshold);
}

void Votes::rejudge(double similarityThreshold)
{
    const std::vector<Ballot> ballots = std::exchange(ballots_, {});
    *this = {};
    for (const Ballot &ballot : ballots)
        add(ballot, similarityThreshold);
}

bool Votes::obscure(const ForgottenPeople &people, double similarityThreshold)
{
    bool any = false;
    for (Ballot &ballot : ballots_) {
        if (!ballot.answer->templateId || !people.hasTemplate(*ballot.answer->templateId))
            continue;
        Answer answer = *ballot.answer;
        people.obscure(answer);
        ballot.answer = std::make_shared<const Answer>(std::move(answer));
        any = true;
    }
    if (any)
        rejudge(similarityThreshold);
    return any;
}

void Votes::count(Ballot ballot, double similarityThreshold)
{
    const Answer &answer = *ballot.answer;
    ballot.isMatch = isMatch(answer, similarityThreshold);
    if (notFine(answer.liveness) || notFine(answer.deepfake)) {
        ++notFine_;
        lastNotFine_ = std::move(ballot);
        return;
    }
    if (lacks(ballot.askedLiveness, answer.liveness) ||
        lacks(ballot.askedDeepfake, answer.deepfake)) {
        ++noVerdict_;
        return;
    }
    ++fine_;
    if (!ballot.isMatch) {
        if (!bestWithoutMatch_ || similarityOf(ballot) >= similarityOf(*bestWithoutMatch_))
            bestWithoutMatch_ = std::move(ballot);
        return;
    }
    const auto known = matches_.find(*answer.templateId);
    if (known == matches_.end() && matches_.size() >= mostTemplates)
        return;
    Candidate &candidate = matches_[*answer.templateId];
    ++candidate.votes;
    if (!candidate.best.answer || similarityOf(ballot) >= similarityOf(candidate.best))
        candidate.best = std::move(ballot);
}

bool Votes::needAnotherOpinion() const
{
    if (fine_ + notFine_ == 0)
        return noVerdict_ == 1;
    return notFine_ > 0 && (notFine_ == fine_ || (notFine_ == 1 && fine_ == 0));
}

Status Votes::status() const
{
    if (empty())
        return Status::Pending;
    if (fine_ + notFine_ == 0)
        return Status::Unavailable;
    if (notFine_ >= fine_)
        return Status::Spoof;
    return matches_.empty() ? Status::Unknown : Status::Identified;
}

const Votes::Candidate *Votes::winner() const
{
    const auto best =
        std::max_element(matches_.begin(), matches_.end(), [](const auto &a, const auto &b) {
            return std::pair(a.second.votes, similarityOf(a.second.best)) <
                   std::pair(b.second.votes, similarityOf(b.second.best));
        });
    return best == matches_.end() ? nullptr : &best->second;
}

const Ballot *Votes::leading() const
{
    switch (status()) {
    case Status::Spoof:
        return &*lastNotFine_;
    case Status::Identified:
        return &winner()->best;
    case Status::Unknown:
        return &*bestWithoutMatch_;
    default:
        return nullptr;
    }
}

} // namespace ooto::core
