// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of our own keys. What cannot be read is a mistake, and nothing.
#pragma once

#include "config/findings.h"
#include "config/sections.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ooto::watch
{

/** true, false, yes, no, 1, 0 */
std::optional<bool> readBoolean(const Entry &entry, Findings &findings);

/** A whole number of milliseconds. */
std::optional<std::chrono::milliseconds> readMilliseconds(const Entry &entry, std::int64_t least,
                                                          std::int64_t most, Findings &findings);

/** Seconds, with or without a fraction, to the millisecond. */
std::optional<std::chrono::milliseconds> readSeconds(const Entry &entry, double least, double most,
                                                     Findings &findings);

/** @return the place of the value among `choices` */
std::optional<std::size_t> readChoice(const Entry &entry, const std::vector<std::string> &choices,
                                      Findings &findings);

/** Words with commas, semicolons or white space between them. */
std::vector<std::string> wordsOf(const std::string &text);

/** `HOST:PORT`, `[::1]:PORT` */
struct Address {
    std::string host; ///< numeric or `localhost`, without brackets
    std::uint16_t port;
    bool isLoopback() const;
    bool operator==(const Address &) const = default;
};

/** Empty is none, and no mistake. */
std::optional<Address> readAddress(const Entry &entry, Findings &findings);

} // namespace ooto::watch
