// SPDX-License-Identifier: LGPL-2.1-or-later
// What a camera's thread is told by all the others.
#pragma once

#include "core/base/guarded.h"
#include "element/handles.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ooto::watch
{

/** Something happened in a pipeline. */
struct Mail {
    enum class Kind {
        EndOfStream,
        Failure, ///< `text` is the reason
        Trouble, ///< `text` is a warning
        Message  ///< `structure` is an element message of ours
    };

    std::uint64_t pipeline = 0; ///< the number of it
    Kind kind = Kind::EndOfStream;
    std::string text;
    element::StructureHandle structure;
};

/** Thread-safe. */
class Mailbox
{
public:
    /** Is lost when the mailbox is closed. */
    void post(Mail mail)
    {
        {
            auto box = box_.lock();
            if (box->closed)
                return;
            box->mails.push_back(std::move(mail));
        }
        changed_.notify_one();
    }

    /** Has the reader look at what else there is. */
    void wake()
    {
        box_.lock()->woken = true;
        changed_.notify_one();
    }

    /** Waits for mail, for a wake-up, or for the time; without a time for as long as it takes. */
    std::vector<Mail> await(std::optional<std::chrono::steady_clock::time_point> until)
    {
        auto box = box_.lock();
        const auto ready = [&] { return box->woken || !box->mails.empty(); };
        if (until)
            changed_.wait_until(box.waitable(), *until, ready);
        else
            changed_.wait(box.waitable(), ready);
        box->woken = false;
        return std::exchange(box->mails, {});
    }

    /** Nobody reads it any more. */
    void close()
    {
        std::vector<Mail> unread;
        auto box = box_.lock();
        box->closed = true;
        unread.swap(box->mails);
    }

private:
    struct Box {
        std::vector<Mail> mails;
        bool woken = false;
        bool closed = false;
    };
    core::Guarded<Box> box_;
    std::condition_variable changed_;
};

} // namespace ooto::watch
