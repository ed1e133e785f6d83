// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/kafka_target.h"

#include "metadata/face_fields.h"
#include "publish/debug.h"
#include "system/plain_text.h"

#include <utility>

namespace ooto::publish
{

namespace
{

using kafka::Outcome;

Verdict verdictOf(const Outcome &outcome)
{
    Verdict verdict{.kind = Verdict::Kind::Again, .text = outcome.text};
    switch (outcome.kind) {
    case Outcome::Kind::Delivered:
        verdict.kind = Verdict::Kind::Delivered;
        break;
    case Outcome::Kind::Unreached:
        verdict.connectionFailed = true;
        break;
    case Outcome::Kind::Failed:
        break;
    case Outcome::Kind::Unauthorized:
        verdict.kind = Verdict::Kind::Unauthorized;
        break;
    case Outcome::Kind::NotThere:
        verdict.kind = Verdict::Kind::NotThere;
        break;
    case Outcome::Kind::Rejected:
        verdict.kind = Verdict::Kind::Rejected;
        break;
    }
    return verdict;
}

kafka::Record recordOf(Outgoing outgoing, std::string topic)
{
    return {.topic = std::move(topic),
            .key = std::move(outgoing.camera),
            .value = std::move(outgoing.body),
            .headers = {{metadata::field::eventId, std::move(outgoing.eventId)},
                        {metadata::field::type, std::string(core::eventName(outgoing.type))}},
            .time = outgoing.received,
            .timeLeft = outgoing.timeLeft};
}

} // namespace

/** Held weakly by what is posted: a target that has gone is told nothing. */
class KafkaTarget::Sender : public std::enable_shared_from_this<KafkaTarget::Sender>
{
public:
    Sender(KafkaTargetSettings settings, http::NetworkThread &thread,
           std::function<Credentials()> credentials)
        : settings_(std::move(settings)), thread_(thread), credentials_(std::move(credentials))
    {
    }

    void open(Handlers handlers);
    void send(Outgoing outgoing);
    void credentialsChanged();
    void close(std::chrono::milliseconds longest);

private:
    /** The deed runs on the publisher's thread, unless the target has gone or is closed. */
    template<typename Deed>
    void post(Deed deed);
    void noteDone(std::int64_t id, const Outcome &outcome);
    void noteAway(const std::string &text);

    const KafkaTargetSettings settings_;
    http::NetworkThread &thread_;
    const std::function<Credentials()> credentials_;
    Handlers handlers_;
    bool closed_ = false;
    bool away_ = false;                         ///< and has been told so
    std::unique_ptr<kafka::Producer> producer_; ///< last: it calls until its end
};

template<typename Deed>
void KafkaTarget::Sender::post(Deed deed)
{
    thread_.post([weak = weak_from_this(), deed = std::move(deed)] {
        const auto self = weak.lock();
        if (self && !self->closed_)
            deed(*self);
    });
}

void KafkaTarget::Sender::open(Handlers handlers)
{
    handlers_ = std::move(handlers);
    kafka::ProducerSettings settings = settings_.producer;
    Credentials credentials = credentials_();
    settings.userId = std::move(credentials.userId);
    settings.password = std::move(credentials.password);
    // They are called on the producer's thread, and not after close().
    kafka::Producer::Handlers hear = {
        .onDone =
            [this](kafka::Producer::Token token, const Outcome &outcome) {
                post([id = static_cast<std::int64_t>(token), outcome](Sender &self) {
                    self.noteDone(id, outcome);
                });
            },
        .onAway =
            [this](const std::string &text) {
                post([text](Sender &self) { self.noteAway(text); });
            },
        .onLog = [](const std::string &text) { GST_DEBUG("librdkafka: %s", text.c_str()); }};
    producer_ = std::make_unique<kafka::Producer>(std::move(settings), std::move(hear));
    producer_->open();
}

void KafkaTarget::Sender::noteAway(const std::string &text)
{
    away_ = true;
    if (handlers_.onState)
        handlers_.onState({.kind = TargetState::Kind::Down, .reason = text});
}

void KafkaTarget::Sender::noteDone(std::int64_t id, const Outcome &outcome)
{
    // From here on it is what attempts say.
    if (std::exchange(away_, false) && handlers_.onState)
        handlers_.onState({});
    if (handlers_.onDone && !closed_)
        handlers_.onDone(id, verdictOf(outcome));
}

void KafkaTarget::Sender::send(Outgoing outgoing)
{
    if (closed_)
        return;
    const std::int64_t id = outgoing.id;
    std::string topic = outgoing.topic.empty() ? settings_.topic : outgoing.topic;
    if (kafka::isTopicName(topic)) {
        producer_->send(static_cast<kafka::Producer::Token>(id),
                        recordOf(std::move(outgoing), std::move(topic)));
        return;
    }
    const std::string text =
        topic.empty() ? "There is no topic for this event; set `topic`, or name one in `uri`"
                      : "'" + system::plainText(topic, 80) +
                            "' is no topic of Kafka: letters, digits and ._-";
    post([id, text](Sender &self) {
        self.noteDone(id, {.kind = Outcome::Kind::Rejected, .text = text});
    });
}

void KafkaTarget::Sender::credentialsChanged()
{
    if (closed_ || !producer_)
        return;
    const Credentials credentials = credentials_();
    producer_->setCredentials(credentials.userId, credentials.password);
}

void KafkaTarget::Sender::close(std::chrono::milliseconds longest)
{
    if (std::exchange(closed_, true))
        return;
    if (producer_)
        producer_->close(longest);
}

KafkaTarget::KafkaTarget(KafkaTargetSettings settings, http::NetworkThread &thread,
                         std::function<Credentials()> credentials)
    : sender_(std::make_shared<Sender>(std::move(settings), thread, std::move(credentials)))
{
}

KafkaTarget::~KafkaTarget()
{
    sender_->close(std::chrono::milliseconds(0));
}

void KafkaTarget::open(Handlers handlers)
{
    sender_->open(std::move(handlers));
}

void KafkaTarget::send(Outgoing outgoing)
{
    sender_->send(std::move(outgoing));
}

void KafkaTarget::credentialsChanged()
{
    sender_->credentialsChanged();
}

void KafkaTarget::close(std::chrono::milliseconds longest)
{
    sender_->close(longest);
}

} // namespace ooto::publish
