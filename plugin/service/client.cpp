// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/client.h"

#include "service/shared_client.h"

#include <utility>

namespace ooto::service
{

Caller::Slot::~Slot()
{
    if (client_)
        client_->release(admission_);
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

std::optional<Caller::Slot> Caller::reserve()
{
    const auto admission = client_->reserve();
    if (!admission)
        return std::nullopt;
    return Slot(client_, *admission);
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
