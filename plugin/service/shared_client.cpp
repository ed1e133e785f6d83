// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/shared_client.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

namespace ooto::service
{

namespace
{

constexpr unsigned maxInFlightLimit = 64;
/** Nobody knows when a request under way ends; this is short beside a round trip. */
constexpr std::chrono::milliseconds untilARequestMayEnd{50};

using Registry = core::Guarded<std::map<ConnectionSettings, std::weak_ptr<Client>>>;

/** Never destroyed, since a caller may outlive everything else at the end of a process. */
Registry &registry()
{
    static auto *const clients = new Registry();
    return *clients;
}

} // namespace

std::shared_ptr<Client> Client::forSettings(const ConnectionSettings &settings, std::string &error)
{
    const auto known = [&settings]() -> std::shared_ptr<Client> {
        auto clients = registry().lock();
        const auto found = clients->find(settings);
        return found == clients->end() ? nullptr : found->second.lock();
    };
    if (auto client = known())
        return client;

    TlsDatabaseHandle trustedCas = loadTrustedCas(settings, error);
    if (!trustedCas && !settings.sslCaFile.empty())
        return nullptr;
    // Made outside of the lock; should another thread have been faster, this one goes unused, and
    // that must not happen under the lock either.
    const auto made = std::make_shared<Client>(settings, std::move(trustedCas));
    auto clients = registry().lock();
    std::erase_if(*clients, [](const auto &entry) { return entry.second.expired(); });
    auto &entry = (*clients)[settings];
    auto client = entry.lock();
    if (!client) {
        entry = made;
        client = made;
    }
    return client;
}

Client::Client(const ConnectionSettings &settings, TlsDatabaseHandle trustedCas)
    : traffic_(std::random_device()()), session_(std::make_shared<Session>(settings))
{
    const std::shared_ptr<GTlsDatabase> shared = std::move(trustedCas);
    network_.post([session = session_, shared] { session->open(shared.get()); });
}

Client::~Client()
{
    network_.post([session = session_] { session->close(); });
}

void Client::join(const std::shared_ptr<Mailbox> &mailbox, unsigned maxInFlight)
{
    auto traffic = traffic_.lock();
    traffic->members.push_back({mailbox, std::clamp(maxInFlight, 1U, maxInFlightLimit)});
    traffic->adjustRate();
}

void Client::leave(const std::shared_ptr<Mailbox> &mailbox)
{
    network_.runAndWait([this, &mailbox] {
        mailbox->closed = true;
        mailbox->onStateChange = nullptr;
        for (const auto &[number, errand] : std::exchange(mailbox->errands, {})) {
            errand.exchange->abandon();
            release(errand.admission);
        }
        auto traffic = traffic_.lock();
        std::erase_if(traffic->members,
                      [&mailbox](const Member &member) { return member.mailbox == mailbox; });
        traffic->adjustRate();
    });
}

void Client::setMaxInFlight(const Mailbox &mailbox, unsigned maxInFlight)
{
    auto traffic = traffic_.lock();
    for (Member &member : traffic->members) {
        if (member.mailbox.get() == &mailbox)
            member.maxInFlight = std::clamp(maxInFlight, 1U, maxInFlightLimit);
    }
}

void Client::setMaxRate(const Mailbox &mailbox, double perSecond)
{
    auto traffic = traffic_.lock();
    for (Member &member : traffic->members) {
        if (member.mailbox.get() == &mailbox)
            member.maxRate = perSecond;
    }
    traffic->adjustRate();
}

void Client::Traffic::adjustRate()
{
    double smallest = 0;
    for (const Member &member : members) {
        if (member.maxRate > 0 && (smallest == 0 || member.maxRate < smallest))
            smallest = member.maxRate;
    }
    rate.setRate(smallest, core::TokenBucket::Clock::now());
}

std::variant<Client::Admission, Client::Refusal> Client::reserve()
{
    const auto now = core::ServiceHealth::Clock::now();
    auto traffic = traffic_.lock();
    for (const Member &member : traffic->members) {
        if (traffic->inFlight >= member.maxInFlight)
            return Refusal{core::HeldBack::InFlight, untilARequestMayEnd};
    }
    // The token last, as only a place that is used costs one.
    const auto admission = traffic->health.admit(now);
    if (!admission) {
        const bool keyRefused =
            traffic->health.state().condition == core::ServiceCondition::Unauthorized;
        return Refusal{keyRefused ? core::HeldBack::Unauthorized : core::HeldBack::Service,
                       std::max(traffic->health.untilProbe(now), untilARequestMayEnd)};
    }
    if (!traffic->rate.take(now)) {
        traffic->health.withdraw(*admission);
        return Refusal{core::HeldBack::Rate, traffic->rate.untilNext(now)};
    }
    ++traffic->inFlight;
    return *admission;
}

void Client::unused(const Admission &admission)
{
    release(admission);
    traffic_.lock()->rate.giveBack(core::TokenBucket::Clock::now());
}

void Client::release(const Admission &admission)
{
    auto traffic = traffic_.lock();
    --traffic->inFlight;
    traffic->health.withdraw(admission);
}

void Client::send(const Admission &admission, Request request,
                  const std::shared_ptr<Mailbox> &mailbox, Caller::ReplyHandler onReply)
{
    ++mailbox->counts.lock()->inFlight;
    network_.post([client = weak_from_this(), admission, request = std::move(request), mailbox,
                   onReply = std::move(onReply)]() mutable {
        if (const auto self = client.lock())
            self->transmit(admission, std::move(request), mailbox, std::move(onReply));
    });
}

void Client::transmit(const Admission &admission, Request request,
                      const std::shared_ptr<Mailbox> &mailbox, Caller::ReplyHandler onReply)
{
    if (mailbox->closed) {
        unused(admission);
        return;
    }
    const auto number = ++mailbox->errandsBegun;
    auto onDone = [client = weak_from_this(), admission, mailbox, number,
                   onReply = std::move(onReply)](const core::Reply &reply, unsigned restarts) {
        mailbox->errands.erase(number);
        mailbox->counts.lock()->statistics.restarts += restarts;
        if (const auto self = client.lock())
            self->finished(admission, reply, *mailbox, onReply);
    };
    const auto exchange = session_->make(std::move(request), std::move(onDone));
    mailbox->errands[number] = {exchange, admission};
    ++mailbox->counts.lock()->statistics.sent;
    session_->start(*exchange);
}

void Client::finished(const Admission &admission, const core::Reply &reply, Mailbox &mailbox,
                      const Caller::ReplyHandler &onReply)
{
    std::vector<Member> toTell;
    core::ServiceState state;
    {
        auto traffic = traffic_.lock();
        --traffic->inFlight;
        if (traffic->health.record(admission, reply, core::ServiceHealth::Clock::now(),
                                   std::chrono::system_clock::now())) {
            toTell = traffic->members;
            state = traffic->health.state();
        }
    }
    {
        auto counts = mailbox.counts.lock();
        --counts->inFlight;
        ++counts->statistics.replies;
    }
    for (const Member &member : toTell) {
        // A copy, since a handler may be what makes its caller leave.
        if (const auto onStateChange = member.mailbox->onStateChange)
            onStateChange(state);
    }
    if (!mailbox.closed && onReply)
        onReply(reply);
}

} // namespace ooto::service
