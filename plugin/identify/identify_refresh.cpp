// SPDX-License-Identifier: LGPL-2.1-or-later
// What may change while playing, looked at once per sample: limits, credentials, display names.
#include "identify/identify_stream.h"

#include "system/text_encoding.h"

#include <algorithm>
#include <utility>

namespace ooto::identify
{

void IdentifyStream::applyLimits(const std::shared_ptr<const Settings> &settings)
{
    if (settings == limitsOf_)
        return;
    limitsOf_ = settings;
    caller_->setLimits(
        {.maxInFlight = settings->maxInFlight,
         .maxRate = settings->maxRate,
         .maxRequestsPerDay = settings->maxRequestsPerDay,
         .backoff = core::backoffRules(settings->retryBackoffFactorS, settings->retryBackoffMaxS)});
}

void IdentifyStream::refreshFiles()
{
    std::shared_ptr<const Settings> settings; // of now, not of when the sample was taken
    bool replaced = false;
    bool refused = false;
    {
        auto shared = shared_.lock();
        settings = shared->settings;
        replaced = std::exchange(shared->credentialsReplaced, false);
        refused = std::exchange(shared->credentialsRefused, false);
    }
    std::string problem;
    if (caller_) {
        bool tryIt = replaced;
        if (replaced)
            credentials_.replace({settings->appId, settings->appKey}, settings->credentialsFile,
                                 problem);
        else
            tryIt = credentials_.refresh(refused, problem);
        complain(problem);
        if (tryIt) {
            caller_->setAppKey(credentials_.current().appKey);
            auto shared = shared_.lock();
            shared->heldBackUntil = {};
            shared->book.serviceIsBack();
        }
        applyLimits(settings);
        noteBudget();
    }
    problem.clear();
    if (labelsFile_.refresh(settings->labelsFile, problem))
        renameFaces(labelsFile_.labels());
    complain(problem);
}

/** *analysis*, and *application* at the start. */
void IdentifyStream::noteBudget()
{
    const auto budget = caller_->budgetUse();
    auto shared = shared_.lock();
    shared->statistics.requestsToday = budget.used;
    shared->statistics.budgetLeft = budget.limit - std::min(budget.limit, budget.used);
}

void IdentifyStream::complain(const std::string &problem)
{
    if (!problem.empty())
        GST_ELEMENT_WARNING(element_, RESOURCE, SETTINGS,
                            ("%s", system::validUtf8(problem).c_str()), (nullptr));
}

void IdentifyStream::renameFaces(std::shared_ptr<const metadata::Labels> labels)
{
    std::shared_ptr<const metadata::Labels>
        old; // which may be large, and is not destroyed under the lock
    {
        auto shared = shared_.lock();
        old = shared->labels;
        const metadata::ReportContext before{
            {}, 0, {}, std::exchange(shared->labels, std::move(labels))};
        const metadata::ReportContext after{{}, 0, {}, shared->labels};
        core::FaceBook::Events renamed;
        for (const core::FaceView &face : shared->book.faces(shared->latest.runningTime)) {
            if (metadata::displayNameOf(before, face) != metadata::displayNameOf(after, face))
                renamed.push_back(
                    {core::FaceEventType::Updated, face, shared->latest, false, nullptr, false});
        }
        take(*shared, std::move(renamed));
    }
    postReports();
}

} // namespace ooto::identify
