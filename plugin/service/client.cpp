// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/client.h"

#include "service/identify_call.h"
#include "service/shared_state_uri.h"

#include <algorithm>
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
        // It only leaves a task for a thread that nobody else knows yet.
        made->open();
    }
    return client;
}

namespace
{

/** @param network of the client */
std::shared_ptr<SharedState> makeSharedState(const ConnectionSettings &settings,
                                             http::NetworkThread &network)
{
    if (settings.sharedState.empty())
        return nullptr;
    const auto uri = parseSharedStateUri(settings.sharedState);
    if (!uri)
        return nullptr;
    SharedStateSettings shared;
    shared.server = (*uri).server;
    shared.server.password = settings.sharedStatePassword;
    shared.server.sslStrict = settings.sslStrict;
    shared.server.sslCaFile = settings.sslCaFile;
    shared.shown = (*uri).shown;
    shared.prefix =
        "ooto:{" + BudgetFile::hashOf(settings.endpoint, settings.appId).substr(0, 16) + "}:";
    shared.budgetPath = BudgetFile::pathFor(settings.endpoint, settings.appId);
    return std::make_shared<SharedState>(std::move(shared), network);
}

} // namespace

Client::Client(const ConnectionSettings &settings, http::TlsDatabaseHandle trustedCas)
    : settings_(settings),
      shared_(std::random_device()()),
      budget_(Budget::forPath(BudgetFile::pathFor(settings.endpoint, settings.appId))),
      session_(std::make_shared<http::Session>(settings)),
      sharedState_(makeSharedState(settings, network_))
{
    const std::shared_ptr<GTlsDatabase> shared = std::move(trustedCas);
    network_.post([session = session_, shared] { session->open(shared.get()); });
}

void Client::open()
{
    if (!sharedState_)
        return;
    SharedState::Handlers handlers;
    handlers.onTrouble = [client = weak_from_this()](const std::optional<std::string> &trouble) {
        const auto self = client.lock();
        if (self && self->shared_.lock()->traffic.setSharedAway(trouble, WallClock::now()))
            self->tellNews();
    };
    handlers.onWarning = [client = weak_from_this()](const std::string &text) {
        if (const auto self = client.lock())
            self->warn(text);
    };
    sharedState_->open(std::move(handlers));
}

Client::~Client()
{
    if (sharedState_)
        network_.post([shared = sharedState_] { shared->close(); });
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
    passLimits();
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
            if (!errand.exchange->hasLeft() && errand.held.sharedDate)
                sharedState_->giveBack(*errand.held.sharedDate);
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
    passLimits();
}

void Client::passLimits()
{
    if (!sharedState_)
        return;
    const core::Limits limits = shared_.lock()->traffic.limits();
    sharedState_->setLimits(limits.maxRequestsPerDay, limits.maxRate);
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
    core::Limits limits;
    {
        auto shared = shared_.lock();
        const auto answer = shared->traffic.admit(member.id, Clock::now());
        if (!answer)
            return answer.error();
        held.permitted = *answer;
        held.key = shared->keys[held.permitted.key];
        limits = shared->traffic.limits();
    }
    if (const auto notNow = takeShared(held, limits)) {
        shared_.lock()->traffic.unused(held.permitted, Clock::now());
        return *notNow;
    }
    // Not under the lock: it waits for a file.
    const Budget::Taken taken = takeBudget(limits.maxRequestsPerDay);
    if (taken.answer == Budget::Answer::Taken) {
        held.count = taken.count;
        return Permit(shared_from_this(), std::move(held));
    }
    if (held.sharedDate)
        sharedState_->giveBack(*held.sharedDate);
    shared_.lock()->traffic.unused(held.permitted, Clock::now());
    if (taken.answer == Budget::Answer::Busy)
        return core::NotNow{core::HeldBack::BudgetBusy, untilTheFileIsFree};
    return core::NotNow{core::HeldBack::Budget, untilTheDateIsLookedAt};
}

/** What all machines have in common is asked before this one's file. */
std::optional<core::NotNow> Client::takeShared(Permit::Held &held, const core::Limits &limits)
{
    using Take = core::SharedBudget::Take;
    if (!sharedState_)
        return std::nullopt;
    const core::LocalDate date = sharedState_->today();
    const core::SharedBudget::Taken taken = sharedState_->take();
    switch (taken.what) {
    case Take::Go:
        held.sharedDate = date;
        return std::nullopt;
    case Take::Asked:
        return core::NotNow{core::HeldBack::Asking, taken.tryAgainIn};
    case Take::Wait:
        return core::NotNow{core::HeldBack::Shared, taken.tryAgainIn};
    case Take::Rate:
        return core::NotNow{core::HeldBack::Rate, taken.tryAgainIn};
    case Take::Spent:
        noteBudget(true, limits.maxRequestsPerDay);
        break;
    case Take::Away:
        break;
    }
    return core::NotNow{core::HeldBack::Budget, taken.tryAgainIn};
}

Budget::Taken Client::takeBudget(std::uint64_t limit)
{
    Budget::Taken taken = budget_.take(limit);
    if (taken.answer != Budget::Answer::Busy)
        noteBudget(taken.answer == Budget::Answer::Spent, limit);
    for (const std::string &text : taken.warnings) {
        network_.post([client = weak_from_this(), text] {
            if (const auto self = client.lock())
                self->warn(text);
        });
    }
    return taken;
}

void Client::noteBudget(bool isSpent, std::uint64_t limit)
{
    std::optional<std::string> spent;
    if (isSpent) {
        spent = "All " + std::to_string(limit) +
                " requests of today are used (`max-requests-per-day`); nobody is asked until "
                "midnight, or until the limit is raised";
    }
    if (shared_.lock()->traffic.setBudgetSpent(spent, WallClock::now()))
        post(&Client::tellNews);
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
    std::optional<core::LocalDate> sharedDate;
    if (sharedState_) {
        sharedDate = sharedState_->today();
        if (!sharedState_->takeAtOnce()) {
            shared_.lock()->traffic.unusedAgain(Clock::now());
            return false;
        }
    }
    const Budget::Taken taken = takeBudget(limit);
    if (taken.answer != Budget::Answer::Taken) {
        if (sharedDate)
            sharedState_->giveBack(*sharedDate);
        shared_.lock()->traffic.unusedAgain(Clock::now());
        return false;
    }
    // The first one is spent, whatever becomes of the second.
    errand->second.held.count = taken.count;
    errand->second.held.sharedDate = sharedDate;
    return true;
}

void Client::unused(const Permit::Held &held)
{
    shared_.lock()->traffic.unused(held.permitted, Clock::now());
    giveBack(held);
}

void Client::giveBack(const Permit::Held &held)
{
    budget_.giveBack({held.count});
    if (held.sharedDate)
        sharedState_->giveBack(*held.sharedDate);
}

BudgetUse Client::budgetUse()
{
    const std::uint64_t limit = shared_.lock()->traffic.limits().maxRequestsPerDay;
    const std::uint64_t used = budget_.usedToday();
    const auto ofAll = sharedState_ ? sharedState_->usedToday() : std::nullopt;
    return {std::max(used, ofAll.value_or(0)), limit};
}

void Client::claimVisit(const MemberRef &member, const std::string &templateId,
                        const std::string &visitId, std::chrono::seconds timeout,
                        VisitHandler onVisit)
{
    network_.post([client = weak_from_this(), member, templateId, visitId, timeout,
                   onVisit = std::move(onVisit)] {
        const auto self = client.lock();
        if (!self || member->closed)
            return;
        if (!self->sharedState_) {
            onVisit({visitId, true});
            return;
        }
        system::Secret key;
        {
            auto shared = self->shared_.lock();
            const auto found = shared->keys.find(shared->traffic.keyOf(member->id));
            if (found != shared->keys.end())
                key = found->second;
        }
        self->sharedState_->claimVisit(templateId, key, visitId, timeout,
                                       [member, onVisit](const SharedVisit &visit) {
                                           if (!member->closed)
                                               onVisit(visit);
                                       });
    });
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
            self->giveBack(errand.mapped().held);
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
