// SPDX-License-Identifier: LGPL-2.1-or-later
// As much of Kafka's protocol as it takes to refuse a password.
#pragma once

#include "core/base/guarded.h"
#include "support/raw_server.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace ooto::test
{

/** A broker that knows SASL by name, and nobody's password. */
class StrictBroker
{
public:
    explicit StrictBroker(std::string mechanisms) : mechanisms_(std::move(mechanisms)) {}

    std::string address() { return "127.0.0.1:" + std::to_string(server_.port()); }
    /** All that clients sent. */
    std::string heard() { return *heard_.lock(); }

private:
    using Bytes = std::string;
    static Bytes number(std::uint32_t value, int size)
    {
        Bytes bytes;
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
            bytes += static_cast<char>(value >> shift);
        return bytes;
    }
    static Bytes text(const std::string &value)
    {
        return number(static_cast<std::uint32_t>(value.size()), 2) + value;
    }

    void serve(RawConnection &connection)
    {
        std::string unread;
        for (;;) {
            const std::string more = connection.read();
            if (more.empty())
                return;
            *heard_.lock() += more;
            unread += more;
            while (unread.size() >= 12) {
                const auto at = [&](std::size_t i) {
                    return static_cast<std::uint32_t>(static_cast<unsigned char>(unread[i]));
                };
                const std::size_t size = at(0) << 24U | at(1) << 16U | at(2) << 8U | at(3);
                if (unread.size() < 4 + size)
                    break;
                const std::uint32_t key = at(4) << 8U | at(5);
                const std::string answer = unread.substr(8, 4) + answerTo(key);
                unread.erase(0, 4 + size);
                connection.write(number(static_cast<std::uint32_t>(answer.size()), 4) + answer);
            }
        }
    }
    Bytes answerTo(std::uint32_t request) const
    {
        if (request == 18) { // ApiVersions, version 3
            Bytes kinds = number(6, 1);
            for (const std::uint32_t known : {0U, 3U, 17U, 18U, 36U})
                kinds +=
                    number(known, 2) + number(0, 2) + number(known == 17 ? 1 : 7, 2) + number(0, 1);
            return number(0, 2) + kinds + number(0, 4) + number(0, 1);
        }
        if (request == 17) // SaslHandshake, version 1
            return number(0, 2) + number(1, 4) + text(mechanisms_);
        // SaslAuthenticate
        return number(58, 2) + text("Authentication failed") + number(0, 4) + number(0, 8);
    }

    const std::string mechanisms_;
    core::Guarded<std::string> heard_;
    RawServer server_{[this](RawConnection &connection) { serve(connection); }};
};

} // namespace ooto::test
