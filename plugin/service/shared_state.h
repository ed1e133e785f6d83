// SPDX-License-Identifier: LGPL-2.1-or-later
// What many machines share by a Redis server: the day's budget, the rate, and who is on a visit.
#pragma once

#include "core/base/guarded.h"
#include "core/traffic/shared_budget.h"
#include "http/network_thread.h"
#include "redis/connection.h"
#include "redis/timer.h"
#include "service/request.h"
#include "service/run_files.h"
#include "service/shared_scripts.h"
#include "system/secret.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ooto::service
{

/** The date and its limits on this machine's clock, in its time zone. */
Today localDay();

struct SharedStateSettings {
    redis::ConnectionSettings server;
    std::string shown;      ///< the uri, for people
    std::string prefix;     ///< of all keys: "ooto:{…}:"
    std::string budgetPath; ///< as of BudgetFile::pathFor()
};

/**
 * Thread-safe but where it says otherwise. Nothing waits for the server: what is asked for is there
 * when who asked comes again, and while the server is away each run keeps to its own share.
 */
class SharedState : public std::enable_shared_from_this<SharedState>
{
public:
    using Calendar = std::function<Today()>;
    /** Called on the *network* thread, until close(). */
    struct Handlers {
        /** The server is away, with why; or nothing: it is back. Each change once. */
        std::function<void(const std::optional<std::string> &trouble)> onTrouble;
        std::function<void(const std::string &text)> onWarning;
    };

    /** @param network has to live until close() has run on it */
    SharedState(SharedStateSettings settings, http::NetworkThread &network,
                Calendar calendar = localDay);
    ~SharedState();

    void open(Handlers handlers);
    /** *network*: tells the others that this run keeps nothing for itself any more. */
    void close();

    /** @param limit of the day, and @param rate per second; 0 = none. Hold for all that follows. */
    void setLimits(std::uint64_t limit, double rate);
    core::SharedBudget::Taken take();
    /** For a request that is sent once more, of what this run may spend without asking. */
    bool takeAtOnce();
    /** A permit of that date was not used. */
    void giveBack(core::LocalDate date);
    /** The date that permits of now are of. */
    core::LocalDate today() const { return calendar_().date; }
    /** Today's requests of all machines; nothing as long as nobody said. */
    std::optional<std::uint64_t> usedToday();

    /**
     * *network*: the visit that goes on, on whatever machine it began; where there is none it
     * begins with `visitId`. The handler is called once, after 0.1 s at most, maybe at once.
     * @param key of the application: the name of the entry tells nobody else who it is
     */
    void claimVisit(const std::string &templateId, const system::Secret &key,
                    const std::string &visitId, std::chrono::seconds timeout, VisitHandler onVisit);

private:
    using Clock = core::SharedBudget::Clock;

    /** One run's part, which outlives the client: the next one of the process goes on with it. */
    struct Part {
        std::string run;
        core::SharedBudget budget;
        core::BudgetWarning warning;
        std::uint64_t limit = 0;
        double rate = 0;
    };
    class IdleParts;

    void tellSoon();
    void warn(const std::string &text);

    // Network thread only:
    void begin(Handlers handlers);
    void call(bool leaving = false);
    void noteReply(const core::SharedCall &call, const Today &today, const redis::Reply *reply);
    void noteClock(const Today &today, std::int64_t serverTime);
    void noteState(const BudgetWords &words, const Today &today);
    void noteLoss(const std::string &why);
    void setTrouble(const std::optional<std::string> &why);
    void announceLater();

    const SharedStateSettings settings_;
    http::NetworkThread &network_;
    const Calendar calendar_;
    const RunFiles files_;
    core::Guarded<Part> part_;
    std::atomic<bool> asked_{false};   ///< a call is on its way to the network thread
    std::atomic<bool> telling_{false}; ///< likewise
    std::atomic<bool> ready_{false};

    // Network thread only:
    Handlers handlers_;
    bool opened_ = false;
    std::unique_ptr<redis::Connection> connection_;
    std::unique_ptr<redis::Timer> announcement_;
    bool calling_ = false;
    bool othersDue_ = true; ///< what earlier runs counted has to be told
    std::string state_;     ///< BudgetWords::state
    std::string zoneTold_;  ///< that it differs
    std::optional<std::string> trouble_;
};

} // namespace ooto::service
