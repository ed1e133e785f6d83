// SPDX-License-Identifier: LGPL-2.1-or-later
// From the spool to the target: in order, at least once.
#pragma once

#include "core/publishing/delivery_schedule.h"
#include "publish/target.h"
#include "spool/spool.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::publish
{

/** What became of events so far; numbers go up only. */
struct DeliveryCounts {
    std::uint64_t sent = 0; ///< attempts
    std::uint64_t acknowledged = 0;
    std::uint64_t retries = 0; ///< attempts with a record that was tried before
    std::uint64_t rejected = 0;
    std::uint64_t expired = 0; ///< found too old when they were to be sent
};

/** Thread-bound: to the publisher's. */
class Delivery
{
public:
    struct Hooks {
        /** The record as it goes out now. @return nothing, and why: it is rejected */
        std::function<std::optional<Outgoing>(const spool::Record &record, const spool::Moment &now,
                                              std::string &why)>
            format;
        /** pump() has something to do then. */
        std::function<void(std::chrono::milliseconds delay)> wakeIn;
        /** The state may be another one, or records were settled. */
        std::function<void()> changed;
        /** The target refuses the credentials. */
        std::function<void()> unauthorized;
        /** Something for the log. */
        std::function<void(const std::string &text)> tell;
    };

    using MakeTarget = std::function<std::unique_ptr<Target>(spool::Spool &spool)>;

    Delivery(const spool::SpoolSettings &settings, const MakeTarget &makeTarget, Hooks hooks);
    ~Delivery();

    spool::Spool &spool() { return spool_; }
    Target &target() { return *target_; }
    void setRules(const core::BackoffRules &rules) { schedule_.setRules(rules); }
    void setMaxAge(std::chrono::milliseconds maxAge) { maxAge_ = maxAge; }

    void open();
    void append(std::vector<spool::Record> records);
    /** Sends what may go now. */
    void pump();
    /** The trouble may be over: what waits for its pause is tried now. */
    void hurry();
    /** Records of the person go. */
    void forget(const spool::Person &person);
    void adoptOrphans();
    void close(std::chrono::milliseconds longest);

    /** The target's state, or the spool's, whichever is worse. Nothing until something is known. */
    std::optional<TargetState> state() const;
    /** Nobody is there to take anything, as far as is known. */
    bool isAway() const;
    const DeliveryCounts &counts() const { return counts_; }
    unsigned inFlight() const { return inFlight_; }
    /** The last record that was appended. */
    std::int64_t lastId() const { return lastId_; }
    /** No record up to this one waits any more. */
    bool isSettled(std::int64_t id) const;
    /** Of the last attempts that were answered, ms; nothing before the first. */
    std::optional<double> roundTripMs() const;

private:
    struct Pending {
        spool::Record record;
        bool underWay = false;
        bool wasTried = false;
        bool wentFreely = false; ///< the last time: while all was well
        std::chrono::steady_clock::time_point sent{};
    };

    static core::DeliverySchedule::Time now();
    void letDroppedGo();
    void refill(const spool::Moment &moment);
    void sendFreely(const spool::Moment &moment);
    void sendInTrouble(const spool::Moment &moment);
    enum class Sending {
        UnderWay,
        Unfit,  ///< can never be sent
        Failed, ///< something was thrown: it is tried again
    };
    Sending send(Pending &pending, const spool::Moment &moment);
    Sending trySending(Pending &pending, const spool::Moment &moment);
    void noteFailure(Pending &pending, const std::string &text);
    void dropUnfit(const spool::Moment &moment);
    void tellExpired();
    void onDone(std::int64_t id, const Verdict &verdict);
    void settle(std::int64_t id);
    void flushSettled();

    Hooks hooks_;
    spool::Spool spool_;
    std::unique_ptr<Target> target_;
    core::DeliverySchedule schedule_;
    std::chrono::milliseconds maxAge_;
    std::deque<Pending> pending_;       ///< the oldest records, as they lie in the spool
    std::vector<std::int64_t> settled_; ///< to be removed from the spool
    std::int64_t loadedUpTo_ = 0;
    std::int64_t lastId_ = 0;
    unsigned inFlight_ = 0;
    bool pumping_ = false;
    bool closed_ = false;
    std::optional<TargetState> attempts_;   ///< what attempts said
    std::optional<TargetState> connection_; ///< what the target says of itself
    DeliveryCounts counts_;
    std::uint64_t toldExpired_ = 0;
    double roundTripMs_ = -1;
};

} // namespace ooto::publish
