// SPDX-License-Identifier: LGPL-2.1-or-later
// Built instead where there is no librdkafka.
#include "kafka/producer.h"

namespace ooto::kafka
{

struct Producer::State {
    Handlers handlers;
};

Producer::Producer(ProducerSettings, Handlers handlers)
    : state_(std::make_shared<State>(State{std::move(handlers)}))
{
}

Producer::~Producer() = default;

void Producer::open() {}

void Producer::send(Token token, Record)
{
    if (state_->handlers.onDone)
        state_->handlers.onDone(
            token, {.kind = Outcome::Kind::Unreached,
                    .text = "This build has no Kafka: it was built without librdkafka"});
}

void Producer::setCredentials(const std::string &, const system::Secret &) {}

void Producer::close(std::chrono::milliseconds) {}

bool isBuiltIn()
{
    return false;
}

std::string mistakeInOption(const std::string &, const std::string &)
{
    return {};
}

} // namespace ooto::kafka
