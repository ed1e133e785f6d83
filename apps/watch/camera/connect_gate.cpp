// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/connect_gate.h"

#include "core/base/guarded.h"

#include <algorithm>
#include <list>
#include <utility>
#include <vector>

namespace ooto::watch
{

/** Those that were let in, and behind them those that wait. */
struct ConnectGate::Queue {
    struct Guest {
        const Entry *entry;
        std::function<void()> onTurn;
    };
    struct Row {
        std::list<Guest> waiting;
        std::vector<const Entry *> inside;
    };

    explicit Queue(unsigned places) : places(places) {}

    bool isInside(const Entry *entry)
    {
        auto row = this->row.lock();
        return std::find(row->inside.begin(), row->inside.end(), entry) != row->inside.end();
    }

    void add(const Entry *entry, std::function<void()> onTurn)
    {
        auto row = this->row.lock();
        if (row->inside.size() < places)
            row->inside.push_back(entry);
        else
            row->waiting.push_back({entry, std::move(onTurn)});
    }

    void remove(const Entry *entry)
    {
        std::function<void()> next;
        {
            auto row = this->row.lock();
            row->waiting.remove_if([entry](const Guest &guest) { return guest.entry == entry; });
            if (std::erase(row->inside, entry) > 0 && !row->waiting.empty()) {
                row->inside.push_back(row->waiting.front().entry);
                next = std::move(row->waiting.front().onTurn);
                row->waiting.pop_front();
            }
        }
        if (next)
            next();
    }

    const unsigned places;
    core::Guarded<Row> row;
};

class ConnectGate::Entry final : public Place
{
public:
    Entry(std::shared_ptr<Queue> queue, std::function<void()> onTurn) : queue_(std::move(queue))
    {
        queue_->add(this, std::move(onTurn));
    }
    ~Entry() override { queue_->remove(this); }
    Entry(const Entry &) = delete;
    Entry &operator=(const Entry &) = delete;

    bool granted() const override { return queue_->isInside(this); }

private:
    std::shared_ptr<Queue> queue_;
};

ConnectGate::ConnectGate(unsigned places) : queue_(std::make_shared<Queue>(places)) {}

ConnectGate::~ConnectGate() = default;

std::unique_ptr<ConnectGate::Place> ConnectGate::enter(std::function<void()> onTurn)
{
    return std::make_unique<Entry>(queue_, std::move(onTurn));
}

} // namespace ooto::watch
