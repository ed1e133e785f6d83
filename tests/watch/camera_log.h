// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes down what cameras tell, and waits for it.
#pragma once

#include "camera/camera_listener.h"
#include "core/base/guarded.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace ooto::test
{

struct ToldState {
    std::string camera;
    watch::CameraState state = watch::CameraState::Off;
    std::string reason;
};

struct ToldMessage {
    std::string camera;
    std::string name;
    std::string type; ///< of ooto-face
};

struct Told {
    std::vector<ToldState> states;
    std::vector<ToldMessage> messages;
    std::vector<std::string> troubles;

    std::size_t count(const std::string &camera, watch::CameraState state) const
    {
        return static_cast<std::size_t>(
            std::count_if(states.begin(), states.end(), [&](const ToldState &told) {
                return told.camera == camera && told.state == state;
            }));
    }
    std::size_t countFaces(const std::string &camera, const std::string &type) const
    {
        return static_cast<std::size_t>(
            std::count_if(messages.begin(), messages.end(), [&](const ToldMessage &message) {
                return message.camera == camera && message.name == "ooto-face" &&
                       message.type == type;
            }));
    }
    /** All that people could get to read. */
    std::string allText() const
    {
        std::string text;
        for (const ToldState &told : states)
            text += told.reason + "\n";
        for (const std::string &trouble : troubles)
            text += trouble + "\n";
        return text;
    }
};

/** Longer than anything takes, also on a slow machine. */
inline constexpr std::chrono::seconds patience{15};

/** Asks until it is so. */
inline bool comesTrue(const std::function<bool()> &condition)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

/** Thread-safe. */
class CameraLog : public watch::CameraListener
{
public:
    void stateChanged(const std::string &camera, const watch::CameraStatus &status) override
    {
        told_.lock()->states.push_back({camera, status.state, status.reason});
        changed_.notify_all();
    }
    void messagePosted(const std::string &camera, const GstStructure *message) override
    {
        const char *type = gst_structure_get_string(message, "type");
        told_.lock()->messages.push_back(
            {camera, gst_structure_get_name(message), type ? type : ""});
        changed_.notify_all();
    }
    void troubleTold(const std::string &, const std::string &text) override
    {
        told_.lock()->troubles.push_back(text);
        changed_.notify_all();
    }

    Told told() { return *told_.lock(); }
    void clear() { *told_.lock() = {}; }

    bool await(const std::function<bool(const Told &)> &condition)
    {
        auto told = told_.lock();
        return changed_.wait_for(told.waitable(), patience, [&] { return condition(*told); });
    }
    bool awaitState(const std::string &camera, watch::CameraState state, std::size_t times = 1)
    {
        return await([&](const Told &told) { return told.count(camera, state) >= times; });
    }
    /** The reason of the last state. */
    std::string reason()
    {
        const Told now = told();
        return now.states.empty() ? "" : now.states.back().reason;
    }

private:
    core::Guarded<Told> told_;
    std::condition_variable changed_;
};

} // namespace ooto::test
