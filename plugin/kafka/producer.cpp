// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kafka/producer.h"

#include "core/base/guarded.h"
#include "kafka/client.h"
#include "kafka/ending.h"
#include "kafka/texts.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

namespace ooto::kafka
{

namespace
{

using Clock = std::chrono::steady_clock;

/** Brokers that are back so soon were never away, for people. */
constexpr std::chrono::seconds grace{1};
/** What is purged is reported at once, unless a thread of librdkafka looks a name up. */
constexpr std::chrono::milliseconds longestPurge{500};

/** What all threads share. */
struct Shared {
    std::deque<std::pair<Producer::Token, Record>> came;
    std::string userId;
    system::Secret password;
    bool newCredentials = false;
    bool hasEvents = false;
    bool closing = false;           ///< no handler is called any more
    bool calling = false;           ///< a handler runs
    bool ended = true;              ///< the thread has nothing more to do, or did not begin
    std::shared_ptr<Ending> ending; ///< from close() until it has
};

} // namespace

struct Producer::State {
    State(ProducerSettings itsSettings, Handlers itsHandlers)
        : settings(std::move(itsSettings)), handlers(std::move(itsHandlers))
    {
        auto access = shared.lock();
        access->userId = std::exchange(settings.userId, {});
        access->password = std::exchange(settings.password, {});
    }

    /** What the producer's thread does. */
    static void run(const std::shared_ptr<State> &self);
    /** Calls a handler, unless nobody is to be called any more. */
    template<typename Handler, typename... Args>
    void call(const Handler &handler, const Args &...args);

    ProducerSettings settings; ///< without credentials
    const Handlers handlers;
    core::Guarded<Shared> shared;
    std::condition_variable changed;
};

namespace
{

/** The producer's thread: client after client. */
class Worker
{
public:
    Worker(ProducerSettings settings, std::function<void()> wake,
           std::function<void(Producer::Token, Outcome)> done,
           std::function<void(const std::string &)> away,
           std::function<void(const std::string &)> log)
        : settings_(std::move(settings)),
          wake_(std::move(wake)),
          done_(std::move(done)),
          tellAway_(std::move(away)),
          log_(std::move(log))
    {
    }

    void take(Producer::Token token, Record record);
    void setCredentials(const std::string &userId, const system::Secret &password);
    /** Does what is due. @return when to be called at the latest, whatever comes */
    std::optional<Clock::time_point> step();

private:
    /** A record that is not done. */
    struct Held {
        Producer::Token token;
        Record record;
        Clock::time_point expires;
        bool handedOver = false; ///< to the client, which owes a report
    };
    /** Why a client comes to its end, and what its records say meanwhile. */
    struct Failure {
        Clock::time_point settledBy;
        Outcome outcome; ///< where no record has one of its own
        std::vector<std::pair<Producer::Token, rd_kafka_resp_err_t>> causes;
    };

    void hear();
    void note(const Report &report);
    void note(const Trouble &trouble);
    void finish(Producer::Token token, const Outcome &outcome);
    void lookAtTheTime();
    void fail(Outcome outcome);
    void conclude();
    void rejectOrTrySingly();
    void giveBack(const Outcome &outcome);
    void beginClient();
    void handOver();
    void dropClient();
    bool owesReports() const;

    ProducerSettings settings_;
    const std::function<void()> wake_;
    const std::function<void(Producer::Token, Outcome)> done_;
    const std::function<void(const std::string &)> tellAway_;
    const std::function<void(const std::string &)> log_;

    std::deque<Held> held_; ///< in their order
    std::unique_ptr<Client> client_;
    bool ahead_ = false;  ///< a client is wanted, though nothing is held yet
    bool singly_ = false; ///< a batch was refused: from then on each record is one
    std::optional<Failure> failure_;
    Clock::time_point news_{}; ///< the last acknowledgement, or since when one is awaited
    Trouble lastTrouble_;
    std::optional<Clock::time_point> allDown_; ///< since when
    bool toldAway_ = false;
};

void Worker::take(Producer::Token token, Record record)
{
    const Clock::time_point now = Clock::now();
    if (held_.empty())
        news_ = now;
    const Clock::time_point expires = now + record.timeLeft;
    held_.push_back({.token = token, .record = std::move(record), .expires = expires});
}

void Worker::setCredentials(const std::string &userId, const system::Secret &password)
{
    settings_.userId = userId;
    settings_.password = password;
    dropClient();
    // A first connection may take a second, which the first record need not wait for.
    ahead_ = true;
}

std::optional<Clock::time_point> Worker::step()
{
    hear();
    lookAtTheTime();
    if (failure_ && (!owesReports() || Clock::now() >= failure_->settledBy))
        conclude();
    if (!failure_ && !client_ && (ahead_ || !held_.empty()))
        beginClient();
    if (!failure_ && client_)
        handOver();
    if (failure_)
        return owesReports() ? failure_->settledBy : Clock::now();
    if (held_.empty())
        return std::nullopt;
    Clock::time_point next = news_ + settings_.timeout;
    for (const Held &held : held_)
        next = std::min(next, held.expires);
    if (allDown_ && !toldAway_)
        next = std::min(next, std::max(*allDown_, news_) + grace);
    return next;
}

void Worker::hear()
{
    if (!client_)
        return;
    const Events events = client_->takeEvents();
    for (const std::string &text : events.logs)
        log_(text);
    for (const Trouble &trouble : events.troubles)
        note(trouble);
    for (const Report &report : events.reports)
        note(report);
}

void Worker::note(const Report &report)
{
    if (report.error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        allDown_.reset();
        toldAway_ = false;
        news_ = Clock::now();
        finish(report.token, {});
        return;
    }
    for (Held &held : held_) {
        if (held.token == report.token)
            held.handedOver = false;
    }
    fail(outcomeOf(report.error, {}, settings_));
    if (!isConsequence(report.error))
        failure_->causes.emplace_back(report.token, report.error);
}

void Worker::note(const Trouble &trouble)
{
    if (trouble.error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        if (!allDown_)
            allDown_ = Clock::now();
        return;
    }
    if (trouble.fatal || trouble.error == RD_KAFKA_RESP_ERR__AUTHENTICATION)
        fail(outcomeOf(trouble.error, trouble.text, settings_));
    else
        lastTrouble_ = trouble;
}

void Worker::finish(Producer::Token token, const Outcome &outcome)
{
    if (std::erase_if(held_, [token](const Held &held) { return held.token == token; }) > 0)
        done_(token, outcome);
}

void Worker::lookAtTheTime()
{
    if (held_.empty() || failure_)
        return;
    const Clock::time_point now = Clock::now();
    if (!toldAway_ && allDown_ && now >= std::max(*allDown_, news_) + grace) {
        toldAway_ = true;
        tellAway_(awayText(lastTrouble_, settings_));
    }
    const bool isOver = now >= news_ + settings_.timeout ||
                        std::any_of(held_.begin(), held_.end(),
                                    [now](const Held &held) { return now >= held.expires; });
    if (isOver)
        fail({.kind = Outcome::Kind::Unreached,
              .text = allDown_ ? awayText(lastTrouble_, settings_)
                               : silenceText(now - news_, settings_)});
}

/** Nothing of this client is waited for any more but what it says of its records. */
void Worker::fail(Outcome outcome)
{
    if (failure_)
        return;
    failure_ = Failure{
        .settledBy = Clock::now() + longestPurge, .outcome = std::move(outcome), .causes = {}};
    if (client_)
        client_->purge();
}

bool Worker::owesReports() const
{
    return client_ && std::any_of(held_.begin(), held_.end(),
                                  [](const Held &held) { return held.handedOver; });
}

void Worker::conclude()
{
    const Failure failure = *failure_;
    const auto isForOne = [](const auto &cause) { return isForTheRecord(cause.second); };
    const auto other = std::find_if_not(failure.causes.begin(), failure.causes.end(), isForOne);
    if (other != failure.causes.end()) {
        // First the one that it is about: what follows is none of its own.
        const Outcome outcome = outcomeOf(other->second, {}, settings_);
        dropClient();
        finish(other->first, outcome);
        giveBack(outcome);
    } else if (!failure.causes.empty()) {
        rejectOrTrySingly();
    } else {
        dropClient();
        giveBack(failure.outcome);
    }
}

/** Brokers refuse a batch as a whole. A record that was alone in it has had its verdict. */
void Worker::rejectOrTrySingly()
{
    const Failure failure = *failure_;
    const bool wereAlone = singly_;
    singly_ = true;
    dropClient();
    if (!wereAlone)
        return;
    news_ = Clock::now();
    for (const auto &[token, error] : failure.causes)
        finish(token, outcomeOf(error, {}, settings_));
}

void Worker::giveBack(const Outcome &outcome)
{
    for (const Held &held : std::exchange(held_, {}))
        done_(held.token, outcome);
}

void Worker::beginClient()
{
    ahead_ = false;
    if (!settings_.userId.empty() && settings_.password.empty()) {
        giveBack(noPassword(settings_));
        return;
    }
    auto client = Client::make(settings_, singly_, wake_);
    if (client)
        client_ = std::move(*client);
    else
        giveBack(unusable(client.error(), settings_));
}

void Worker::handOver()
{
    std::vector<std::pair<Producer::Token, Outcome>> refused;
    for (Held &held : held_) {
        if (held.handedOver)
            continue;
        const rd_kafka_resp_err_t error = client_->produce(held.token, held.record);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            held.handedOver = true;
        } else if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && owesReports()) {
            break;
        } else if (isForTheRecord(error) || error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            refused.emplace_back(held.token,
                                 outcomeOf(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, {}, settings_));
        } else {
            // It must not be passed by what is behind it.
            fail(outcomeOf(error, {}, settings_));
            if (!isConsequence(error))
                failure_->causes.emplace_back(held.token, error);
            break;
        }
    }
    for (const auto &[token, outcome] : refused)
        finish(token, outcome);
}

/** Its end may take as long as looking a name up. What is held goes to the next one. */
void Worker::dropClient()
{
    failure_.reset();
    allDown_.reset();
    toldAway_ = false;
    for (Held &held : held_)
        held.handedOver = false;
    if (client_)
        std::thread([client = std::move(client_), ending = std::make_shared<Ending>()]() mutable {
            client.reset();
        }).detach();
}

} // namespace

template<typename Handler, typename... Args>
void Producer::State::call(const Handler &handler, const Args &...args)
{
    {
        auto access = shared.lock();
        if (access->closing || !handler)
            return;
        access->calling = true;
    }
    handler(args...);
    shared.lock()->calling = false;
    changed.notify_all();
}

void Producer::State::run(const std::shared_ptr<State> &self)
{
    pthread_setname_np(pthread_self(), "ooto-kafka");
    State &state = *self;
    {
        Worker worker(
            state.settings,
            [self] {
                self->shared.lock()->hasEvents = true;
                self->changed.notify_all();
            },
            [&state](Token token, const Outcome &outcome) {
                state.call(state.handlers.onDone, token, outcome);
            },
            [&state](const std::string &text) { state.call(state.handlers.onAway, text); },
            [&state](const std::string &text) { state.call(state.handlers.onLog, text); });
        const auto hasNews = [](const Shared &shared) {
            return shared.closing || shared.hasEvents || shared.newCredentials ||
                   !shared.came.empty();
        };
        std::optional<Clock::time_point> next;
        for (;;) {
            Shared news;
            {
                auto access = state.shared.lock();
                const auto isTime = [&] { return hasNews(*access); };
                if (next)
                    state.changed.wait_until(access.waitable(), *next, isTime);
                else
                    state.changed.wait(access.waitable(), isTime);
                if (access->closing)
                    break;
                news.came.swap(access->came);
                access->hasEvents = false;
                news.newCredentials = std::exchange(access->newCredentials, false);
                if (news.newCredentials) {
                    news.userId = access->userId;
                    news.password = access->password;
                }
            }
            if (news.newCredentials)
                worker.setCredentials(news.userId, news.password);
            for (auto &[token, record] : news.came)
                worker.take(token, std::move(record));
            next = worker.step();
        }
    }
    {
        auto access = state.shared.lock();
        access->ended = true;
        access->ending.reset();
    }
    state.changed.notify_all();
}

Producer::Producer(ProducerSettings settings, Handlers handlers)
    : state_(std::make_shared<State>(std::move(settings), std::move(handlers)))
{
}

Producer::~Producer()
{
    close(std::chrono::milliseconds(0));
}

void Producer::open()
{
    Client::makeReady();
    {
        auto access = state_->shared.lock();
        access->ended = false;
        access->newCredentials = true; // those of the settings
    }
    std::thread(&State::run, state_).detach();
}

void Producer::send(Token token, Record record)
{
    state_->shared.lock()->came.emplace_back(token, std::move(record));
    state_->changed.notify_all();
}

void Producer::setCredentials(const std::string &userId, const system::Secret &password)
{
    {
        auto access = state_->shared.lock();
        access->userId = userId;
        access->password = password;
        access->newCredentials = true;
    }
    state_->changed.notify_all();
}

void Producer::close(std::chrono::milliseconds longest)
{
    auto access = state_->shared.lock();
    access->closing = true;
    if (!access->ended && !access->ending)
        access->ending = std::make_shared<Ending>();
    state_->changed.notify_all();
    state_->changed.wait(access.waitable(), [&] { return !access->calling; });
    state_->changed.wait_for(access.waitable(), longest, [&] { return access->ended; });
}

bool isBuiltIn()
{
    return true;
}

} // namespace ooto::kafka
