// SPDX-License-Identifier: LGPL-2.1-or-later
// What all callers of one service share: its network thread, its limits and its health.
#pragma once

#include "core/guarded.h"
#include "core/token_bucket.h"
#include "service/client.h"
#include "service/mailbox.h"
#include "service/network_thread.h"
#include "service/session.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ooto::service
{

/** Thread-safe but where it says otherwise. */
class Client : public std::enable_shared_from_this<Client>
{
public:
    using Admission = core::ServiceHealth::Admission;

    /** The process's client for these settings; null and a text for people when it cannot be. */
    static std::shared_ptr<Client> forSettings(const ConnectionSettings &settings,
                                               std::string &error);
    Client(const ConnectionSettings &settings, TlsDatabaseHandle trustedCas);
    ~Client();

    void join(const std::shared_ptr<Mailbox> &mailbox, unsigned maxInFlight);
    /** Returns when no handler of the mailbox runs or ever will. */
    void leave(const std::shared_ptr<Mailbox> &mailbox);
    void setMaxInFlight(const Mailbox &mailbox, unsigned maxInFlight);
    void setMaxRate(const Mailbox &mailbox, double perSecond);

    struct Refusal {
        core::HeldBack why;
        std::chrono::milliseconds tryAgainIn;
    };
    std::variant<Admission, Refusal> reserve();
    /** The request that was admitted is not sent. */
    void unused(const Admission &admission);
    void send(const Admission &admission, Request request, const std::shared_ptr<Mailbox> &mailbox,
              Caller::ReplyHandler onReply);

    void credentialsChanged() { traffic_.lock()->health.credentialsChanged(); }
    core::ServiceState state() { return traffic_.lock()->health.state(); }

private:
    struct Member {
        std::shared_ptr<Mailbox> mailbox;
        unsigned maxInFlight;
        double maxRate = defaultMaxRate; ///< 0 = no limit
    };
    struct Traffic {
        explicit Traffic(std::uint32_t seed) : health(seed) {}

        /** To be called when a member came, went, or has another limit. */
        void adjustRate();

        core::ServiceHealth health;
        core::TokenBucket rate;
        unsigned inFlight = 0; ///< reserved or sent, and not ended
        std::vector<Member> members;
    };

    /** The request that was admitted has no reply. */
    void release(const Admission &admission);

    // Network thread only:
    void transmit(const Admission &admission, Request request,
                  const std::shared_ptr<Mailbox> &mailbox, Caller::ReplyHandler onReply);
    void finished(const Admission &admission, const core::Reply &reply, Mailbox &mailbox,
                  const Caller::ReplyHandler &onReply);

    core::Guarded<Traffic> traffic_;
    std::shared_ptr<Session> session_; ///< used on the network thread only
    NetworkThread network_;            ///< last: ends before what its tasks use
};

} // namespace ooto::service
