// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kafka/producer.h"

#include <algorithm>

namespace ooto::kafka
{

namespace
{

/** Kafka's own limit: org.apache.kafka.common.internals.Topic. */
constexpr std::size_t longestName = 249;

bool mayBeInAName(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

} // namespace

bool isTopicName(std::string_view name)
{
    return !name.empty() && name.size() <= longestName && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), mayBeInAName);
}

} // namespace ooto::kafka
