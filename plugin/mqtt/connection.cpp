// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mqtt/connection.h"

#include "core/base/guarded.h"
#include "core/traffic/backoff.h"
#include "mqtt/client.h"
#include "mqtt/texts.h"
#include "mqtt/wake.h"

#include <glib.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <exception>
#include <map>
#include <random>
#include <thread>

namespace ooto::mqtt
{

namespace
{

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/** libmosquitto wants to look at its keep-alive about once a second. */
constexpr milliseconds keepAliveLook{1000};
/** A connection that lasted so long ends a row of failures. */
constexpr std::chrono::seconds steady{10};

/** Of threads: libmosquitto writes to sockets whose other end may be gone. */
void ignoreBrokenPipes()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

/** What happens to start a connection, on a thread that can be left behind. */
struct Attempt {
    Attempt(const ConnectionSettings &settings, int version) : client(settings, version) {}

    Client client; ///< the attempt's thread's until there is a result
    Wake done;
    core::Guarded<std::optional<Result>> result;
};

std::shared_ptr<Attempt> beginAttempt(const ConnectionSettings &settings, int version)
{
    auto attempt = std::make_shared<Attempt>(settings, version);
    std::thread([attempt]() mutable {
        pthread_setname_np(pthread_self(), "ooto-connect");
        ignoreBrokenPipes();
        const Result result = attempt->client.connect();
        *attempt->result.lock() = result;
        attempt->done.signal();
    }).detach();
    return attempt;
}

/** Waits for what is readable; the rest of `time` that is less than a ms counts as one. */
void waitFor(std::vector<pollfd> &descriptors, Clock::duration time)
{
    const auto ms = std::chrono::ceil<milliseconds>(std::max(time, Clock::duration::zero()));
    poll(descriptors.data(), descriptors.size(),
         static_cast<int>(std::min(ms, milliseconds(std::chrono::hours(1))).count()));
}

/**
 * Whether the broker may not know MQTT 5. What knows 3.1.1 only answers in the form of 3.1.1, which
 * is malformed in 5, and some just hang up.
 */
bool mayMeanVersion(const Client &client, const Result &result)
{
    if (client.version() != 5)
        return false;
    if (client.connack())
        return client.connack()->reason == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
    return result.code == MOSQ_ERR_PROTOCOL || result.code == MOSQ_ERR_MALFORMED_PACKET ||
           result.code == MOSQ_ERR_CONN_LOST;
}

struct Waiting {
    Connection::Token token = 0;
    Publication publication;
    bool farewell = false;
};

/** What all threads share. */
struct Shared {
    bool opened = false;
    bool connected = false;
    unsigned connections = 0;  ///< that came about, with the present one
    std::deque<Waiting> queue; ///< taken by publish(), not yet by libmosquitto
    std::string userId;
    system::Secret password;
    bool credentialsChanged = false; ///< since the last attempt began
    bool closing = false;
    Clock::time_point closeBy{};
    std::vector<Publication> farewells;
    bool calling = false; ///< a handler runs
    bool closed = false;  ///< no handler is called any more
    bool ended = false;   ///< the thread has nothing more to do
};

} // namespace

struct Connection::State {
    State(ConnectionSettings itsSettings, Handlers itsHandlers)
        : settings(std::move(itsSettings)), handlers(std::move(itsHandlers))
    {
        auto access = shared.lock();
        access->userId = std::exchange(settings.userId, {});
        access->password = std::exchange(settings.password, {});
    }

    /** What the connection's thread does. */
    void run();

    ConnectionSettings settings; ///< without credentials
    const Handlers handlers;
    core::Guarded<Shared> shared;
    std::condition_variable changed;
    Wake wake;
};

namespace
{

/** The connection's thread: attempt after attempt. */
class Worker
{
public:
    explicit Worker(Connection::Handlers const &handlers, ConnectionSettings settings,
                    core::Guarded<Shared> &shared, std::condition_variable &changed, Wake &wake)
        : handlers_(handlers),
          settings_(std::move(settings)),
          shared_(shared),
          changed_(changed),
          wake_(wake)
    {
    }

    void run();

private:
    struct Flight {
        Waiting what;
        Clock::time_point sent;
    };

    bool isClosing() { return shared_.lock()->closing; }
    bool isTooLate(); ///< to say farewell
    void takeCredentials();
    /** One connection, from the look-up to its end. @return nothing when it was closed by us */
    std::optional<Loss> connectOnce(int version);
    /** @return nothing when there is no more need for it */
    std::optional<Result> resultOf(Attempt &attempt);
    std::optional<Loss> serve(Client &client);
    std::optional<Loss> loop(Client &client);
    void beginSession(const Client &client);
    /** @return false when the connection is broken */
    bool sendWaiting(Client &client);
    bool send(Client &client, Waiting waiting);
    void answer(Client &client);
    bool isSilent(const Client &client);
    void waitForTraffic(Client &client);
    void sayGoodbye(Client &client);
    void pause(milliseconds time, bool unauthorized);

    template<typename Deed>
    void call(const Deed &deed);
    void tellLoss(const Loss &loss);
    void tellAck(const Waiting &waiting, const Ack &ack);

    const Connection::Handlers &handlers_;
    ConnectionSettings settings_;
    core::Guarded<Shared> &shared_;
    std::condition_variable &changed_;
    Wake &wake_;

    core::Backoff backoff_{std::random_device{}()};
    bool serving_ = false; ///< CONNACK has come
    bool versionRefused_ = false;
    bool saidFarewell_ = false;
    int highestQos_ = 2;
    std::map<int, Flight> flights_; ///< by libmosquitto's message id
    Clock::time_point connectedAt_{};
    Clock::time_point movedAt_{}; ///< when something last went on
    std::uint64_t bytesTaken_ = 0;
};

template<typename Deed>
void Worker::call(const Deed &deed)
{
    {
        auto access = shared_.lock();
        if (access->closed)
            return;
        access->calling = true;
    }
    deed();
    shared_.lock()->calling = false;
    changed_.notify_all();
}

void Worker::tellLoss(const Loss &loss)
{
    if (handlers_.onLost)
        call([this, &loss] { handlers_.onLost(loss); });
}

void Worker::tellAck(const Waiting &waiting, const Ack &ack)
{
    if (handlers_.onAck && !waiting.farewell)
        call([this, &waiting, &ack] { handlers_.onAck(waiting.token, ack); });
}

bool Worker::isTooLate()
{
    auto access = shared_.lock();
    return access->closing && Clock::now() >= access->closeBy;
}

void Worker::takeCredentials()
{
    auto access = shared_.lock();
    settings_.userId = access->userId;
    settings_.password = access->password;
    access->credentialsChanged = false;
}

void Worker::run()
{
    const core::BackoffRules rules{.factor = settings_.backoffFactor,
                                   .longest = settings_.backoffMax};
    while (!isClosing()) {
        takeCredentials();
        std::optional<Loss> loss = connectOnce(settings_.version);
        if (loss && versionRefused_ && settings_.version == 5)
            loss = connectOnce(4);
        if (!loss)
            return;
        if (connectedAt_ != Clock::time_point{} && Clock::now() - connectedAt_ >= steady)
            backoff_.beginAnew();
        tellLoss(*loss);
        pause(backoff_.pause(rules), loss->kind == Loss::Kind::Unauthorized);
    }
}

std::optional<Loss> Worker::connectOnce(int version)
{
    serving_ = false;
    versionRefused_ = false;
    connectedAt_ = {};
    flights_.clear();
    const std::shared_ptr<Attempt> attempt = beginAttempt(settings_, version);
    const std::optional<Result> result = resultOf(*attempt);
    if (!result)
        return std::nullopt;
    if (!*result)
        return lossOf(attempt->client, *result, settings_);
    std::optional<Loss> loss = serve(attempt->client);
    auto access = shared_.lock();
    access->connected = false;
    access->queue.clear();
    return loss;
}

std::optional<Result> Worker::resultOf(Attempt &attempt)
{
    std::optional<Clock::time_point> tellAt = Clock::now() + settings_.timeout;
    for (;;) {
        if (isClosing())
            return std::nullopt;
        if (const auto result = *attempt.result.lock())
            return result;
        if (tellAt && Clock::now() >= *tellAt) {
            // It may still come about: a look-up or a connect() cannot be broken off.
            tellLoss(silence(settings_));
            tellAt.reset();
        }
        std::vector<pollfd> descriptors = {
            {.fd = wake_.descriptor(), .events = POLLIN, .revents = 0},
            {.fd = attempt.done.descriptor(), .events = POLLIN, .revents = 0}};
        waitFor(descriptors, tellAt ? *tellAt - Clock::now() : std::chrono::hours(1));
        wake_.clear();
    }
}

std::optional<Loss> Worker::serve(Client &client)
{
    saidFarewell_ = false;
    movedAt_ = Clock::now();
    bytesTaken_ = 0;
    return loop(client);
}

std::optional<Loss> Worker::loop(Client &client)
{
    for (;;) {
        if (isClosing() && (!serving_ || isTooLate()))
            return std::nullopt;
        if (serving_ && !sendWaiting(client))
            return lossOf(client, {.code = MOSQ_ERR_CONN_LOST}, settings_);
        waitForTraffic(client);
        pollfd socket{.fd = client.socket(), .events = POLLIN | POLLOUT, .revents = 0};
        poll(&socket, 1, 0);
        const Result result = client.step((socket.revents & ~POLLOUT) != 0,
                                          client.wantsToWrite() && (socket.revents & POLLOUT));
        if (client.connack() && client.connack()->reason == 0 && !serving_)
            beginSession(client);
        answer(client);
        if (isClosing() && saidFarewell_ && flights_.empty()) {
            sayGoodbye(client);
            return std::nullopt;
        }
        if (!result) {
            versionRefused_ = mayMeanVersion(client, result);
            return isClosing() ? std::nullopt : std::optional(lossOf(client, result, settings_));
        }
        if (isSilent(client))
            return silence(settings_);
    }
}

void Worker::beginSession(const Client &client)
{
    serving_ = true;
    highestQos_ = client.connack()->highestQos;
    connectedAt_ = movedAt_ = Clock::now();
    {
        auto access = shared_.lock();
        access->connected = true;
        ++access->connections;
    }
    if (handlers_.onConnected)
        call([this, &client] { handlers_.onConnected(client.version()); });
}

bool Worker::sendWaiting(Client &client)
{
    std::deque<Waiting> waiting;
    {
        auto access = shared_.lock();
        waiting.swap(access->queue);
        if (access->closing && !saidFarewell_) {
            saidFarewell_ = true;
            access->connected = false;
            for (Publication &farewell : access->farewells)
                waiting.push_back({.publication = std::move(farewell), .farewell = true});
        }
    }
    for (Waiting &one : waiting) {
        if (!send(client, std::move(one)))
            return false;
    }
    return true;
}

bool Worker::send(Client &client, Waiting waiting)
{
    if (waiting.publication.qos > highestQos_) {
        tellAck(waiting, qosRefusal(settings_));
        return true;
    }
    const Client::Sent sent = client.publish(waiting.publication);
    if (!sent.result) {
        const auto refusal = refusalOf(sent.result, waiting.publication, settings_);
        if (refusal)
            tellAck(waiting, *refusal);
        return refusal.has_value();
    }
    if (waiting.publication.qos == 0)
        return true;
    if (flights_.empty())
        movedAt_ = Clock::now();
    // libmosquitto has copied it; the topic is for texts.
    waiting.publication.payload = {};
    flights_[sent.messageId] = {.what = std::move(waiting), .sent = Clock::now()};
    return true;
}

void Worker::answer(Client &client)
{
    for (const Receipt &receipt : client.takeReceipts()) {
        const auto found = flights_.find(receipt.messageId);
        if (found == flights_.end())
            continue; // of QoS 0
        const Flight flight = std::move(found->second);
        flights_.erase(found);
        movedAt_ = Clock::now();
        tellAck(flight.what, ackOf(receipt.reason, flight.what.publication, settings_));
    }
}

bool Worker::isSilent(const Client &client)
{
    if (serving_ && flights_.empty())
        return false;
    // A slow line is none that is dead: as long as there is more to write and it goes on.
    const Client::Progress progress = client.progress();
    if (progress.taken != bytesTaken_ && progress.hasMore)
        movedAt_ = Clock::now();
    bytesTaken_ = progress.taken;
    return Clock::now() - movedAt_ >= settings_.timeout;
}

void Worker::waitForTraffic(Client &client)
{
    Clock::duration longest = keepAliveLook;
    const Clock::time_point now = Clock::now();
    if (!serving_ || !flights_.empty())
        longest = std::min(longest, movedAt_ + settings_.timeout - now);
    {
        auto access = shared_.lock();
        if (access->closing)
            longest = std::min(longest, access->closeBy - now);
    }
    const short events = static_cast<short>(client.wantsToWrite() ? POLLIN | POLLOUT : POLLIN);
    std::vector<pollfd> descriptors = {{.fd = wake_.descriptor(), .events = POLLIN, .revents = 0},
                                       {.fd = client.socket(), .events = events, .revents = 0}};
    waitFor(descriptors, longest);
    wake_.clear();
}

void Worker::sayGoodbye(Client &client)
{
    if (!client.disconnect())
        return;
    // Until the broker has closed, so that nothing cuts off what is on the way to it.
    while (client.socket() >= 0 && !isTooLate()) {
        waitForTraffic(client);
        if (!client.step(true, client.wantsToWrite()))
            return;
    }
}

void Worker::pause(milliseconds time, bool unauthorized)
{
    const Clock::time_point until = Clock::now() + time;
    while (Clock::now() < until) {
        {
            auto access = shared_.lock();
            if (access->closing || (unauthorized && access->credentialsChanged))
                return;
        }
        std::vector<pollfd> descriptors = {
            {.fd = wake_.descriptor(), .events = POLLIN, .revents = 0}};
        waitFor(descriptors, until - Clock::now());
        wake_.clear();
    }
}

} // namespace

void Connection::State::run()
{
    pthread_setname_np(pthread_self(), "ooto-mqtt");
    ignoreBrokenPipes();
    try {
        Worker(handlers, settings, shared, changed, wake).run();
    } catch (const std::exception &error) {
        g_warning("the connection to %s ended for good: %s", settings.host.c_str(), error.what());
    }
    auto access = shared.lock();
    access->connected = false;
    access->calling = false;
    access->ended = true;
    changed.notify_all();
}

Connection::Connection(ConnectionSettings settings, Handlers handlers)
    : state_(std::make_shared<State>(std::move(settings), std::move(handlers)))
{
}

Connection::~Connection()
{
    close({}, milliseconds(0));
}

void Connection::open()
{
    {
        auto access = state_->shared.lock();
        if (access->opened || access->closing)
            return;
        access->opened = true;
    }
    std::thread([state = state_] { state->run(); }).detach();
}

bool Connection::publish(Token token, const Publication &publication, unsigned connection)
{
    {
        auto access = state_->shared.lock();
        if (!access->connected || access->closing ||
            (connection != 0 && connection != access->connections))
            return false;
        access->queue.push_back({.token = token, .publication = publication});
    }
    state_->wake.signal();
    return true;
}

void Connection::setCredentials(const std::string &userId, const system::Secret &password)
{
    {
        auto access = state_->shared.lock();
        access->userId = userId;
        access->password = password;
        access->credentialsChanged = true;
    }
    state_->wake.signal();
}

void Connection::close(std::vector<Publication> farewells, milliseconds longest)
{
    const Clock::time_point closeBy = Clock::now() + longest;
    {
        auto access = state_->shared.lock();
        if (access->closing)
            return;
        access->closing = true;
        access->closeBy = closeBy;
        access->farewells = std::move(farewells);
    }
    state_->wake.signal();
    auto access = state_->shared.lock();
    if (access->opened)
        state_->changed.wait_until(access.waitable(), closeBy, [&] { return access->ended; });
    access->closed = true;
    state_->changed.wait(access.waitable(), [&] { return !access->calling; });
}

bool isBuiltIn()
{
    return true;
}

} // namespace ooto::mqtt
