// SPDX-License-Identifier: LGPL-2.1-or-later
// Built instead where there is no hiredis.
#include "redis/connection.h"

#include <utility>

namespace ooto::redis
{

struct Connection::State {
    Handlers handlers;
};

Script::Script(std::string text) : text_(std::move(text)) {}

Connection::Connection(ConnectionSettings, Handlers handlers)
    : state_(std::make_shared<State>(State{std::move(handlers)}))
{
}

Connection::~Connection() = default;

void Connection::open()
{
    if (state_->handlers.onLost)
        state_->handlers.onLost("this build has no Redis: it was built without hiredis");
}

bool Connection::isReady() const
{
    return false;
}

bool Connection::command(const std::vector<std::string> &, ReplyHandler)
{
    return false;
}

bool Connection::run(const Script &, const std::vector<std::string> &,
                     const std::vector<std::string> &, ReplyHandler)
{
    return false;
}

void Connection::giveUp(const std::string &) {}

void Connection::flush() {}

bool isBuiltIn()
{
    return false;
}

bool hasTls()
{
    return false;
}

} // namespace ooto::redis
