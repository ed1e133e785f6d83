// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may connect now: a site that comes back does not come back all at once.
#pragma once

#include <functional>
#include <memory>

namespace ooto::watch
{

/** Lets at most 8 cameras of a process connect at the same time, first come, first served.
 * Thread-safe. */
class ConnectGate
{
public:
    /** A place, or one's turn to get one; given back when it goes, which may outlive the gate. */
    class Place
    {
    public:
        virtual ~Place() = default;
        /** Whether it is one's turn. */
        virtual bool granted() const = 0;
    };

    explicit ConnectGate(unsigned places = 8);
    ~ConnectGate();

    /**
     * Asks for a place.
     * @param onTurn is called, on any thread, when the turn comes later than at once; it may be
     *     called for a place that is gone meanwhile
     */
    std::unique_ptr<Place> enter(std::function<void()> onTurn);

private:
    struct Queue;
    class Entry;
    std::shared_ptr<Queue> queue_;
};

} // namespace ooto::watch
