// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/refresh.h"

#include "identify/debug.h"
#include "metadata/face_structure.h"
#include "system/text_encoding.h"

#include <algorithm>
#include <utility>

namespace ooto::identify
{

Refresh::Refresh(GstElement *element, Meeting &meeting, Outbox &outbox, Dispatcher &dispatcher,
                 CredentialsSource credentials)
    : element_(element),
      meeting_(meeting),
      outbox_(outbox),
      dispatcher_(dispatcher),
      credentials_(std::move(credentials))
{
}

void Refresh::begin()
{
    limitsOf_ = meeting_.shared.lock()->settings;
    noteBudget();
}

void Refresh::run()
{
    // Those of now, not of when the sample was taken; and at once with what is to be done for them.
    std::shared_ptr<const Settings> settings;
    bool replaced = false;
    bool refused = false;
    {
        auto shared = meeting_.shared.lock();
        settings = shared->settings;
        replaced = std::exchange(shared->sending.credentialsReplaced, false);
        refused = std::exchange(shared->sending.credentialsRefused, false);
    }
    if (dispatcher_.caller()) {
        refreshKey(*settings, replaced, refused);
        applyLimits(settings);
        noteBudget();
        dispatcher_.keepVisits();
    }
    std::string problem;
    if (labelsFile_.refresh(settings->labelsFile, problem))
        renameFaces(labelsFile_.labels());
    complain(problem);
}

void Refresh::refreshKey(const Settings &settings, bool replaced, bool refused)
{
    std::string problem;
    bool tryIt = replaced;
    if (replaced)
        credentials_.replace({settings.appId, settings.appKey}, settings.credentialsFile, problem);
    else
        tryIt = credentials_.refresh(refused, problem);
    complain(problem);
    if (!tryIt)
        return;
    dispatcher_.caller()->setAppKey(credentials_.current().appKey);
    auto shared = meeting_.shared.lock();
    shared->sending.heldBackUntil = {};
    shared->book.serviceIsBack();
}

void Refresh::applyLimits(const std::shared_ptr<const Settings> &settings)
{
    if (settings == limitsOf_)
        return;
    limitsOf_ = settings;
    dispatcher_.caller()->setLimits(settings->limits());
}

void Refresh::noteBudget()
{
    const auto budget = dispatcher_.caller()->budgetUse();
    auto shared = meeting_.shared.lock();
    shared->statistics.requestsToday = budget.used;
    shared->statistics.budgetLeft.reset();
    if (budget.limit > 0)
        shared->statistics.budgetLeft = budget.limit - std::min(budget.limit, budget.used);
}

void Refresh::complain(const std::string &problem)
{
    if (!problem.empty())
        GST_ELEMENT_WARNING(element_, RESOURCE, SETTINGS,
                            ("%s", system::validUtf8(problem).c_str()), (nullptr));
}

void Refresh::renameFaces(std::shared_ptr<const metadata::Labels> labels)
{
    std::shared_ptr<const metadata::Labels> old; // may be large: not destroyed under the lock
    {
        auto shared = meeting_.shared.lock();
        old = shared->labels;
        metadata::ReportContext before;
        before.labels = std::exchange(shared->labels, std::move(labels));
        metadata::ReportContext after;
        after.labels = shared->labels;
        core::FaceBook::Events renamed;
        for (const core::FaceView &face : shared->book.faces(shared->latest.runningTime)) {
            if (displayNameOf(before, face) != displayNameOf(after, face))
                renamed.push_back(
                    {.type = core::FaceEventType::Updated, .face = face, .times = shared->latest});
        }
        shared->tell(std::move(renamed));
    }
    outbox_.post();
}

} // namespace ooto::identify
