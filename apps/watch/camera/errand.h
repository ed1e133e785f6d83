// SPDX-License-Identifier: LGPL-2.1-or-later
// A deed that may never come to an end, and must not hold anybody up.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace ooto::watch
{

/** Runs a function on a thread of its own. Thread-bound, but for what it runs. */
class Errand
{
public:
    Errand() = default;
    /**
     * @param deed owns all that it uses
     * @param onDone is called on the errand's thread, when isDone() holds
     * @throws std::system_error where no thread is to be had
     */
    Errand(std::function<void()> deed, std::function<void()> onDone);
    Errand(Errand &&) = default;
    Errand &operator=(Errand &&other) noexcept;
    /** An errand that is not done is left behind: it ends whenever it ends, if it does. */
    ~Errand();

    bool isUnderWay() const { return done_ && !*done_; }
    bool isDone() const { return done_ && *done_; }

private:
    void leave();

    std::shared_ptr<std::atomic<bool>> done_;
    std::thread thread_;
};

} // namespace ooto::watch
