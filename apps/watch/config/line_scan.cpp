// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/line_scan.h"

#include "system/plain_text.h"

#include <optional>

namespace ooto::watch
{

namespace
{

std::optional<std::string> groupIn(std::string_view line)
{
    if (line.size() < 3 || line.front() != '[' || line.back() != ']')
        return std::nullopt;
    const std::string_view name = line.substr(1, line.size() - 2);
    if (name.find_first_of("[]") != std::string_view::npos || !system::isPlainText(name))
        return std::nullopt;
    return std::string(name);
}

std::optional<std::string> keyIn(std::string_view line)
{
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos)
        return std::nullopt;
    const std::string_view key = system::trimmed(line.substr(0, equals));
    if (key.empty() || !system::isPlainText(key))
        return std::nullopt;
    return std::string(key);
}

void take(ScannedFile &file, std::string_view line, unsigned number)
{
    if (line.empty() || line.front() == '#')
        return;
    if (auto group = groupIn(line)) {
        file.groups.push_back({.name = std::move(*group), .line = number, .keys = {}});
        return;
    }
    auto key = line.front() == '[' ? std::nullopt : keyIn(line);
    if (!key)
        file.strays.push_back(number);
    else if (file.groups.empty())
        file.early.push_back(number);
    else
        file.groups.back().keys.push_back({.key = std::move(*key), .line = number});
}

} // namespace

ScannedFile scanLines(std::string_view text)
{
    ScannedFile file;
    for (unsigned number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        take(file, system::trimmed(text.substr(0, end)), number);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return file;
}

} // namespace ooto::watch
