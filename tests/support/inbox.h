// SPDX-License-Identifier: LGPL-2.1-or-later
// What another thread says, waited for by a test.
#pragma once

#include "core/base/guarded.h"

#include <chrono>
#include <condition_variable>
#include <utility>
#include <vector>

namespace ooto::test
{

/** Collects values from another thread. Shared, so that a late one does no harm. */
template<typename T>
class Inbox
{
public:
    void put(T value)
    {
        values_.lock()->push_back(std::move(value));
        changed_.notify_all();
    }
    std::vector<T> all() { return *values_.lock(); }
    /** What is there once there are `count`, or after `patience`. */
    std::vector<T> waitFor(std::size_t count,
                           std::chrono::milliseconds patience = std::chrono::seconds(5))
    {
        auto values = values_.lock();
        changed_.wait_for(values.waitable(), patience, [&] { return values->size() >= count; });
        return *values;
    }

private:
    core::Guarded<std::vector<T>> values_;
    std::condition_variable changed_;
};

} // namespace ooto::test
