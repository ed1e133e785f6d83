// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/values.h"

#include "http/http_uri.h"
#include "system/handles.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <system_error>

namespace ooto::watch
{

namespace
{

template<typename Number>
std::optional<Number> wholly(const std::string &text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string shortest(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g", value);
    return text.data();
}

std::optional<Address> parseAddress(const std::string &text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos)
        return std::nullopt;
    std::string host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    const auto port = wholly<std::uint16_t>(text.substr(colon + 1));
    const bool isIp = g_hostname_is_ip_address(host.c_str());
    const bool isIp6 = host.find(':') != std::string::npos;
    if (!port || bracketed != isIp6 || (!isIp && host != "localhost"))
        return std::nullopt;
    return Address{.host = host, .port = *port};
}

} // namespace

std::optional<bool> readBoolean(const Entry &entry, Findings &findings)
{
    const std::string text = entry.text();
    if (text == "true" || text == "yes" || text == "1")
        return true;
    if (text == "false" || text == "no" || text == "0")
        return false;
    findings.mistake(entry.origin, "takes true or false");
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> readMilliseconds(const Entry &entry, std::int64_t least,
                                                          std::int64_t most, Findings &findings)
{
    const auto value = wholly<std::int64_t>(entry.text());
    if (value && *value >= least && *value <= most)
        return std::chrono::milliseconds(*value);
    findings.mistake(entry.origin, "takes a whole number of milliseconds from " +
                                       std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> readSeconds(const Entry &entry, double least, double most,
                                                     Findings &findings)
{
    const auto value = wholly<double>(entry.text());
    if (value && *value >= least && *value <= most) // not-a-number is neither
        return std::chrono::milliseconds(std::llround(*value * 1000));
    findings.mistake(entry.origin,
                     "takes a number of seconds from " + shortest(least) + " to " + shortest(most));
    return std::nullopt;
}

std::optional<std::size_t> readChoice(const Entry &entry, const std::vector<std::string> &choices,
                                      Findings &findings)
{
    const auto found = std::find(choices.begin(), choices.end(), entry.text());
    if (found != choices.end())
        return static_cast<std::size_t>(found - choices.begin());
    std::string list;
    for (const std::string &choice : choices)
        list += (list.empty() ? "" : ", ") + choice;
    findings.mistake(entry.origin, "takes one of " + list);
    return std::nullopt;
}

std::vector<std::string> wordsOf(const std::string &text)
{
    constexpr const char *between = " ,;\t";
    std::vector<std::string> words;
    for (std::size_t start = text.find_first_not_of(between); start != std::string::npos;) {
        const std::size_t end = text.find_first_of(between, start);
        words.push_back(text.substr(start, end - start));
        start = text.find_first_not_of(between, end);
    }
    return words;
}

bool Address::isLoopback() const
{
    return http::isLoopback(host.c_str());
}

std::optional<Address> readAddress(const Entry &entry, Findings &findings)
{
    if (entry.value.empty())
        return std::nullopt;
    auto address = parseAddress(entry.text());
    if (!address)
        findings.mistake(entry.origin, "takes HOST:PORT with an address of this machine or "
                                       "localhost, such as 127.0.0.1:9464, [::1]:9464 or "
                                       "0.0.0.0:9464; or nothing: it is not served");
    return address;
}

} // namespace ooto::watch
