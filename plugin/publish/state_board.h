// SPDX-License-Identifier: LGPL-2.1-or-later
// The states that a broker retains, where the target is one.
#pragma once

#include "publish/mqtt_layout.h"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace ooto::publish
{

/** Thread-bound. Without a layout nothing is said. */
class StateBoard
{
public:
    using Publish = std::function<void(MqttLayout::Publications)>;

    void begin(std::unique_ptr<MqttLayout> layout) { layout_ = std::move(layout); }
    void connect(Publish publish) { publish_ = std::move(publish); }

    /** Null where states are not said. */
    const MqttLayout *layout() const { return layout_.get(); }
    /** Publishes what `note(layout, now)` returns. */
    template<typename Note>
    void say(Note note)
    {
        if (!layout_)
            return;
        MqttLayout::Publications states = note(*layout_, now());
        if (publish_ && !states.empty())
            publish_(std::move(states));
    }
    /** Settings, which say nothing by themselves. */
    template<typename Change>
    void change(Change change)
    {
        if (layout_)
            change(*layout_);
    }

private:
    static MqttLayout::Time now()
    {
        return std::chrono::duration_cast<MqttLayout::Time>(
            std::chrono::steady_clock::now().time_since_epoch());
    }

    std::unique_ptr<MqttLayout> layout_;
    Publish publish_;
};

} // namespace ooto::publish
