// SPDX-License-Identifier: LGPL-2.1-or-later
// Built instead where there is no libmosquitto.
#include "mqtt/connection.h"

namespace ooto::mqtt
{

struct Connection::State {
    Handlers handlers;
};

Connection::Connection(ConnectionSettings, Handlers handlers)
    : state_(std::make_shared<State>(State{std::move(handlers)}))
{
}

Connection::~Connection() = default;

void Connection::open()
{
    if (state_->handlers.onLost)
        state_->handlers.onLost(
            {.kind = Loss::Kind::Down,
             .text = "This build has no MQTT: it was built without libmosquitto",
             .abrupt = false});
}

bool Connection::publish(Token, const Publication &, unsigned)
{
    return false;
}

void Connection::setCredentials(const std::string &, const system::Secret &) {}

void Connection::close(std::vector<Publication>, std::chrono::milliseconds) {}

bool isBuiltIn()
{
    return false;
}

} // namespace ooto::mqtt
