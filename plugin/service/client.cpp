// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/client.h"

#include "service/shared_client.h"

#include <utility>

namespace ooto::service
{

Caller::Slot::~Slot()
{
    if (client_)
        client_->unused(admission_);
}

std::unique_ptr<Caller> Caller::open(const ConnectionSettings &settings, unsigned maxInFlight,
                                     StateHandler onStateChange, std::string &error)
{
    auto client = Client::forSettings(settings, error);
    if (!client)
        return nullptr;
    auto mailbox = std::make_shared<Mailbox>(std::move(onStateChange));
    client->join(mailbox, maxInFlight);
    return std::unique_ptr<Caller>(new Caller(std::move(client), std::move(mailbox)));
}

Caller::Caller(std::shared_ptr<Client> client, std::shared_ptr<Mailbox> mailbox)
    : client_(std::move(client)), mailbox_(std::move(mailbox))
{
}

Caller::~Caller()
{
    client_->leave(mailbox_);
}

Caller::Reservation Caller::reserve()
{
    const auto outcome = client_->reserve();
    if (const auto *refusal = std::get_if<Client::Refusal>(&outcome))
        return {refusal->why, refusal->tryAgainIn};
    return Reservation(Slot(client_, std::get<Client::Admission>(outcome)));
}

void Caller::send(Slot slot, Request request, ReplyHandler onReply)
{
    // From here on the request holds the place.
    const auto client = std::exchange(slot.client_, nullptr);
    client->send(slot.admission_, std::move(request), mailbox_, std::move(onReply));
}

void Caller::credentialsChanged()
{
    client_->credentialsChanged();
}

void Caller::setMaxInFlight(unsigned maxInFlight)
{
    client_->setMaxInFlight(*mailbox_, maxInFlight);
}

void Caller::setMaxRate(double perSecond)
{
    client_->setMaxRate(*mailbox_, perSecond);
}

core::ServiceState Caller::state() const
{
    return client_->state();
}

unsigned Caller::inFlight() const
{
    return mailbox_->counts.lock()->inFlight;
}

Caller::Statistics Caller::statistics() const
{
    return mailbox_->counts.lock()->statistics;
}

} // namespace ooto::service
