// SPDX-License-Identifier: LGPL-2.1-or-later
// Which settings of librdkafka people may set, and whether it likes their values.
#include "kafka/configuration.h"
#include "kafka/producer.h"
#include "system/plain_text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ooto::kafka
{

namespace
{

/** None that names a program, a file, a password, or what delivery and its order rest on. */
constexpr std::array<std::string_view, 13> allowed{"batch.num.messages",
                                                   "broker.address.family",
                                                   "client.rack",
                                                   "compression.codec",
                                                   "compression.level",
                                                   "compression.type",
                                                   "linger.ms",
                                                   "message.max.bytes",
                                                   "partitioner",
                                                   "sasl.mechanism",
                                                   "sasl.mechanisms",
                                                   "ssl.cipher.suites",
                                                   "topic.metadata.refresh.interval.ms"};

/** The others take tickets or tokens, which nobody could give here. */
constexpr std::array<std::string_view, 3> mechanisms{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};

std::string listed()
{
    std::string list = "client-id";
    for (const std::string_view name : allowed)
        list += (name == allowed.back() ? " and " : ", ") + std::string(name);
    return list;
}

} // namespace

std::string mistakeInOption(const std::string &name, const std::string &value)
{
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
        return "The uri has an unknown option '" + system::plainText(name, 40) + "'; " + listed() +
               " are known.";
    if (name.starts_with("sasl.mechanism") &&
        std::find(mechanisms.begin(), mechanisms.end(), value) == mechanisms.end())
        return "The uri's " + name + " cannot be '" + system::plainText(value, 40) +
               "'; it is PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.";
    const std::string problem = Configuration().set(name, value);
    return problem.empty() ? ""
                           : "The uri's " + name + " cannot be '" + system::plainText(value, 40) +
                                 "': " + problem + ".";
}

} // namespace ooto::kafka
