// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/caller.h"

#include "service/client.h"

#include <atomic>
#include <utility>

namespace ooto::service
{

namespace
{

std::atomic<core::Traffic::MemberId> lastMember{0};

} // namespace

std::unique_ptr<Caller> Caller::open(const ConnectionSettings &settings, const core::Limits &limits,
                                     const system::Secret &appKey, StateHandler onStateChange,
                                     std::string &error)
{
    auto client = Client::forSettings(settings, error);
    if (!client)
        return nullptr;
    auto member = std::make_shared<Member>(++lastMember, std::move(onStateChange));
    client->join(member, limits, appKey);
    return std::unique_ptr<Caller>(new Caller(std::move(client), std::move(member)));
}

Caller::Caller(std::shared_ptr<Client> client, std::shared_ptr<Member> member)
    : client_(std::move(client)), member_(std::move(member))
{
}

void Caller::setWarningHandler(WarningHandler onWarning)
{
    client_->setWarningHandler(member_, std::move(onWarning));
}

Caller::~Caller()
{
    client_->leave(member_);
}

core::Expected<Permit, core::NotNow> Caller::reserve()
{
    return client_->reserve(*member_);
}

void Caller::wakeIn(std::chrono::milliseconds delay, std::function<void()> wake)
{
    client_->wakeIn(delay, member_, std::move(wake));
}

void Caller::send(Permit permit, Request request, ReplyHandler onReply, RestartHandler onRestart)
{
    client_->send(std::move(permit), std::move(request), member_,
                  {std::move(onReply), std::move(onRestart)});
}

void Caller::setAppKey(const system::Secret &key)
{
    client_->setKey(*member_, key);
}

void Caller::setLimits(const core::Limits &limits)
{
    client_->setLimits(*member_, limits);
}

bool Caller::sharesVisits() const
{
    return client_->sharesVisits();
}

void Caller::claimVisit(const std::string &templateId, const std::string &visitId,
                        std::chrono::seconds timeout, VisitHandler onVisit)
{
    client_->claimVisit(member_, templateId, visitId, timeout, std::move(onVisit));
}

BudgetUse Caller::budgetUse() const
{
    return client_->budgetUse();
}

} // namespace ooto::service
