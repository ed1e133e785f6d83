// SPDX-License-Identifier: LGPL-2.1-or-later
// Data that can be reached only through its lock.
#pragma once

#include <mutex>
#include <utility>

namespace ooto::core
{

/**
 * Holds a T that other threads share. `lock()` gives access for as long as the returned value
 * lives; keep that to a few lines, and call nothing outside of T meanwhile. Thread-safe.
 */
template<typename T>
class Guarded
{
public:
    class Access
    {
    public:
        explicit Access(Guarded &owner) : lock_(owner.mutex_), data_(owner.data_) {}
        T *operator->() { return &data_; }
        T &operator*() { return data_; }
        /** For condition variables, which need the lock itself. */
        std::unique_lock<std::mutex> &waitable() { return lock_; }

    private:
        std::unique_lock<std::mutex> lock_;
        T &data_;
    };

    template<typename... Args>
    explicit Guarded(Args &&...args) : data_(std::forward<Args>(args)...)
    {
    }

    [[nodiscard]] Access lock() { return Access(*this); }

private:
    std::mutex mutex_;
    T data_;
};

} // namespace ooto::core
