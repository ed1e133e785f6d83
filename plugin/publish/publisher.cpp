// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/publisher.h"

#include "core/publishing/slug.h"
#include "metadata/face_fields.h"
#include "metadata/structure_json.h"
#include "publish/debug.h"
#include "publish/event_json.h"
#include "publish/file_target.h"
#include "publish/http_target.h"
#include "publish/mqtt_target.h"
#include "publish/socket_target.h"
#include "system/handles.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace ooto::publish
{

namespace
{

using namespace std::chrono_literals;
namespace field = metadata::field;

constexpr std::size_t mostQueued = 1000; ///< events that wait for the publisher's thread
constexpr auto tickDistance = 500ms;
constexpr auto housekeepingDistance = 60s;
constexpr auto sweepDistance = 1h;
constexpr auto shortestStall = 10s;
constexpr int distancesToStall = 3;
/** Of the 200 ms that a stop may take: what is queued may still go out. */
constexpr auto lastDeliveries = 80ms;
constexpr auto longestStop = 150ms;

MqttLayout::Time layoutTime()
{
    return std::chrono::duration_cast<MqttLayout::Time>(
        std::chrono::steady_clock::now().time_since_epoch());
}

bool passes(const Settings &settings, const metadata::FaceMessage &event)
{
    const auto type = 1U << static_cast<unsigned>(*event.type);
    const auto status =
        1U << static_cast<unsigned>(event.face.status.value_or(core::Status::Pending));
    return (settings.events & type) != 0 && (settings.statuses & status) != 0;
}

/** ootoidentify's own, where nobody gave the camera a name: another run may number it otherwise. */
bool isDefaultName(const std::string &camera)
{
    constexpr std::string_view own = "ootoidentify";
    return camera.starts_with(own) && camera.size() > own.size() &&
           std::all_of(camera.begin() + own.size(), camera.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

std::string fileUri(const std::string &path)
{
    const system::CharsHandle uri(g_filename_to_uri(path.c_str(), nullptr, nullptr));
    return uri ? uri.get() : "";
}

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
        delivery_ = std::make_unique<Delivery>(
            spoolSettings(), [this](spool::Spool &spool) { return makeTarget(spool); },
            Delivery::Hooks{
                .format = [this](const spool::Record &record, const spool::Moment &now,
                                 std::string &why) { return format(record, now, why); },
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
        photoFolder_ = spool::photoFolder(expandedPath(current_.photoDir));
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

std::unique_ptr<Target> Publisher::makeTarget(spool::Spool &spool)
{
    const TargetUri &uri = plan_.uri;
    switch (uri.scheme) {
    case Scheme::File:
        return makeFileTarget(uri.path, thread_);
    case Scheme::Unix:
    case Scheme::Tcp:
        return makeSocketTarget(uri, current_.timeout(), thread_);
    case Scheme::Http:
        return makeHttpTarget({.uri = uri.whole,
                               .sslStrict = current_.sslStrict,
                               .sslCaFile = current_.sslCaFile,
                               .sslCertFile = current_.sslCertFile,
                               .sslKeyFile = current_.sslKeyFile,
                               .extraHeaders = current_.extraHeaders,
                               .timeout = current_.timeout(),
                               .allowHttp = current_.allowHttp,
                               .userAgent = std::string("gst-ooto/") + OOTO_VERSION},
                              thread_, [this] { return credentials_.current(); });
    case Scheme::Mqtt:
        break;
    }
    return makeMqttTarget(spool);
}

/** The spool is there already: it keeps the client's id. */
std::unique_ptr<Target> Publisher::makeMqttTarget(spool::Spool &spool)
{
    const TargetUri &uri = plan_.uri;
    mqtt::ConnectionSettings connection;
    connection.host = uri.host;
    connection.port = uri.port;
    connection.tls = uri.tls;
    connection.sslStrict = current_.sslStrict;
    connection.sslCaFile = current_.sslCaFile;
    connection.sslCertFile = current_.sslCertFile;
    connection.sslKeyFile = current_.sslKeyFile;
    connection.clientId = uri.clientId.empty() ? spool.keptClientId() : uri.clientId;
    connection.keepAlive = uri.keepAlive;
    connection.version = uri.version;
    connection.timeout = current_.timeout();
    const core::BackoffRules backoff =
        core::backoffRules(current_.retryBackoffFactorS, current_.retryBackoffMaxS);
    connection.backoffFactor = backoff.factor;
    connection.backoffMax = backoff.longest;
    if (!plan_.format && current_.topic.empty()) {
        layout_ = std::make_unique<MqttLayout>(
            MqttLayoutSettings{.prefix = uri.path,
                               .clientId = connection.clientId,
                               .homeAssistant = current_.homeAssistant,
                               .discoveryPrefix = current_.discoveryPrefix,
                               .presenceHold = std::chrono::seconds(current_.presenceHoldS),
                               .keepIdentified = std::chrono::hours(current_.keepIdentifiedH),
                               .photos = current_.wantsMessagePhotos(),
                               .version = OOTO_VERSION});
        connection.will = layout_->will();
    }
    MqttTargetParts parts;
    parts.credentials = [this, user = uri.userId] {
        Credentials credentials = credentials_.current();
        if (!user.empty())
            credentials.userId = user;
        return credentials;
    };
    parts.address = [this](const Outgoing &outgoing) { return address(outgoing); };
    parts.onConnected = [this](int) {
        if (layout_)
            say(layout_->everything(layoutTime()));
    };
    parts.farewells = [this] {
        return layout_ ? layout_->farewells() : MqttLayout::Publications();
    };
    auto target = std::make_unique<MqttTarget>(
        MqttTargetSettings{
            .connection = std::move(connection), .topic = current_.topic, .qos = uri.qos},
        thread_, std::move(parts));
    publishStates_ = [states = target.get()](MqttLayout::Publications publications) {
        states->publishStates(std::move(publications));
    };
    return target;
}

std::vector<mqtt::Publication> Publisher::address(const Outgoing &outgoing) const
{
    std::vector<mqtt::Publication> publications;
    if (!layout_) {
        publications.push_back({.topic = outgoing.topic.empty() ? plan_.uri.path : outgoing.topic,
                                .payload = outgoing.body,
                                .retain = outgoing.retain});
        return publications;
    }
    if (outgoing.photo.bytes)
        publications.push_back(layout_->photo(outgoing.camera, outgoing.photo, false));
    if (outgoing.frame.bytes)
        publications.push_back(layout_->photo(outgoing.camera, outgoing.frame, true));
    publications.push_back(layout_->event(outgoing.camera, outgoing.body));
    return publications;
}

void Publisher::join(const std::shared_ptr<Feed> &feed)
{
    feeds_.lock()->push_back(feed);
}

std::vector<std::shared_ptr<Feed>> Publisher::feeds()
{
    return *feeds_.lock();
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
    if (layout_) {
        layout_->setPresenceHold(std::chrono::seconds(settings.presenceHoldS));
        layout_->setKeepIdentified(std::chrono::hours(settings.keepIdentifiedH));
    }
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
    // Of who is in view the last counts.
    if (std::holds_alternative<FacesChanged>(occurrence) && !intake->queue.empty() &&
        intake->queue.back().feed == feed &&
        std::holds_alternative<FacesChanged>(intake->queue.back().occurrence))
        intake->queue.pop_back();
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
    std::vector<spool::Record> records;
    for (Came &came : queue) {
        Feed &feed = *came.feed;
        Stream &stream = streams_[&feed];
        stream.feed = came.feed;
        if (auto *event = std::get_if<EventCame>(&came.occurrence)) {
            take(stream, feed, *event, records);
        } else if (const auto *faces = std::get_if<FacesChanged>(&came.occurrence)) {
            takeFaces(stream, feed, *faces);
        } else if (std::holds_alternative<StreamBegan>(came.occurrence)) {
            setCameraState(stream, feed, CameraState::Live);
        } else if (std::holds_alternative<StreamFlushed>(came.occurrence)) {
            endFaces(stream, feed, records);
        } else if (std::holds_alternative<StreamEnded>(came.occurrence)) {
            endFaces(stream, feed, records);
            setCameraState(stream, feed, CameraState::Ended);
        } else {
            endFaces(stream, feed, records);
            setCameraState(stream, feed, CameraState::Off);
            lost_ += stream.faces.lost();
            streams_.erase(&feed);
        }
    }
    events_ += records.size();
    if (delivery_)
        delivery_->append(std::move(records));
    updateStatistics();
}

void Publisher::take(Stream &stream, Feed &feed, EventCame &came,
                     std::vector<spool::Record> &records)
{
    const GstStructure *structure = gst_event_get_structure(came.event.get());
    if (const auto service = metadata::readServiceMessage(structure)) {
        if (layout_)
            say(layout_->noteService({.state = service->state,
                                      .reason = service->reason,
                                      .since = service->since,
                                      .callsToday = service->callsToday,
                                      .budgetLeft = service->budgetLeft}));
        return;
    }
    takeEvent(stream, feed, structure, came.received, records);
}

void Publisher::takeEvent(Stream &stream, Feed &feed, const GstStructure *structure,
                          const spool::Moment &received, std::vector<spool::Record> &records)
{
    const auto event = metadata::readFaceMessage(structure);
    if (!event || !event->type || event->eventId.empty())
        return;
    nameCamera(stream, feed, event->face.camera);
    stream.faces.note(*event, structure);
    if (layout_ && !stream.camera.empty() && !stream.refused)
        say(layout_->noteEvent(nameFor(feed, stream.camera), *event, layoutTime(), received.wall));
    if (std::optional<spool::Record> record = recordOf(feed, *event, structure, received))
        records.push_back(std::move(*record));
}

void Publisher::takeFaces(Stream &stream, Feed &feed, const FacesChanged &changed)
{
    nameCamera(stream, feed, changed.camera);
    stream.faces.noteShown(changed.faces);
    if (layout_ && !stream.camera.empty() && !stream.refused)
        say(layout_->noteFaces(nameFor(feed, stream.camera), changed.faces, layoutTime(),
                               std::chrono::system_clock::now()));
}

void Publisher::endFaces(Stream &stream, Feed &feed, std::vector<spool::Record> &records)
{
    const spool::Moment now = spool::Moment::now();
    for (const element::StructureHandle &end : stream.faces.endAll(stream.camera)) {
        const auto event = metadata::readFaceMessage(end.get());
        if (!event)
            continue;
        if (layout_ && !stream.camera.empty() && !stream.refused)
            say(layout_->noteEvent(nameFor(feed, stream.camera), *event, layoutTime(), now.wall));
        if (std::optional<spool::Record> record = recordOf(feed, *event, end.get(), now))
            records.push_back(std::move(*record));
    }
}

std::string Publisher::nameFor(const Feed &feed, const std::string &camera) const
{
    const std::string alias = const_cast<Feed &>(feed).settings()->cameraAlias;
    return alias.empty() ? camera : alias;
}

void Publisher::nameCamera(Stream &stream, Feed &feed, const std::string &camera)
{
    if (camera.empty() || camera == stream.camera)
        return;
    const std::string old = std::exchange(stream.camera, camera);
    if (!layout_)
        return;
    const std::string name = nameFor(feed, camera);
    const bool isTaken = std::any_of(streams_.begin(), streams_.end(), [&](const auto &other) {
        return &other.second != &stream && !other.second.camera.empty() &&
               nameFor(*other.first, other.second.camera) == name;
    });
    const std::string clash = isTaken ? name : layout_->slugClash(name);
    stream.refused = !clash.empty() || (current_.homeAssistant && isDefaultName(name));
    if (!clash.empty()) {
        if (const auto tell = feed.handlers().onMistake)
            tell("Two cameras are called '" + clash +
                 "' in topics; give each a name of its own "
                 "by the property `camera` of ootoidentify, or `camera-alias`.");
    } else if (stream.refused) {
        if (const auto tell = feed.handlers().onMistake)
            tell("The camera has no name of its own, and Home Assistant would take '" + name +
                 "' for another one after the next change; set `camera` of ootoidentify.");
    } else {
        if (!old.empty())
            say(layout_->dropCamera(nameFor(feed, old)));
        if (stream.state)
            say(layout_->noteCamera(name, *stream.state, layoutTime()));
    }
}

void Publisher::setCameraState(Stream &stream, Feed &feed, CameraState state)
{
    if (stream.state == state)
        return;
    stream.state = state;
    if (layout_ && !stream.camera.empty() && !stream.refused)
        say(layout_->noteCamera(nameFor(feed, stream.camera), state, layoutTime()));
}

std::optional<spool::Record> Publisher::recordOf(Feed &feed, const metadata::FaceMessage &event,
                                                 const GstStructure *structure,
                                                 const spool::Moment &received) const
{
    const std::shared_ptr<const Settings> settings = feed.settings();
    const core::Status status = event.face.status.value_or(core::Status::Pending);
    if (!passes(*settings, event) || (plan_.format && !plan_.format->wants(*event.type, status)))
        return std::nullopt;
    const char *json = gst_structure_get_string(structure, field::json);
    spool::Record record{.eventId = event.eventId,
                         .camera = event.face.camera,
                         .visitId = event.face.visitId,
                         .templateId = event.face.templateId,
                         .type = *event.type,
                         .status = status,
                         .received = received,
                         .json = json ? json : metadata::toJson(structure),
                         .photo = {},
                         .frame = {}};
    if (!settings->cameraAlias.empty())
        record.alias = settings->cameraAlias;
    const bool hasPhoto = event.type == core::FaceEventType::Answered && event.photo;
    if (hasPhoto && settings->photos != Photos::None) {
        record.photo = {event.photo, event.photoIsPng};
        if (settings->framePhotos)
            record.frame = {event.frame, event.frameIsPng};
        const_cast<Publisher *>(this)->storePhotos(record, *settings);
    }
    return record;
}

/** Before the event is sent, which gets their places. */
void Publisher::storePhotos(spool::Record &record, const Settings &settings)
{
    if (settings.wantsPhotoFiles()) {
        const std::string slug = core::slug(record.camera);
        for (const auto kind : {spool::PhotoFolder::Kind::Face, spool::PhotoFolder::Kind::Frame}) {
            const bool isFace = kind == spool::PhotoFolder::Kind::Face;
            if (!(isFace ? record.photo : record.frame).bytes ||
                settings.photoAges().of(record.status).count() == 0)
                continue;
            const spool::StoredPhoto stored = photoFolder_->store(record, kind, slug);
            if (!stored.error.empty())
                GST_WARNING("a photo was not stored: %s", stored.error.c_str());
            if (stored.path.empty())
                continue;
            const std::string uri = fileUri(stored.path);
            record.json = isFace ? withPhotoUri(std::move(record.json), uri)
                                 : withFrameUri(std::move(record.json), uri);
        }
    }
    if (!settings.wantsMessagePhotos()) {
        record.photo = {};
        record.frame = {};
    }
}

std::optional<Outgoing> Publisher::format(const spool::Record &record, const spool::Moment &now,
                                          std::string &why) const
{
    Outgoing outgoing;
    outgoing.eventId = record.eventId;
    outgoing.camera = record.alias.empty() ? record.camera : record.alias;
    outgoing.topic = current_.topic;
    outgoing.photo = record.photo;
    outgoing.frame = record.frame;
    outgoing.json = withDelay(record.json, now.since(record.received));
    if (!plan_.format) {
        outgoing.body = outgoing.json;
        return outgoing;
    }
    auto rendered = plan_.format->render({.json = outgoing.json,
                                          .cameraAlias = record.alias,
                                          .prefix = plan_.uri.path,
                                          .photo = record.photo});
    if (!rendered) {
        why = rendered.error();
        return std::nullopt;
    }
    Rendered &parts = *rendered;
    outgoing.body = std::move(parts.body);
    outgoing.contentType = std::move(parts.contentType);
    if (outgoing.topic.empty())
        outgoing.topic = std::move(parts.topic);
    outgoing.path = std::move(parts.path);
    outgoing.method = std::move(parts.method);
    outgoing.expectedAnswer = std::move(parts.expectedAnswer);
    outgoing.retain = parts.retain;
    // The template says what goes out, the photo as well.
    outgoing.photo = {};
    outgoing.frame = {};
    return outgoing;
}

void Publisher::tick()
{
    if (closing_)
        return;
    thread_.postIn(tickDistance, [self = weak_from_this()] {
        if (const auto alive = self.lock())
            alive->tick();
    });
    watchStreams();
    refreshFiles();
    keepHouse();
    if (layout_)
        say(layout_->advance(layoutTime()));
    delivery_->pump();
    updateStatistics();
}

/** A camera that sends no pictures any more: its faces are over, as far as anybody can tell. */
void Publisher::watchStreams()
{
    std::vector<spool::Record> records;
    for (auto &[key, stream] : streams_) {
        const std::shared_ptr<Feed> feed = stream.feed.lock();
        if (!feed || !feed->hasBegun() || !feed->isPlaying() ||
            stream.state == CameraState::Ended || stream.state == CameraState::Off)
            continue;
        const std::chrono::microseconds longest = std::max<std::chrono::microseconds>(
            shortestStall, distancesToStall * feed->longestDistance());
        if (feed->sinceLastBuffer() <= longest) {
            setCameraState(stream, *feed, CameraState::Live);
        } else if (stream.state != CameraState::Stalled) {
            endFaces(stream, *feed, records);
            setCameraState(stream, *feed, CameraState::Stalled);
        }
    }
    events_ += records.size();
    delivery_->append(std::move(records));
}

void Publisher::refreshFiles()
{
    std::string problem;
    if (credentials_.refresh(problem)) {
        if (!problem.empty()) {
            for (const auto &feed : feeds()) {
                if (const auto tell = feed->handlers().onWarning)
                    tell(problem);
            }
        } else {
            delivery_->target().credentialsChanged();
            delivery_->hurry();
        }
    }
    if (layout_ && labels_.refresh(current_.labelsFile, problem))
        say(layout_->setLabels(labels_.labels(), layoutTime()));
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
    const auto listeners = feeds();
    const std::string notice = listeners.empty() ? "" : delivery_->spool().takeNotice();
    if (!notice.empty()) {
        for (const auto &feed : listeners) {
            if (const auto tell = feed->handlers().onWarning)
                tell(notice);
        }
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
        alive->delivery_->forget(person);
        alive->photoFolder_->forget(person);
        if (alive->layout_)
            alive->say(alive->layout_->forget(person, layoutTime()));
        alive->updateStatistics();
    });
}

void Publisher::say(const MqttLayout::Publications &states)
{
    if (publishStates_ && !states.empty())
        publishStates_(states);
}

void Publisher::stateMayHaveChanged()
{
    const std::optional<TargetState> state = delivery_ ? delivery_->state() : std::nullopt;
    if (state && (!reported_ || reported_->kind != state->kind))
        reportState(*state);
    updateStatistics();
    answerWaiting();
}

void Publisher::reportState(const TargetState &state)
{
    reported_ = state;
    const StateReport report{.uri = plan_.uri.shown(),
                             .state = state,
                             .since = std::chrono::system_clock::now(),
                             .queued = delivery_->spool().records()};
    for (const auto &feed : feeds()) {
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
    now.eventsLost = lost_;
    for (const auto &[feed, stream] : streams_)
        now.eventsLost += stream.faces.lost();
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

void Publisher::awaitDelivered(std::chrono::milliseconds longest)
{
    {
        auto waiting = waiting_.lock();
        waiting->done = false;
    }
    thread_.post([self = weak_from_this()] {
        const auto alive = self.lock();
        if (!alive)
            return;
        alive->takeIn();
        alive->awaited_ = alive->delivery_->lastId();
        alive->answerWaiting();
    });
    auto waiting = waiting_.lock();
    changed_.wait_for(waiting.waitable(), longest,
                      [&] { return waiting->done || waiting->interrupted; });
}

void Publisher::answerWaiting()
{
    if (!awaited_ || !delivery_)
        return;
    const std::optional<TargetState> state = delivery_->state();
    const bool isAway = state && (state->kind == TargetState::Kind::Down ||
                                  state->kind == TargetState::Kind::Unauthorized);
    const bool isSafe = !current_.spool.empty() && delivery_->spool().trouble().empty();
    if (!delivery_->isSettled(*awaited_) && !(isAway && isSafe))
        return;
    awaited_.reset();
    waiting_.lock()->done = true;
    changed_.notify_all();
}

void Publisher::interrupt(bool interrupted)
{
    waiting_.lock()->interrupted = interrupted;
    changed_.notify_all();
}

void Publisher::leave(const std::shared_ptr<Feed> &feed)
{
    submit(feed, StreamLeft{});
    bool isLast = false;
    {
        auto feeds = feeds_.lock();
        std::erase(*feeds, feed);
        isLast = feeds->empty();
    }
    if (!isLast)
        return;
    *closed_.lock() = true;
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
    awaitDelivered(longest);
    thread_.runAndWait([this, longest] {
        closing_ = true;
        takeIn();
        delivery_->close(longest);
        updateStatistics();
        delivery_.reset();
    });
}

} // namespace ooto::publish
