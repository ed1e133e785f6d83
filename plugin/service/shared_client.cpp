// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/shared_client.h"

#include <map>
#include <random>
#include <utility>

namespace ooto::service
{

namespace
{

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
    : shared_(std::random_device()()), session_(std::make_shared<Session>(settings))
{
    const std::shared_ptr<GTlsDatabase> shared = std::move(trustedCas);
    network_.post([session = session_, shared] { session->open(shared.get()); });
}

Client::~Client()
{
    network_.post([session = session_] { session->close(); });
}

core::Traffic::KeyId Client::Shared::idOf(const Secret &key)
{
    for (const auto &[id, known] : keys) {
        if (known == key)
            return id;
    }
    keys[++keysKnown] = key;
    return keysKnown;
}

void Client::Shared::forgetUnusedKeys()
{
    std::erase_if(keys, [this](const auto &entry) { return !traffic.usesKey(entry.first); });
}

void Client::join(const MailboxRef &mailbox, const core::Limits &limits)
{
    auto shared = shared_.lock();
    shared->mailboxes[mailbox->member] = mailbox;
    shared->traffic.join(mailbox->member, shared->idOf(Secret()), limits, Clock::now());
}

void Client::leave(const MailboxRef &mailbox)
{
    network_.runAndWait([this, &mailbox] {
        mailbox->closed = true;
        mailbox->onStateChange = nullptr;
        for (const auto &[number, errand] : std::exchange(mailbox->errands, {})) {
            errand.exchange->abandon();
            shared_.lock()->traffic.cancelled(errand.permit.ticket);
        }
        auto shared = shared_.lock();
        shared->traffic.leave(mailbox->member, Clock::now());
        shared->mailboxes.erase(mailbox->member);
        shared->forgetUnusedKeys();
    });
}

void Client::setKey(const Mailbox &mailbox, const Secret &key)
{
    {
        auto shared = shared_.lock();
        shared->traffic.setKey(mailbox.member, shared->idOf(key));
        shared->forgetUnusedKeys();
    }
    // Others may have learned already how the service likes this key.
    network_.post([client = weak_from_this()] {
        if (const auto self = client.lock())
            self->tellNews();
    });
}

std::variant<Permit, Client::Refusal> Client::reserve(const Mailbox &mailbox)
{
    auto shared = shared_.lock();
    const auto answer = shared->traffic.admit(mailbox.member, Clock::now());
    if (const auto *refusal = std::get_if<Refusal>(&answer))
        return *refusal;
    const auto &ticket = std::get<core::Traffic::Ticket>(answer);
    return Permit{ticket, shared->keys[ticket.key]};
}

void Client::unused(const Permit &permit)
{
    shared_.lock()->traffic.unused(permit.ticket, Clock::now());
}

core::ServiceState Client::state(const Mailbox &mailbox)
{
    return shared_.lock()->traffic.state(mailbox.member);
}

void Client::send(Permit permit, Request request, const MailboxRef &mailbox,
                  Caller::ReplyHandler onReply)
{
    ++mailbox->counts.lock()->inFlight;
    network_.post([client = weak_from_this(), permit = std::move(permit),
                   request = std::move(request), mailbox, onReply = std::move(onReply)]() mutable {
        if (const auto self = client.lock())
            self->transmit(std::move(permit), std::move(request), mailbox, std::move(onReply));
    });
}

void Client::transmit(Permit permit, Request request, const MailboxRef &mailbox,
                      Caller::ReplyHandler onReply)
{
    if (mailbox->closed) {
        unused(permit);
        return;
    }
    const auto number = ++mailbox->errandsBegun;
    auto onDone = [client = weak_from_this(), mailbox, number,
                   onReply = std::move(onReply)](const core::Reply &reply, unsigned restarts) {
        const auto errand = mailbox->errands.extract(number);
        mailbox->counts.lock()->statistics.restarts += restarts;
        const auto self = client.lock();
        if (self && !errand.empty())
            self->finished(errand.mapped().permit, reply, *mailbox, onReply);
    };
    const auto exchange = session_->make(std::move(request), permit.key, std::move(onDone));
    mailbox->errands[number] = {exchange, std::move(permit)};
    ++mailbox->counts.lock()->statistics.sent;
    session_->start(*exchange);
}

void Client::finished(const Permit &permit, const core::Reply &reply, Mailbox &mailbox,
                      const Caller::ReplyHandler &onReply)
{
    shared_.lock()->traffic.record(permit.ticket, reply, Clock::now(), WallClock::now());
    {
        auto counts = mailbox.counts.lock();
        --counts->inFlight;
        ++counts->statistics.replies;
    }
    tellNews();
    if (!mailbox.closed && onReply)
        onReply(reply);
}

void Client::tellNews()
{
    std::vector<std::pair<MailboxRef, core::ServiceState>> toTell;
    {
        auto shared = shared_.lock();
        for (auto &news : shared->traffic.takeNews(WallClock::now()))
            toTell.emplace_back(shared->mailboxes[news.member], std::move(news.state));
    }
    for (const auto &[mailbox, state] : toTell) {
        // A copy, since a handler may be what makes its caller leave.
        if (const auto onStateChange = mailbox->onStateChange)
            onStateChange(state);
    }
}

} // namespace ooto::service
