// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks the identify service, on a network thread that all elements of one service share.
#pragma once

#include "core/base/expected.h"
#include "core/traffic/held_back.h"
#include "core/traffic/traffic.h"
#include "service/connection_settings.h"
#include "service/permit.h"
#include "service/request.h"
#include "system/secret.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::service
{

class Client;
struct Member;

/**
 * One element's access to the shared client. Made and destroyed by the *application* thread;
 * everything else may be called from any thread.
 */
class Caller
{
public:
    /**
     * Finds the process's client for these settings, or makes it.
     * @param limits all at once, since even for a moment others would be held to a smaller one
     * @param onStateChange called soon with what is wrong already, if something is
     * @param error set to a text for people when nullptr is returned (an unreadable CA file)
     */
    static std::unique_ptr<Caller> open(const ConnectionSettings &settings,
                                        const core::Limits &limits, const system::Secret &appKey,
                                        StateHandler onStateChange, std::string &error);

    /** To be called before the first reserve(). */
    void setWarningHandler(WarningHandler onWarning);

    /** Cancels this caller's requests and returns when no handler of it runs or ever will. */
    ~Caller();

    /**
     * Permission to send one request, when nothing is in its way. May read and write the file of
     * the day's budget: not for the *streaming* thread.
     */
    core::Expected<Permit, core::NotNow> reserve();
    /** Calls `wake` once, on the *network* thread, after the delay: for who has to ask again. */
    void wakeIn(std::chrono::milliseconds delay, std::function<void()> wake);
    void send(Permit permit, Request request, ReplyHandler onReply,
              RestartHandler onRestart = nullptr);

    /**
     * The key to be used from now on. Also the same as before: it ends the pause after a 401 or
     * 403. That the service refuses it is of no matter to callers with other keys.
     */
    void setAppKey(const system::Secret &key);
    /**
     * Holds from now on, all at once. Where callers of one client differ the smallest holds, and
     * the shortest pauses of the back-off. The rate is that of all callers, a second's worth of
     * requests at once; the day's count is that of all processes of this user that ask the same
     * endpoint with the same app-id, until midnight.
     */
    void setLimits(const core::Limits &limits);
    BudgetUse budgetUse() const;

    /** Whether other machines may have a visit that began elsewhere. */
    bool sharesVisits() const;
    /**
     * Asks how the person's stay is called, where it goes on or begins as `visitId`, and has it go
     * on for `timeout` from now. Not for long: after 0.1 s it is the caller's own one.
     */
    void claimVisit(const std::string &templateId, const std::string &visitId,
                    std::chrono::seconds timeout, VisitHandler onVisit);

private:
    Caller(std::shared_ptr<Client> client, std::shared_ptr<Member> member);

    std::shared_ptr<Client> client_;
    std::shared_ptr<Member> member_;
};

} // namespace ooto::service
