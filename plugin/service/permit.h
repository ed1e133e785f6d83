// SPDX-License-Identifier: LGPL-2.1-or-later
// Permission to send one request.
#pragma once

#include "core/traffic/traffic.h"
#include "service/budget.h"
#include "system/secret.h"

#include <memory>
#include <optional>
#include <utility>

namespace ooto::service
{

class Client;

/** Gives its place back when it is dropped unused: among those in flight, of the rate, the day. */
class Permit
{
public:
    /** What is held for the request, until it is answered or was not sent. */
    struct Held {
        core::Traffic::Permitted permitted;
        system::Secret key;  ///< the caller's at that time
        Budget::Count count; ///< in the day's budget
        /** The date on which it counts in the shared state; nothing where none is shared. */
        std::optional<core::LocalDate> sharedDate{};
    };

    Permit(std::shared_ptr<Client> client, Held held)
        : client_(std::move(client)), held_(std::move(held))
    {
    }
    Permit(Permit &&) noexcept = default;
    Permit &operator=(Permit &&) = delete;
    ~Permit();

    /** Hands over what is held: the permit itself gives nothing back any more. */
    Held use() &&
    {
        client_.reset();
        return std::move(held_);
    }

private:
    std::shared_ptr<Client> client_; ///< null once it was used or moved from
    Held held_;
};

} // namespace ooto::service
