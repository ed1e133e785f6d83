// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/publisher.h"

#include "publish/debug.h"
#include "publish/target_maker.h"
#include "system/handles.h"

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <utility>

namespace ooto::publish
{

namespace
{

using namespace std::chrono_literals;

constexpr std::size_t mostQueued = 1000; ///< events that wait for the publisher's thread
constexpr std::size_t behind = 64;       ///< so many occurrences, and some are left out
constexpr auto tickDistance = 500ms;
constexpr auto housekeepingDistance = 60s;
constexpr auto sweepDistance = 1h;
/** Of the 200 ms that a stop may take: what is queued may still go out. */
constexpr auto lastDeliveries = 80ms;
constexpr auto longestStop = 150ms;

} // namespace

Publisher::Publisher(Plan plan, CredentialsSource credentials)
    : plan_(std::move(plan)),
      settings_(plan_.settings),
      credentials_(std::move(credentials)),
      current_(plan_.settings)
{
}

Publisher::~Publisher() = default;

void Publisher::open()
{
    thread_.runAndWait([this] {
        photoFolder_ = spool::photoFolder(expandedPath(current_.photoDir));
        maker_ = std::make_unique<RecordMaker>(plan_, photoFolder_);
        streams_ = std::make_unique<StreamBook>(plan_, board_, *maker_);
        delivery_ = std::make_unique<Delivery>(
            spoolSettings(),
            [this](spool::Spool &spool) {
                return makeTarget({.plan = plan_,
                                   .thread = thread_,
                                   .spool = spool,
                                   .board = board_,
                                   .credentials = [this] { return credentials_.current(); }});
            },
            Delivery::Hooks{
                .format = [this](const spool::Record &record, const spool::Moment &now,
                                 std::string &why) { return maker_->outgoing(record, now, why); },
                .wakeIn =
                    [this](std::chrono::milliseconds delay) {
                        thread_.postIn(delay, [self = weak_from_this()] {
                            const auto alive = self.lock();
                            if (alive && alive->delivery_)
                                alive->delivery_->pump();
                        });
                    },
                .changed = [this] { stateMayHaveChanged(); },
                .unauthorized = [this] { refreshFiles(); },
                .tell = [](const std::string &text) { GST_WARNING("%s", text.c_str()); }});
        applySettings();
        delivery_->open();
        tick();
    });
}

spool::SpoolSettings Publisher::spoolSettings() const
{
    const std::string identity =
        plan_.uri.whole + "\n" + current_.format + "\n" + current_.topic + "\n" + current_.userId;
    const system::CharsHandle digest(
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, identity.c_str(), -1));
    return {.folder = current_.spool.empty() ? "" : expandedPath(current_.spool),
            .name = std::string(digest.get(), 24),
            .maxBytes = current_.spoolBytes,
            .maxAge = std::chrono::seconds(current_.maxAgeS),
            .photoAges = current_.photoAges()};
}

bool Publisher::expectMember()
{
    auto members = members_.lock();
    members->expected += !members->closed;
    return !members->closed;
}

void Publisher::join(const std::shared_ptr<Feed> &feed)
{
    {
        auto members = members_.lock();
        members->list.push_back({.feed = feed, .told = {}});
        --members->expected;
    }
    // The target may be known already.
    thread_.post([self = weak_from_this()] {
        if (const auto alive = self.lock())
            alive->stateMayHaveChanged();
    });
}

std::vector<std::shared_ptr<Feed>> Publisher::feeds()
{
    std::vector<std::shared_ptr<Feed>> feeds;
    auto members = members_.lock();
    for (const Member &member : members->list)
        feeds.push_back(member.feed);
    return feeds;
}

void Publisher::configure(const Settings &settings)
{
    *settings_.lock() = settings;
    thread_.post([self = weak_from_this()] {
        if (const auto alive = self.lock())
            alive->applySettings();
    });
}

void Publisher::applySettings()
{
    const Settings settings = *settings_.lock();
    const bool newCredentials = credentials_.set(settings);
    current_ = settings;
    if (!delivery_)
        return;
    delivery_->setRules(
        core::backoffRules(settings.retryBackoffFactorS, settings.retryBackoffMaxS));
    delivery_->setMaxAge(std::chrono::seconds(settings.maxAgeS));
    delivery_->spool().setLimits(settings.spoolBytes, std::chrono::seconds(settings.maxAgeS),
                                 settings.photoAges());
    board_.change([&](MqttLayout &layout) {
        layout.setPresenceHold(std::chrono::seconds(settings.presenceHoldS));
        layout.setKeepIdentified(std::chrono::hours(settings.keepIdentifiedH));
    });
    board_.say([&](MqttLayout &layout, MqttLayout::Time) {
        return layout.setPhotos(settings.wantsMessagePhotos());
    });
    if (newCredentials) {
        credentials_.load();
        delivery_->target().credentialsChanged();
        delivery_->hurry();
    }
}

void Publisher::submit(std::shared_ptr<Feed> feed, Occurrence occurrence)
{
    auto intake = intake_.lock();
    const bool isEvent = std::holds_alternative<EventCame>(occurrence);
    if (isEvent && intake->events >= mostQueued) {
        const auto oldest =
            std::find_if(intake->queue.begin(), intake->queue.end(), [](const Came &came) {
                return std::holds_alternative<EventCame>(came.occurrence);
            });
        intake->queue.erase(oldest);
        --intake->events;
        ++intake->dropped;
    }
    // Of who is in view the last counts, when the thread is behind.
    if (std::holds_alternative<FacesChanged>(occurrence) && intake->queue.size() >= behind)
        std::erase_if(intake->queue, [&](const Came &came) {
            return came.feed == feed && std::holds_alternative<FacesChanged>(came.occurrence);
        });
    intake->events += isEvent;
    intake->queue.push_back({std::move(feed), std::move(occurrence)});
    if (std::exchange(intake->posted, true))
        return;
    thread_.post([self = weak_from_this()] {
        if (const auto alive = self.lock())
            alive->takeIn();
    });
}

void Publisher::takeIn()
{
    std::deque<Came> queue;
    {
        auto intake = intake_.lock();
        queue.swap(intake->queue);
        intake->events = 0;
        intake->posted = false;
    }
    StreamBook::Records records;
    for (const Came &came : queue)
        streams_->note(came.feed, came.occurrence, records);
    take(std::move(records));
    updateStatistics();
}

void Publisher::take(StreamBook::Records records)
{
    events_ += records.size();
    if (delivery_)
        delivery_->append(std::move(records));
}

void Publisher::tick()
{
    if (closing_)
        return;
    thread_.postIn(tickDistance, [self = weak_from_this()] {
        if (const auto alive = self.lock())
            alive->tick();
    });
    StreamBook::Records records;
    streams_->watch(records);
    take(std::move(records));
    refreshFiles();
    keepHouse();
    board_.say([](MqttLayout &layout, MqttLayout::Time now) { return layout.advance(now); });
    delivery_->pump(); // which updates the statistics
}

void Publisher::refreshFiles()
{
    std::string problem;
    if (credentials_.refresh(problem)) {
        if (problem.empty()) {
            delivery_->target().credentialsChanged();
            delivery_->hurry();
        } else {
            warn(problem);
        }
    }
    if (!board_.layout())
        return;
    problem.clear();
    if (labels_.refresh(current_.labelsFile, problem)) {
        board_.say([this](MqttLayout &layout, MqttLayout::Time now) {
            return layout.setLabels(labels_.labels(), now);
        });
        warn(board_.layout()->notice());
    }
    warn(problem);
}

/** @param text empty: nothing */
void Publisher::warn(const std::string &text)
{
    if (text.empty())
        return;
    for (const auto &feed : feeds()) {
        if (const auto tell = feed->handlers().onWarning)
            tell(text);
    }
}

void Publisher::keepHouse()
{
    const auto now = std::chrono::steady_clock::now();
    if (now >= nextHousekeeping_) {
        nextHousekeeping_ = now + housekeepingDistance;
        delivery_->spool().expire(spool::Moment::now());
        delivery_->adoptOrphans();
    }
    // At the beginning nobody is there yet to hear it.
    if (!feeds().empty()) {
        warn(delivery_->spool().takeNotice());
        warn(photoFolder_->takeNotice());
    }
    if (now >= nextSweep_) {
        nextSweep_ = now + sweepDistance;
        photoFolder_->sweep(current_.photoAges(), spool::Moment::now());
    }
}

void Publisher::forget(const spool::Person &person)
{
    thread_.post([self = weak_from_this(), person] {
        const auto alive = self.lock();
        if (!alive || !alive->delivery_)
            return;
        alive->takeIn();
        alive->streams_->forget(person);
        alive->delivery_->forget(person);
        alive->photoFolder_->forget(person);
        alive->board_.say(
            [&](MqttLayout &layout, MqttLayout::Time now) { return layout.forget(person, now); });
        alive->updateStatistics();
    });
}

void Publisher::stateMayHaveChanged()
{
    const std::optional<TargetState> state = delivery_ ? delivery_->state() : std::nullopt;
    if (state && (!reported_ || reported_->kind != state->kind)) {
        reported_ = state;
        since_ = std::chrono::system_clock::now();
    }
    if (reported_)
        tellState(*reported_);
    updateStatistics();
    answerWaiting();
}

/** To those that have not heard of it. */
void Publisher::tellState(const TargetState &state)
{
    std::vector<std::shared_ptr<Feed>> news;
    {
        auto members = members_.lock();
        for (Member &member : members->list) {
            if (std::exchange(member.told, state.kind) != state.kind)
                news.push_back(member.feed);
        }
    }
    const StateReport report{.uri = plan_.uri.shown(),
                             .state = state,
                             .since = since_,
                             .queued = delivery_ ? delivery_->spool().records() : 0};
    for (const auto &feed : news) {
        if (const auto tell = feed->handlers().onState)
            tell(report);
    }
}

void Publisher::updateStatistics()
{
    if (!delivery_)
        return;
    Statistics now;
    const DeliveryCounts &counts = delivery_->counts();
    const spool::Spool &spool = delivery_->spool();
    const spool::SpoolLosses &losses = spool.losses();
    now.events = events_;
    now.sent = counts.sent;
    now.acknowledged = counts.acknowledged;
    now.retries = counts.retries;
    now.rejected = counts.rejected;
    now.expired = counts.expired + losses.expired;
    now.dropped = losses.dropped + intake_.lock()->dropped;
    now.photosDropped = losses.photosDropped;
    now.eventsLost = streams_->lost();
    now.spooled = spool.records();
    now.spoolBytes = spool.bytes();
    if (const auto oldest = spool.oldest())
        now.oldest = spool::Moment::now().since(*oldest);
    now.inFlight = delivery_->inFlight();
    now.connected = reported_ && reported_->kind != TargetState::Kind::Down &&
                    reported_->kind != TargetState::Kind::Unauthorized;
    now.rttMs = delivery_->roundTripMs();
    *statistics_.lock() = now;
}

Statistics Publisher::statistics()
{
    return *statistics_.lock();
}

void Publisher::awaitDelivered(const std::shared_ptr<Waiter> &waiter,
                               std::chrono::milliseconds longest)
{
    waiter->begin();
    thread_.post([self = weak_from_this(), waiter] {
        const auto alive = self.lock();
        if (!alive || !alive->delivery_) {
            waiter->finish();
            return;
        }
        alive->takeIn();
        alive->awaited_.push_back({alive->delivery_->lastId(), waiter});
        alive->answerWaiting();
    });
    waiter->wait(longest);
}

void Publisher::answerWaiting()
{
    if (awaited_.empty() || !delivery_)
        return;
    const bool isSafe = !plan_.settings.spool.empty() && delivery_->spool().trouble().empty();
    std::erase_if(awaited_, [&](const Awaited &awaited) {
        const bool isOver = delivery_->isSettled(awaited.id) || (isSafe && delivery_->isAway());
        if (isOver)
            awaited.waiter->finish();
        return isOver;
    });
}

void Publisher::leave(const std::shared_ptr<Feed> &feed)
{
    submit(feed, StreamLeft{});
    bool isLast = false;
    {
        auto members = members_.lock();
        std::erase_if(members->list, [&](const Member &member) { return member.feed == feed; });
        isLast = members->list.empty() && members->expected == 0;
        members->closed = isLast;
    }
    if (!isLast)
        return;
    struct Farewell {
        core::Guarded<bool> done{false};
        std::condition_variable changed;
    };
    const auto farewell = std::make_shared<Farewell>();
    // A disk or a target that hangs is left to this thread; the application goes on.
    std::thread([self = shared_from_this(), farewell]() mutable {
        self->finish(lastDeliveries);
        self.reset();
        *farewell->done.lock() = true;
        farewell->changed.notify_all();
    }).detach();
    auto done = farewell->done.lock();
    farewell->changed.wait_for(done.waitable(), longestStop, [&] { return *done; });
}

void Publisher::finish(std::chrono::milliseconds longest)
{
    awaitDelivered(std::make_shared<Waiter>(), longest);
    thread_.runAndWait([this, longest] {
        closing_ = true;
        takeIn();
        delivery_->close(longest);
        updateStatistics();
        delivery_.reset();
    });
}

} // namespace ooto::publish
