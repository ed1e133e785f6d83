// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/mqtt_target.h"

#include "metadata/face_fields.h"
#include "system/plain_text.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>

namespace ooto::publish
{

namespace
{

using Clock = std::chrono::steady_clock;
using mqtt::Ack;
using mqtt::Loss;
using mqtt::Publication;

/** As many as events: MQTT's default is 20, and more would only wait inside of libmosquitto. */
constexpr std::size_t mostStatesUnderWay = 20;
/** So often within so long, and two clients have one id. */
constexpr std::size_t manyTakeovers = 3;
constexpr std::chrono::minutes takeoverSpan{1};
/** Pauses between attempts grow up to a minute: without a takeover for so long there is peace. */
constexpr std::chrono::minutes takeoverPeace{3};

/** Notices that another client has the same id. */
class Takeovers
{
public:
    void note(const std::string &text, Clock::time_point now)
    {
        times_.push_back(now);
        if (times_.size() > manyTakeovers)
            times_.pop_front();
        const bool many = times_.size() == manyTakeovers && now - times_.front() <= takeoverSpan;
        if (many || isFight(now)) {
            until_ = now + takeoverPeace;
            text_ = text;
        }
    }
    bool isFight(Clock::time_point now) const { return now < until_; }
    const std::string &text() const { return text_; }

private:
    std::deque<Clock::time_point> times_;
    Clock::time_point until_{};
    std::string text_;
};

Verdict again(std::string text, bool connectionFailed)
{
    return {.kind = Verdict::Kind::Again,
            .text = std::move(text),
            .connectionFailed = connectionFailed};
}

std::string takeoverText(const Loss &loss)
{
    if (!loss.abrupt)
        return loss.text;
    return loss.text + " again and again; if another client has the same client id, give each a "
                       "`client-id` of its own in `uri`";
}

Verdict verdictOf(const Ack &ack)
{
    if (ack.accepted)
        return {};
    // An ACL may be mended; what is too large stays so.
    if (ack.forGood && !ack.unauthorized)
        return {.kind = Verdict::Kind::Rejected, .text = ack.text};
    return again(ack.text, false);
}

} // namespace

/** Held weakly by what is posted: a target that has gone is told nothing. */
class MqttTarget::Sender : public std::enable_shared_from_this<MqttTarget::Sender>
{
public:
    Sender(MqttTargetSettings settings, http::NetworkThread &thread, MqttTargetParts parts)
        : settings_(std::move(settings)), thread_(thread), parts_(std::move(parts))
    {
    }

    void open(Handlers handlers);
    bool isConnected() const { return connected_; }
    void send(const Outgoing &outgoing);
    void publishStates(std::vector<Publication> states);
    void credentialsChanged();
    void close(std::chrono::milliseconds longest);

private:
    using Token = mqtt::Connection::Token;

    /** The deed runs on the publisher's thread, unless the target has gone or is closed. */
    template<typename Deed>
    void post(Deed deed);
    void noteConnected(int version);
    void noteLost(const Loss &loss);
    void noteAck(Token token, const Ack &ack);
    void noteStateAck(const std::string &topic, const Ack &ack);
    std::vector<Publication> publicationsFor(const Outgoing &outgoing) const;
    bool take(Token token, const Publication &publication);
    void answerLater(std::int64_t id, Verdict verdict);
    void sendStates();
    TargetState state() const;
    void tellState();

    const MqttTargetSettings settings_;
    http::NetworkThread &thread_;
    const MqttTargetParts parts_;
    Handlers handlers_;
    bool closed_ = false;

    bool connected_ = false;
    unsigned connections_ = 0;
    std::optional<Loss> loss_; ///< the last one
    Takeovers takeovers_;
    std::string eventDenial_;                         ///< empty: events are taken
    std::map<std::string, std::string> otherDenials_; ///< topic → text, of states and photos
    std::optional<TargetState> told_;

    Token lastToken_ = 0;
    std::map<Token, std::int64_t> events_;        ///< under way
    std::map<Token, std::string> statesUnderWay_; ///< → topic
    std::map<Token, std::string> photos_;         ///< → topic; until their event is done
    std::deque<Publication> statesWaiting_;
    std::unique_ptr<mqtt::Connection> connection_; ///< last: it calls until its end
};

template<typename Deed>
void MqttTarget::Sender::post(Deed deed)
{
    thread_.post([weak = weak_from_this(), deed = std::move(deed)] {
        const auto self = weak.lock();
        if (self && !self->closed_)
            deed(*self);
    });
}

void MqttTarget::Sender::open(Handlers handlers)
{
    handlers_ = std::move(handlers);
    mqtt::ConnectionSettings settings = settings_.connection;
    if (parts_.credentials) {
        Credentials credentials = parts_.credentials();
        settings.userId = std::move(credentials.userId);
        settings.password = std::move(credentials.password);
    }
    // They are called on the connection's thread, and not after close().
    mqtt::Connection::Handlers hear = {
        .onConnected =
            [this](int version) { post([version](Sender &self) { self.noteConnected(version); }); },
        .onLost = [this](const Loss &loss) { post([loss](Sender &self) { self.noteLost(loss); }); },
        .onAck =
            [this](Token token, const Ack &ack) {
                post([token, ack](Sender &self) { self.noteAck(token, ack); });
            }};
    connection_ = std::make_unique<mqtt::Connection>(std::move(settings), std::move(hear));
    connection_->open();
}

void MqttTarget::Sender::noteConnected(int version)
{
    connected_ = true;
    ++connections_;
    eventDenial_.clear();
    otherDenials_.clear();
    tellState();
    if (parts_.onConnected)
        parts_.onConnected(version);
    if (handlers_.onReady && !closed_)
        handlers_.onReady();
}

void MqttTarget::Sender::noteLost(const Loss &loss)
{
    connected_ = false;
    loss_ = loss;
    if (loss.kind == Loss::Kind::TakenOver || loss.abrupt) {
        takeovers_.note(takeoverText(loss), Clock::now());
        thread_.postIn(takeoverPeace, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (self && !self->closed_)
                self->tellState();
        });
    }
    statesWaiting_.clear();
    statesUnderWay_.clear();
    photos_.clear();
    const std::map<Token, std::int64_t> lost = std::exchange(events_, {});
    tellState();
    for (const auto &[token, id] : lost) {
        if (handlers_.onDone && !closed_)
            handlers_.onDone(id, again(loss.text, true));
    }
}

void MqttTarget::Sender::noteAck(Token token, const Ack &ack)
{
    if (const auto state = statesUnderWay_.extract(token)) {
        noteStateAck(state.mapped(), ack);
        sendStates();
        return;
    }
    if (const auto photo = photos_.extract(token)) {
        noteStateAck(photo.mapped(), ack);
        return;
    }
    const auto event = events_.extract(token);
    if (!event)
        return; // answered when its connection was lost
    photos_.erase(photos_.begin(), photos_.lower_bound(token));
    if (ack.accepted || ack.unauthorized) {
        eventDenial_ = ack.text;
        tellState();
    }
    if (handlers_.onDone && !closed_)
        handlers_.onDone(event.mapped(), verdictOf(ack));
}

void MqttTarget::Sender::noteStateAck(const std::string &topic, const Ack &ack)
{
    if (ack.accepted)
        otherDenials_.erase(topic);
    else
        otherDenials_[topic] = ack.text;
    tellState();
}

std::vector<Publication> MqttTarget::Sender::publicationsFor(const Outgoing &outgoing) const
{
    std::vector<Publication> publications;
    const std::string &topic = outgoing.topic.empty() ? settings_.topic : outgoing.topic;
    if (!topic.empty())
        publications.push_back(
            {.topic = topic, .payload = outgoing.body, .retain = outgoing.retain});
    else if (parts_.address)
        publications = parts_.address(outgoing);
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(outgoing.timeLeft);
    for (Publication &publication : publications) {
        if (left.count() > 0)
            publication.expiry = left;
        if (!outgoing.eventId.empty())
            publication.userProperties.emplace_back(metadata::field::eventId, outgoing.eventId);
    }
    if (!publications.empty()) {
        publications.back().qos = settings_.qos;
        publications.back().contentType = outgoing.contentType;
    }
    return publications;
}

bool MqttTarget::Sender::take(Token token, const Publication &publication)
{
    return connected_ && connection_->publish(token, publication, connections_);
}

void MqttTarget::Sender::answerLater(std::int64_t id, Verdict verdict)
{
    post([id, verdict = std::move(verdict)](Sender &self) {
        if (self.handlers_.onDone)
            self.handlers_.onDone(id, verdict);
    });
}

void MqttTarget::Sender::send(const Outgoing &outgoing)
{
    if (closed_)
        return;
    const std::vector<Publication> publications = publicationsFor(outgoing);
    if (publications.empty()) {
        answerLater(outgoing.id, {.kind = Verdict::Kind::Rejected,
                                  .text = "There is no topic for this event; set `topic`"});
        return;
    }
    for (auto publication = publications.begin(); publication != publications.end();
         ++publication) {
        const Token token = ++lastToken_;
        if (!take(token, *publication)) {
            answerLater(outgoing.id,
                        again(loss_ ? loss_->text
                                    : "There is no connection to " + settings_.connection.host,
                              true));
            return;
        }
        if (std::next(publication) != publications.end())
            photos_[token] = publication->topic;
        else if (publication->qos == 0)
            answerLater(outgoing.id, {});
        else
            events_[token] = outgoing.id;
    }
}

void MqttTarget::Sender::publishStates(std::vector<Publication> states)
{
    if (closed_ || !connected_)
        return;
    for (Publication &state : states) {
        state.qos = 1; // a denial is seen
        const auto older = std::find_if(
            statesWaiting_.begin(), statesWaiting_.end(),
            [&state](const Publication &waiting) { return waiting.topic == state.topic; });
        if (older != statesWaiting_.end())
            *older = std::move(state);
        else
            statesWaiting_.push_back(std::move(state));
    }
    sendStates();
}

void MqttTarget::Sender::sendStates()
{
    while (!statesWaiting_.empty() && statesUnderWay_.size() < mostStatesUnderWay) {
        const Publication &state = statesWaiting_.front();
        const Token token = ++lastToken_;
        if (!take(token, state))
            return; // the loss is on its way to us
        statesUnderWay_[token] = state.topic;
        statesWaiting_.pop_front();
    }
}

void MqttTarget::Sender::credentialsChanged()
{
    if (closed_ || !connection_ || !parts_.credentials)
        return;
    const Credentials credentials = parts_.credentials();
    connection_->setCredentials(credentials.userId, credentials.password);
}

TargetState MqttTarget::Sender::state() const
{
    using Kind = TargetState::Kind;
    if (takeovers_.isFight(Clock::now()))
        return {.kind = Kind::Degraded, .reason = takeovers_.text()};
    if (!connected_ && loss_)
        return {.kind = loss_->kind == Loss::Kind::Unauthorized ? Kind::Unauthorized : Kind::Down,
                .reason = loss_->text};
    if (!eventDenial_.empty())
        return {.kind = Kind::Unauthorized, .reason = eventDenial_};
    if (!otherDenials_.empty())
        return {.kind = Kind::Degraded, .reason = otherDenials_.begin()->second};
    return {};
}

void MqttTarget::Sender::tellState()
{
    const TargetState now = state();
    if (told_ == now || closed_)
        return;
    told_ = now;
    if (handlers_.onState)
        handlers_.onState(now);
}

void MqttTarget::Sender::close(std::chrono::milliseconds longest)
{
    if (closed_)
        return;
    closed_ = true;
    if (connection_)
        connection_->close(parts_.farewells ? parts_.farewells() : std::vector<Publication>(),
                           longest);
}

MqttTarget::MqttTarget(MqttTargetSettings settings, http::NetworkThread &thread,
                       MqttTargetParts parts)
    : sender_(std::make_shared<Sender>(std::move(settings), thread, std::move(parts)))
{
}

MqttTarget::~MqttTarget()
{
    sender_->close(std::chrono::milliseconds(0));
}

void MqttTarget::open(Handlers handlers)
{
    sender_->open(std::move(handlers));
}

bool MqttTarget::canSend() const
{
    return sender_->isConnected();
}

void MqttTarget::send(Outgoing outgoing)
{
    sender_->send(outgoing);
}

void MqttTarget::credentialsChanged()
{
    sender_->credentialsChanged();
}

void MqttTarget::close(std::chrono::milliseconds longest)
{
    sender_->close(longest);
}

void MqttTarget::publishStates(std::vector<Publication> states)
{
    sender_->publishStates(std::move(states));
}

} // namespace ooto::publish
