// SPDX-License-Identifier: LGPL-2.1-or-later
// Order, pauses, and what is given up, at a target that does as the test says.
#include "publish/delivery.h"
#include "publish/event_json.h"
#include "spool/records.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace ooto::test
{
namespace
{

using namespace std::chrono_literals;
using publish::Outgoing;
using publish::TargetState;
using publish::Verdict;
using Kind = Verdict::Kind;
using Ids = std::vector<std::string>;

/** What a target was asked for, and how it behaves. */
struct Script {
    publish::Window window{.all = 1, .perCamera = 1};
    bool canSend = true;
    std::string thrownBySend;    ///< empty: nothing is
    std::string thrownByCanSend; ///< likewise
    std::vector<Outgoing> sent;
    std::vector<std::chrono::milliseconds> closed;
    publish::Target::Handlers handlers;
};

class ScriptedTarget final : public publish::Target
{
public:
    explicit ScriptedTarget(std::shared_ptr<Script> script) : script_(std::move(script)) {}

    publish::Window window() const override { return script_->window; }
    void open(Handlers handlers) override { script_->handlers = std::move(handlers); }
    bool canSend() const override
    {
        if (!script_->thrownByCanSend.empty())
            throw std::runtime_error(script_->thrownByCanSend);
        return script_->canSend;
    }
    void send(Outgoing outgoing) override
    {
        if (!script_->thrownBySend.empty())
            throw std::runtime_error(script_->thrownBySend);
        script_->sent.push_back(std::move(outgoing));
    }
    void close(std::chrono::milliseconds longest) override { script_->closed.push_back(longest); }

private:
    const std::shared_ptr<Script> script_;
};

spool::SpoolSettings inFolder(const ScratchDirectory &scratch)
{
    spool::SpoolSettings settings;
    settings.folder = scratch.path();
    settings.name = "a";
    return settings;
}

spool::SpoolSettings inMemory(std::chrono::milliseconds maxAge, std::uint64_t maxBytes = 1 << 20)
{
    spool::SpoolSettings settings;
    settings.maxAge = maxAge;
    settings.maxBytes = maxBytes;
    return settings;
}

class Delivery : public ::testing::Test
{
protected:
    ~Delivery() override { delivery_.reset(); }

    void open(const spool::SpoolSettings &settings = {})
    {
        script_ = std::make_shared<Script>(*script_);
        delivery_ = std::make_unique<publish::Delivery>(
            settings, [this](spool::Spool &) { return std::make_unique<ScriptedTarget>(script_); },
            publish::Delivery::Hooks{
                .format = [this](const spool::Record &record, const spool::Moment &now,
                                 std::string &why) { return formatted(record, now, why); },
                .wakeIn = [this](std::chrono::milliseconds delay) { wakes_.push_back(delay); },
                .changed = [this] { ++changes_; },
                .unauthorized = [this] { ++refusals_; },
                .tell = [this](const std::string &text) { told_.push_back(text); }});
        delivery_->setRules({.factor = 1000ms, .longest = 60s});
        delivery_->open();
    }

    void append(const Ids &ids, const std::string &camera = "door")
    {
        std::vector<spool::Record> records;
        for (const std::string &id : ids) {
            records.push_back(recordOf(id));
            records.back().camera = camera;
            records.back().templateId = "person-of-" + id;
        }
        delivery_->append(std::move(records));
    }
    void appendOfBefore(const std::string &id, std::chrono::seconds ago)
    {
        std::vector<spool::Record> records{recordOf(id)};
        records[0].received = later(spool::Moment::now(), -ago);
        delivery_->append(std::move(records));
    }

    Ids sent() const
    {
        Ids ids;
        for (const Outgoing &outgoing : script_->sent)
            ids.push_back(outgoing.eventId);
        return ids;
    }
    /** To the last attempt with this event. */
    void answer(const std::string &eventId, const Verdict &verdict = {})
    {
        const auto attempt =
            std::find_if(script_->sent.rbegin(), script_->sent.rend(),
                         [&](const Outgoing &outgoing) { return outgoing.eventId == eventId; });
        ASSERT_NE(attempt, script_->sent.rend()) << eventId;
        script_->handlers.onDone(attempt->id, verdict);
    }
    void answer(const std::string &eventId, Kind kind)
    {
        answer(
            eventId,
            {.kind = kind, .text = "since I say so", .retryAfter = {}, .connectionFailed = false});
    }
    TargetState::Kind state() const { return delivery_->state().value_or(TargetState{}).kind; }
    std::uint64_t expired() const
    {
        return delivery_->counts().expired + delivery_->spool().losses().expired;
    }

    std::shared_ptr<Script> script_ = std::make_shared<Script>();
    std::map<std::string, std::string> badForms_; ///< why, by event id
    std::string thrownByFormat_;
    std::vector<std::chrono::milliseconds> wakes_;
    std::vector<std::string> told_;
    int changes_ = 0;
    int refusals_ = 0;
    std::unique_ptr<publish::Delivery> delivery_;

private:
    std::optional<Outgoing> formatted(const spool::Record &record, const spool::Moment &now,
                                      std::string &why)
    {
        if (!thrownByFormat_.empty())
            throw std::runtime_error(thrownByFormat_);
        if (badForms_.contains(record.eventId)) {
            why = badForms_.at(record.eventId);
            return std::nullopt;
        }
        Outgoing outgoing;
        outgoing.eventId = record.eventId;
        outgoing.camera = record.camera;
        outgoing.body = publish::withDelay(record.json, now.since(record.received));
        return outgoing;
    }
};

TEST_F(Delivery, sendsInOrderAndDeletesWhatIsAcknowledged)
{
    const ScratchDirectory scratch;
    open(inFolder(scratch));
    append({"a", "b", "c"});
    EXPECT_EQ(sent(), Ids{"a"});
    EXPECT_EQ(delivery_->spool().records(), 3U) << "sent is not acknowledged";
    EXPECT_EQ(delivery_->counts().acknowledged, 0U);
    EXPECT_EQ(delivery_->inFlight(), 1U);
    answer("a");
    answer("b");
    EXPECT_EQ(sent(), (Ids{"a", "b", "c"}));
    EXPECT_FALSE(delivery_->isSettled(delivery_->lastId()));
    answer("c");
    EXPECT_TRUE(delivery_->isSettled(delivery_->lastId()));
    EXPECT_EQ(delivery_->spool().records(), 0U);
    EXPECT_EQ(delivery_->counts().acknowledged, 3U);
    EXPECT_EQ(delivery_->counts().sent, 3U);
    EXPECT_EQ(delivery_->counts().retries, 0U);
    EXPECT_EQ(state(), TargetState::Kind::Ok);
    EXPECT_TRUE(delivery_->roundTripMs());
}

TEST_F(Delivery, keepsTheOrderOfMoreThanItHoldsReady)
{
    open();
    Ids ids;
    for (int i = 0; i < 300; ++i)
        ids.push_back("e" + std::to_string(i));
    append(ids);
    for (const std::string &id : ids)
        answer(id);
    EXPECT_EQ(sent(), ids);
    EXPECT_EQ(delivery_->spool().records(), 0U);
}

TEST_F(Delivery, fillsTheWindow)
{
    script_->window = {.all = 20, .perCamera = 20};
    open();
    Ids ids;
    for (int i = 0; i < 25; ++i)
        ids.push_back("e" + std::to_string(i));
    append(ids);
    EXPECT_EQ(sent(), Ids(ids.begin(), ids.begin() + 20));
    answer("e3");
    EXPECT_EQ(sent(), Ids(ids.begin(), ids.begin() + 21));
    EXPECT_FALSE(delivery_->isSettled(delivery_->lastId()));
}

TEST_F(Delivery, hasOneOfACameraUnderWayWhereTheTargetWantsThat)
{
    script_->window = {.all = 4, .perCamera = 1};
    open();
    append({"a", "b"}, "door");
    append({"c", "d"}, "gate");
    EXPECT_EQ(sent(), (Ids{"a", "c"}));
    answer("c");
    EXPECT_EQ(sent(), (Ids{"a", "c", "d"})) << "one camera does not wait for another";
    answer("a");
    EXPECT_EQ(sent(), (Ids{"a", "c", "d", "b"}));
}

TEST_F(Delivery, bringsWhatAnEarlierOneLeftBeforeWhatIsNew)
{
    const ScratchDirectory scratch;
    const spool::SpoolSettings settings = inFolder(scratch);
    script_->canSend = false;
    open(settings);
    append({"a", "b"});
    delivery_.reset();
    script_->canSend = true;
    open(settings);
    append({"c"});
    answer("a");
    answer("b");
    EXPECT_EQ(sent(), (Ids{"a", "b", "c"}));
}

TEST_F(Delivery, waitsUntilTheTargetCanSend)
{
    script_->canSend = false;
    open();
    append({"a"});
    EXPECT_EQ(sent(), Ids{});
    EXPECT_EQ(delivery_->spool().records(), 1U);
    script_->canSend = true;
    script_->handlers.onReady();
    EXPECT_EQ(sent(), Ids{"a"});
}

TEST_F(Delivery, letsNothingPassOneThatFailed)
{
    script_->window = {.all = 4, .perCamera = 4};
    open();
    append({"a"});
    answer("a", Kind::Again);
    append({"b", "c"});
    EXPECT_EQ(sent(), Ids{"a"});
    EXPECT_EQ(delivery_->spool().records(), 3U);
    ASSERT_FALSE(wakes_.empty());
    EXPECT_GT(wakes_[0], 0ms);
    EXPECT_LE(wakes_[0], 1000ms);
    delivery_->pump();
    EXPECT_EQ(sent(), Ids{"a"}) << "it is not time yet";
    EXPECT_EQ(state(), TargetState::Kind::Degraded);
    delivery_->hurry();
    EXPECT_EQ(sent(), (Ids{"a", "a"})) << "one is enough to see";
    EXPECT_EQ(delivery_->counts().retries, 1U);
    answer("a");
    EXPECT_EQ(sent(), (Ids{"a", "a", "b", "c"}));
    EXPECT_EQ(state(), TargetState::Kind::Ok);
}

TEST_F(Delivery, pausesLongerAndNotTooLong)
{
    open();
    append({"a"});
    for (int i = 0; i < 40; ++i) {
        answer("a",
               {.kind = Kind::Again, .text = "away", .retryAfter = {}, .connectionFailed = true});
        ASSERT_EQ(wakes_.size(), static_cast<std::size_t>(i) + 1);
        EXPECT_LE(wakes_.back(), 60s);
        EXPECT_EQ(state(), TargetState::Kind::Down);
        EXPECT_TRUE(delivery_->isAway());
        delivery_->hurry();
    }
    EXPECT_LE(wakes_.front(), 1s);
    EXPECT_GE(wakes_.back(), 29s);
    answer("a");
    append({"b"});
    answer("b", Kind::Again);
    EXPECT_LE(wakes_.back(), 1s) << "a new row";
    EXPECT_EQ(delivery_->counts().rejected, 0U);
}

TEST_F(Delivery, obeysTheTargetsOwnWish)
{
    open();
    append({"a"});
    answer("a",
           {.kind = Kind::Again, .text = "busy", .retryAfter = 120s, .connectionFailed = false});
    ASSERT_EQ(wakes_.size(), 1U);
    EXPECT_GT(wakes_[0], 90s);
    EXPECT_LE(wakes_[0], 120s);
}

TEST_F(Delivery, asksAgainInAnHourWhereNoMoreIsWanted)
{
    open();
    append({"a", "b"});
    answer("a", Kind::Gone);
    ASSERT_EQ(wakes_.size(), 1U);
    EXPECT_GT(wakes_[0], 59min);
    EXPECT_LE(wakes_[0], 60min);
    EXPECT_EQ(state(), TargetState::Kind::Down);
    EXPECT_EQ(delivery_->spool().records(), 2U);
}

TEST_F(Delivery, keepsWhatNobodyTakesYet)
{
    open();
    append({"a"});
    answer("a", Kind::NotThere);
    EXPECT_EQ(state(), TargetState::Kind::Down);
    EXPECT_EQ(delivery_->state()->reason, "since I say so");
    EXPECT_EQ(delivery_->spool().records(), 1U);
    EXPECT_EQ(delivery_->counts().rejected, 0U);
}

TEST_F(Delivery, asksForOtherCredentials)
{
    open();
    append({"a"});
    answer("a", Kind::Unauthorized);
    EXPECT_EQ(refusals_, 1);
    EXPECT_EQ(state(), TargetState::Kind::Unauthorized);
    EXPECT_TRUE(delivery_->isAway());
    delivery_->hurry();
    EXPECT_EQ(sent(), (Ids{"a", "a"}));
    answer("a");
    EXPECT_EQ(state(), TargetState::Kind::Ok);
}

TEST_F(Delivery, isDegradedWhereThereIsNoRoom)
{
    open();
    append({"a", "b"});
    for (int i = 0; i < 30; ++i) {
        answer("a", Kind::NoRoom);
        EXPECT_EQ(state(), TargetState::Kind::Degraded);
        delivery_->hurry();
    }
    EXPECT_FALSE(delivery_->isAway());
    answer("a");
    answer("b");
    EXPECT_EQ(delivery_->counts().acknowledged, 2U);
    EXPECT_EQ(delivery_->counts().rejected, 0U);
    EXPECT_EQ(state(), TargetState::Kind::Ok);
}

TEST_F(Delivery, dropsWhatIsRefusedForGoodAndTellsIt)
{
    const ScratchDirectory scratch;
    open(inFolder(scratch));
    append({"a", "b"});
    answer("a", Kind::Rejected);
    EXPECT_EQ(sent(), (Ids{"a", "b"})) << "without a pause";
    EXPECT_EQ(delivery_->counts().rejected, 1U);
    EXPECT_EQ(told_, Ids{"an event was rejected: since I say so"});
    EXPECT_EQ(state(), TargetState::Kind::Ok);
    answer("b");
    EXPECT_EQ(delivery_->counts().acknowledged, 1U);
    EXPECT_EQ(delivery_->spool().records(), 0U);
}

TEST_F(Delivery, dropsWhatHasNoForm)
{
    open();
    badForms_["a"] = "too large";
    append({"a", "b"});
    EXPECT_EQ(sent(), Ids{"b"});
    EXPECT_EQ(delivery_->counts().rejected, 1U);
    EXPECT_EQ(told_, Ids{"an event cannot be sent: too large"});
    answer("b", Kind::Again);
    badForms_["b"] = "too large";
    append({"c"});
    delivery_->hurry();
    EXPECT_EQ(delivery_->counts().rejected, 2U);
    EXPECT_EQ(wakes_.back(), 0ms) << "the next one is due";
    delivery_->pump();
    EXPECT_EQ(sent(), (Ids{"b", "c"}));
}

TEST_F(Delivery, doesNotSendWhatCameTooLongAgo)
{
    open(inMemory(5s));
    appendOfBefore("old", 10s);
    append({"new"});
    EXPECT_EQ(sent(), Ids{"new"});
    EXPECT_EQ(expired(), 1U);
    EXPECT_EQ(told_, Ids{"events that waited longer than max-age, and are not sent: 1"});
    answer("new");
    delivery_->pump();
    EXPECT_EQ(told_.size(), 1U) << "once";
    EXPECT_EQ(delivery_->spool().records(), 0U);
}

TEST_F(Delivery, doesNotSendWhatGrewOldWhileItWasReady)
{
    open(inMemory(1h));
    script_->canSend = false;
    appendOfBefore("old", 10s);
    append({"new"});
    delivery_->setMaxAge(5s);
    script_->canSend = true;
    script_->handlers.onReady();
    EXPECT_EQ(sent(), Ids{"new"});
    EXPECT_EQ(expired(), 1U);
    EXPECT_EQ(told_.size(), 1U);
    EXPECT_EQ(delivery_->spool().records(), 1U);
}

TEST_F(Delivery, countsWhatIsUnderWayByItsAnswer)
{
    open(inMemory(1h));
    appendOfBefore("old", 10s);
    EXPECT_EQ(sent(), Ids{"old"});
    delivery_->setMaxAge(5s);
    delivery_->pump();
    EXPECT_EQ(expired(), 0U) << "it may have arrived";
    answer("old");
    EXPECT_EQ(delivery_->counts().acknowledged, 1U);
}

TEST_F(Delivery, tellsHowLateAnEventIsAndHowLongItStillCounts)
{
    script_->window = {.all = 2, .perCamera = 2};
    open(inMemory(1h));
    appendOfBefore("old", 10s);
    append({"new"});
    ASSERT_EQ(script_->sent.size(), 2U);
    EXPECT_NE(script_->sent[0].body.find("\"delayed-ms\":10"), std::string::npos)
        << script_->sent[0].body;
    EXPECT_LE(script_->sent[0].timeLeft, 1h - 10s);
    EXPECT_GT(script_->sent[0].timeLeft, 50min);
    EXPECT_EQ(script_->sent[1].body.find("delayed-ms"), std::string::npos);
}

TEST_F(Delivery, countsAndTellsWhatTheSpoolHasNoRoomFor)
{
    script_->canSend = false;
    open(inMemory(1h, 4000));
    for (int i = 0; i < 100; ++i)
        append({"e" + std::to_string(i)});
    const std::uint64_t dropped = delivery_->spool().losses().dropped;
    EXPECT_GT(dropped, 0U);
    EXPECT_EQ(state(), TargetState::Kind::Full);
    script_->canSend = true;
    script_->handlers.onReady();
    while (delivery_->inFlight() > 0)
        answer(sent().back());
    EXPECT_EQ(sent().size(), 100 - dropped);
    EXPECT_EQ(sent().back(), "e99") << "the oldest went";
    EXPECT_EQ(delivery_->counts().acknowledged + dropped, 100U);
}

TEST_F(Delivery, takesWhatATargetThrowsForAFailure)
{
    script_->window = {.all = 4, .perCamera = 4};
    open();
    script_->thrownBySend = "out of luck";
    append({"a", "b"});
    EXPECT_EQ(sent(), Ids{});
    EXPECT_EQ(delivery_->inFlight(), 0U);
    EXPECT_EQ(told_, Ids{"an event could not be sent: out of luck"}) << "b waits for a";
    EXPECT_EQ(state(), TargetState::Kind::Degraded);
    ASSERT_EQ(wakes_.size(), 1U);
    EXPECT_LE(wakes_[0], 1000ms);
    delivery_->hurry();
    EXPECT_EQ(delivery_->inFlight(), 0U);
    script_->thrownBySend.clear();
    delivery_->hurry();
    answer("a");
    answer("b");
    EXPECT_EQ(sent(), (Ids{"a", "b"}));
    EXPECT_EQ(delivery_->counts().acknowledged, 2U);
    EXPECT_EQ(delivery_->counts().rejected, 0U);
    EXPECT_EQ(state(), TargetState::Kind::Ok);
}

TEST_F(Delivery, takesWhatAFormatThrowsForAFailure)
{
    open();
    thrownByFormat_ = "no memory";
    append({"a"});
    EXPECT_EQ(told_, Ids{"an event could not be sent: no memory"});
    EXPECT_EQ(delivery_->counts().sent, 0U);
    thrownByFormat_.clear();
    delivery_->hurry();
    answer("a");
    EXPECT_EQ(delivery_->counts().acknowledged, 1U);
}

TEST_F(Delivery, goesOnAfterAnExceptionThatComesOut)
{
    open();
    script_->thrownByCanSend = "not today";
    EXPECT_THROW(append({"a"}), std::runtime_error);
    script_->thrownByCanSend.clear();
    delivery_->pump();
    EXPECT_EQ(sent(), Ids{"a"});
}

TEST_F(Delivery, ignoresASecondAnswer)
{
    open();
    append({"a"});
    answer("a", Kind::Again);
    answer("a", Kind::Again);
    answer("a");
    EXPECT_EQ(delivery_->inFlight(), 0U);
    EXPECT_EQ(delivery_->counts().acknowledged, 0U) << "nothing was under way";
    EXPECT_EQ(delivery_->spool().records(), 1U);
    delivery_->hurry();
    EXPECT_EQ(sent(), (Ids{"a", "a"}));
}

TEST_F(Delivery, forgetsWhatIsUnderWay)
{
    open();
    append({"a", "b", "c"});
    delivery_->forget({.templateId = "person-of-a", .visitId = {}});
    delivery_->forget({.templateId = {}, .visitId = "visit-of-b"});
    EXPECT_EQ(delivery_->spool().records(), 1U);
    answer("a", Kind::Again);
    EXPECT_EQ(sent(), (Ids{"a", "c"})) << "its answer makes room";
    answer("c");
    EXPECT_EQ(delivery_->counts().acknowledged, 1U);
    EXPECT_TRUE(delivery_->isSettled(delivery_->lastId()));
}

TEST_F(Delivery, sendsNothingAfterItsEnd)
{
    const ScratchDirectory scratch;
    const spool::SpoolSettings settings = inFolder(scratch);
    open(settings);
    append({"a"});
    answer("a");
    delivery_->close(70ms);
    EXPECT_EQ(script_->closed, std::vector{70ms});
    append({"b"});
    delivery_->hurry();
    EXPECT_EQ(sent(), Ids{"a"});
    delivery_.reset();
    open(settings);
    delivery_->pump();
    EXPECT_EQ(sent(), (Ids{"a", "b"}));
}

TEST_F(Delivery, sendsAgainWhatWasNotAnsweredAtItsEnd)
{
    const ScratchDirectory scratch;
    const spool::SpoolSettings settings = inFolder(scratch);
    open(settings);
    append({"a", "b"});
    answer("a");
    delivery_->close(70ms);
    delivery_.reset();
    open(settings);
    delivery_->pump();
    EXPECT_EQ(sent(), (Ids{"a", "b", "b"}));
}

TEST_F(Delivery, believesTheConnectionMoreThanTheLastAttempt)
{
    open();
    append({"a"});
    answer("a");
    script_->handlers.onState({TargetState::Kind::Down, "gone"});
    EXPECT_EQ(state(), TargetState::Kind::Down);
    EXPECT_TRUE(delivery_->isAway());
    script_->handlers.onState({});
    EXPECT_EQ(state(), TargetState::Kind::Ok);
}

} // namespace
} // namespace ooto::test
