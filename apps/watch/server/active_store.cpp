// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/active_store.h"

#include "server/state_file.h"
#include "system/handles.h"
#include "system/regular_file.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace ooto::watch
{

namespace
{

constexpr std::size_t maxFileBytes = 1024 * 1024;
constexpr std::string_view head = "# Cameras that were switched by people. Made by ooto-watch.\n";
/** An earlier file was broken: what it said of cameras that are not named is not known. */
constexpr std::string_view doubtLine = "# in doubt";
/** Without it the file's end is missing. */
constexpr std::string_view endLine = "# end";
constexpr std::string_view on = "on";
constexpr std::string_view off = "off";

std::string contentOf(const std::map<std::string, bool> &choices, bool inDoubt)
{
    std::string content(head);
    for (const auto &[camera, active] : choices)
        content += system::CharsHandle(g_uri_escape_string(camera.c_str(), nullptr, FALSE)).get() +
                   std::string("=").append(active ? on : off) + '\n';
    if (inDoubt)
        content += std::string(doubtLine) + '\n';
    return content.append(endLine) + '\n';
}

/** @return false for a line that says nothing */
bool readLine(std::string_view line, std::map<std::string, bool> &choices)
{
    const auto equals = line.rfind('=');
    if (equals == std::string_view::npos)
        return false;
    const std::string escaped(line.substr(0, equals));
    const std::string_view value = line.substr(equals + 1);
    const system::CharsHandle camera(g_uri_unescape_string(escaped.c_str(), nullptr));
    if (!camera || (value != on && value != off))
        return false;
    choices[camera.get()] = value == on;
    return true;
}

} // namespace

ActiveStore::State ActiveStore::read(const std::string &path)
{
    State state;
    std::error_code error;
    if (std::filesystem::symlink_status(path, error).type() ==
        std::filesystem::file_type::not_found)
        return state;
    std::string problem;
    const auto content = system::readRegularFile(path, maxFileBytes, problem);
    bool ended = false;
    bool allGood = content.has_value();
    for (std::string_view rest = content ? *content : std::string_view(); !rest.empty();) {
        const auto end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        // A last line without its end may be the beginning of another.
        const bool isWhole = end != std::string_view::npos;
        rest.remove_prefix(isWhole ? end + 1 : rest.size());
        if (line == doubtLine)
            state.inDoubt = true;
        else if (line == endLine)
            ended = isWhole;
        else if (!line.starts_with('#'))
            allGood = isWhole && readLine(line, state.choices) && allGood;
    }
    if (ended && allGood && !state.inDoubt)
        return state;
    if (problem.empty())
        problem = ended && allGood ? "was broken before" : "is broken";
    state.inDoubt = true;
    state.problem = path + ": " + problem +
                    "; cameras that it does not name as on stay off until somebody switches them, "
                    "or removes it";
    return state;
}

ActiveStore::ActiveStore(std::string path) : path_(std::move(path)), state_(read(path_)) {}

std::string ActiveStore::problem() const
{
    return state_.lock()->problem;
}

bool ActiveStore::isActive(const std::string &camera, bool configured) const
{
    auto state = state_.lock();
    const auto choice = state->choices.find(camera);
    if (choice != state->choices.end())
        return choice->second;
    return configured && !state->inDoubt;
}

std::string ActiveStore::set(const std::string &camera, bool active)
{
    std::uint64_t version = 0;
    {
        auto state = state_.lock();
        state->choices[camera] = active;
        version = ++state->version;
    }
    return saveUpTo(version);
}

bool ActiveStore::unsaved() const
{
    auto state = state_.lock();
    return state->saved < state->version;
}

std::string ActiveStore::saveAgain()
{
    const std::uint64_t version = state_.lock()->version;
    return saveUpTo(version);
}

std::string ActiveStore::saveUpTo(std::uint64_t version)
{
    std::string content;
    std::uint64_t saving = 0;
    {
        // One thread writes at a time, and always the latest.
        auto state = state_.lock();
        savedOnce_.wait(state.waitable(), [&] { return !state->saving; });
        if (state->saved >= version)
            return {};
        state->saving = true;
        saving = state->version;
        content = contentOf(state->choices, state->inDoubt);
    }
    std::string problem = replaceFile(path_, content);
    {
        auto state = state_.lock();
        state->saving = false;
        if (problem.empty())
            state->saved = saving;
    }
    savedOnce_.notify_all();
    return problem;
}

} // namespace ooto::watch
