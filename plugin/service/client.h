// SPDX-License-Identifier: LGPL-2.1-or-later
// What all callers of one service share: its network thread, its limits and its health.
#pragma once

#include "core/base/guarded.h"
#include "core/traffic/traffic.h"
#include "http/network_thread.h"
#include "http/session.h"
#include "service/budget.h"
#include "service/connection_settings.h"
#include "service/member.h"
#include "service/shared_state.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::service
{

/** Thread-safe but where it says otherwise. */
class Client : public std::enable_shared_from_this<Client>
{
public:
    using MemberRef = std::shared_ptr<Member>;
    /** Whom to tell about a request. */
    struct Listener {
        ReplyHandler onReply;
        RestartHandler onRestart;
    };

    /** The process's client for these settings; null and a text for people when it cannot be. */
    static std::shared_ptr<Client> forSettings(const ConnectionSettings &settings,
                                               std::string &error);
    Client(const ConnectionSettings &settings, http::TlsDatabaseHandle trustedCas);
    /** Once: connects to the shared state, where there is one. */
    void open();
    ~Client();

    void join(const MemberRef &member, const core::Limits &limits, const system::Secret &key);
    /** Returns when no handler of the member runs or ever will. */
    void leave(const MemberRef &member);
    void setLimits(const Member &member, const core::Limits &limits);
    void setKey(const Member &member, const system::Secret &key);
    void setWarningHandler(const MemberRef &member, WarningHandler onWarning);

    void wakeIn(std::chrono::milliseconds delay, const MemberRef &member,
                std::function<void()> wake);
    core::Expected<Permit, core::NotNow> reserve(const Member &member);
    /** The request that was permitted is not sent. */
    void unused(const Permit::Held &held);
    void send(Permit permit, Request request, const MemberRef &member, Listener listener);

    BudgetUse budgetUse();
    bool sharesVisits() const { return sharedState_ != nullptr; }
    /** As SharedState::claimVisit(), from any thread; without a shared state it is the own one. */
    void claimVisit(const MemberRef &member, const std::string &templateId,
                    const std::string &visitId, std::chrono::seconds timeout, VisitHandler onVisit);

private:
    using Clock = core::Traffic::Clock;
    using WallClock = std::chrono::system_clock;

    struct Shared {
        explicit Shared(std::uint32_t seed) : traffic(seed) {}

        core::Traffic traffic;
        std::map<core::Traffic::MemberId, MemberRef> members;
        std::map<core::Traffic::KeyId, system::Secret> keys; ///< that callers use now
        core::Traffic::KeyId keysKnown = 0;

        core::Traffic::KeyId idOf(const system::Secret &key);
        void forgetUnusedKeys();
    };

    /** Takes one more of the day's budget, and tells what people should know about it. */
    Budget::Taken takeBudget(std::uint64_t limit);
    void noteBudget(bool isSpent, std::uint64_t limit);
    /** Nothing: it may go, and `held` says what was taken. */
    std::optional<core::NotNow> takeShared(Permit::Held &held, const core::Limits &limits);
    void giveBack(const Permit::Held &held);
    void passLimits();
    void post(void (Client::*task)());

    // Network thread only:
    void transmit(Permit::Held held, const Request &request, const MemberRef &member,
                  Listener listener);
    bool admitRestart(Member &member, std::uint64_t number);
    void finished(const Permit::Held &held, const core::Reply &reply, Member &member,
                  const ReplyHandler &onReply);
    void warn(const std::string &text);
    void tellNews();

    const ConnectionSettings settings_;
    core::Guarded<Shared> shared_;
    Budget &budget_; ///< also of other clients that ask the same service with the same id
    const std::shared_ptr<http::Session> session_;   ///< used on the network thread only
    const std::shared_ptr<SharedState> sharedState_; ///< null: none is shared
    http::NetworkThread network_;                    ///< last: ends before what its tasks use
};

} // namespace ooto::service
