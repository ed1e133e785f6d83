// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/client.h"

#include "service/identify_call.h"

#include <map>
#include <random>
#include <utility>

namespace ooto::service
{

namespace
{

constexpr std::chrono::milliseconds untilTheFileIsFree{100};
/** A new day is noticed this late at most. */
constexpr std::chrono::milliseconds untilTheDateIsLookedAt{10000};

using Registry = core::Guarded<std::map<ConnectionSettings, std::weak_ptr<Client>>>;

/** Never destroyed, since a caller may outlive everything else at the end of a process. */
Registry &registry()
{
    static auto *const clients = new Registry();
    return *clients;
}

} // namespace

Permit::~Permit()
{
    if (client_)
        client_->unused(held_);
}

std::shared_ptr<Client> Client::forSettings(const ConnectionSettings &settings, std::string &error)
{
    const auto known = [&settings]() -> std::shared_ptr<Client> {
        auto clients = registry().lock();
        const auto found = clients->find(settings);
        return found == clients->end() ? nullptr : found->second.lock();
    };
    if (auto client = known())
        return client;

    http::TlsDatabaseHandle trustedCas = http::loadTrustedCas(settings, error);
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

Client::Client(const ConnectionSettings &settings, http::TlsDatabaseHandle trustedCas)
    : settings_(settings),
      shared_(std::random_device()()),
      budget_(Budget::forPath(BudgetFile::pathFor(settings.endpoint, settings.appId))),
      session_(std::make_shared<http::Session>(settings))
{
    const std::shared_ptr<GTlsDatabase> shared = std::move(trustedCas);
    network_.post([session = session_, shared] { session->open(shared.get()); });
}

Client::~Client()
{
    network_.post([session = session_] { session->close(); });
}

core::Traffic::KeyId Client::Shared::idOf(const system::Secret &key)
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

void Client::join(const MemberRef &member, const core::Limits &limits, const system::Secret &key)
{
    budget_.look();
    {
        auto shared = shared_.lock();
        shared->members[member->id] = member;
        shared->traffic.join(member->id, shared->idOf(key), limits, Clock::now());
    }
    // The service, or the key, may be in trouble already, as others know.
    post(&Client::tellNews);
}

void Client::leave(const MemberRef &member)
{
    network_.runAndWait([this, &member] {
        member->closed = true;
        member->onStateChange = nullptr;
        member->onWarning = nullptr;
        std::vector<Budget::Count> notSent;
        for (const auto &[number, errand] : std::exchange(member->errands, {})) {
            errand.exchange->abandon();
            shared_.lock()->traffic.cancelled(errand.held.permitted);
            if (!errand.exchange->hasLeft())
                notSent.push_back(errand.held.count);
        }
        if (!notSent.empty())
            budget_.giveBack(notSent);
        auto shared = shared_.lock();
        shared->traffic.leave(member->id, Clock::now());
        shared->members.erase(member->id);
        shared->forgetUnusedKeys();
    });
}

void Client::setLimits(const Member &member, const core::Limits &limits)
{
    shared_.lock()->traffic.setLimits(member.id, limits, Clock::now());
}

void Client::setKey(const Member &member, const system::Secret &key)
{
    {
        auto shared = shared_.lock();
        shared->traffic.setKey(member.id, shared->idOf(key));
        shared->forgetUnusedKeys();
    }
    // Others may have learned already how the service likes this key.
    post(&Client::tellNews);
}

void Client::post(void (Client::*task)())
{
    network_.post([client = weak_from_this(), task] {
        if (const auto self = client.lock())
            (*self.*task)();
    });
}

void Client::setWarningHandler(const MemberRef &member, WarningHandler onWarning)
{
    network_.post([member, onWarning = std::move(onWarning)] {
        if (!member->closed)
            member->onWarning = onWarning;
    });
}

void Client::wakeIn(std::chrono::milliseconds delay, const MemberRef &member,
                    std::function<void()> wake)
{
    network_.postIn(delay, [member, wake = std::move(wake)] {
        if (!member->closed)
            wake();
    });
}

core::Expected<Permit, core::NotNow> Client::reserve(const Member &member)
{
    Permit::Held held;
    std::uint64_t limit = 0;
    {
        auto shared = shared_.lock();
        const auto answer = shared->traffic.admit(member.id, Clock::now());
        if (!answer)
            return answer.error();
        held.permitted = *answer;
        held.key = shared->keys[held.permitted.key];
        limit = shared->traffic.limits().maxRequestsPerDay;
    }
    // Not under the lock: it waits for a file.
    const Budget::Taken taken = takeBudget(limit);
    if (taken.answer == Budget::Answer::Taken) {
        held.count = taken.count;
        return Permit(shared_from_this(), std::move(held));
    }
    shared_.lock()->traffic.unused(held.permitted, Clock::now());
    if (taken.answer == Budget::Answer::Busy)
        return core::NotNow{core::HeldBack::BudgetBusy, untilTheFileIsFree};
    return core::NotNow{core::HeldBack::Budget, untilTheDateIsLookedAt};
}

Budget::Taken Client::takeBudget(std::uint64_t limit)
{
    Budget::Taken taken = budget_.take(limit);
    if (taken.answer != Budget::Answer::Busy) {
        std::optional<std::string> spent;
        if (taken.answer == Budget::Answer::Spent) {
            spent = "All " + std::to_string(limit) +
                    " requests of today are used (`max-requests-per-day`); nobody is asked until "
                    "midnight, or until the limit is raised";
        }
        if (shared_.lock()->traffic.setBudgetSpent(spent, WallClock::now()))
            post(&Client::tellNews);
    }
    for (const std::string &text : taken.warnings) {
        network_.post([client = weak_from_this(), text] {
            if (const auto self = client.lock())
                self->warn(text);
        });
    }
    return taken;
}

bool Client::admitRestart(Member &member, std::uint64_t number)
{
    const auto errand = member.errands.find(number);
    if (errand == member.errands.end())
        return false;
    std::uint64_t limit = 0;
    {
        auto shared = shared_.lock();
        if (!shared->traffic.admitAgain(Clock::now()))
            return false;
        limit = shared->traffic.limits().maxRequestsPerDay;
    }
    const Budget::Taken taken = takeBudget(limit);
    if (taken.answer != Budget::Answer::Taken) {
        shared_.lock()->traffic.unusedAgain(Clock::now());
        return false;
    }
    // The first one is spent, whatever becomes of the second.
    errand->second.held.count = taken.count;
    return true;
}

void Client::unused(const Permit::Held &held)
{
    shared_.lock()->traffic.unused(held.permitted, Clock::now());
    budget_.giveBack({held.count});
}

BudgetUse Client::budgetUse()
{
    const std::uint64_t limit = shared_.lock()->traffic.limits().maxRequestsPerDay;
    return {budget_.usedToday(), limit};
}

void Client::send(Permit permit, Request request, const MemberRef &member, Listener listener)
{
    network_.post([client = weak_from_this(), held = std::move(permit).use(),
                   request = std::move(request), member, listener = std::move(listener)]() mutable {
        if (const auto self = client.lock())
            self->transmit(std::move(held), request, member, std::move(listener));
    });
}

void Client::transmit(Permit::Held held, const Request &request, const MemberRef &member,
                      Listener listener)
{
    if (member->closed) {
        unused(held);
        return;
    }
    const auto number = ++member->errandsBegun;
    auto onDone = [client = weak_from_this(), member, number,
                   onReply = std::move(listener.onReply)](const core::Reply &reply, bool hasLeft) {
        const auto errand = member->errands.extract(number);
        const auto self = client.lock();
        if (!self || errand.empty())
            return;
        if (!hasLeft)
            self->budget_.giveBack({errand.mapped().held.count});
        self->finished(errand.mapped().held, reply, *member, onReply);
    };
    IdentifyCallHandlers handlers;
    handlers.onDone = std::move(onDone);
    handlers.admitRestart = [client = weak_from_this(), member, number,
                             onRestart = std::move(listener.onRestart)] {
        const auto self = client.lock();
        if (!self || !self->admitRestart(*member, number))
            return false;
        if (onRestart)
            onRestart();
        return true;
    };
    const auto exchange =
        makeIdentifyCall(*session_, settings_, request, held.key, std::move(handlers));
    member->errands[number] = {exchange, std::move(held)};
    session_->start(*exchange);
}

void Client::finished(const Permit::Held &held, const core::Reply &reply, Member &member,
                      const ReplyHandler &onReply)
{
    shared_.lock()->traffic.record(held.permitted, reply, Clock::now(), WallClock::now());
    tellNews();
    if (!member.closed && onReply)
        onReply(reply);
}

void Client::warn(const std::string &text)
{
    std::vector<MemberRef> toTell;
    {
        auto shared = shared_.lock();
        for (const auto &[id, member] : shared->members)
            toTell.push_back(member);
    }
    for (const auto &member : toTell) {
        if (const auto onWarning = member->onWarning)
            onWarning(text);
    }
}

void Client::tellNews()
{
    std::vector<std::pair<MemberRef, core::ServiceState>> toTell;
    {
        auto shared = shared_.lock();
        for (auto &news : shared->traffic.takeNews(WallClock::now()))
            toTell.emplace_back(shared->members[news.member], std::move(news.state));
    }
    for (const auto &[member, state] : toTell) {
        // A copy, since a handler may be what makes its caller leave.
        if (const auto onStateChange = member->onStateChange)
            onStateChange(state);
    }
}

} // namespace ooto::service
