// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/errand.h"

#include <utility>

namespace ooto::watch
{

Errand::Errand(std::function<void()> deed, std::function<void()> onDone)
    : done_(std::make_shared<std::atomic<bool>>(false)),
      thread_([deed = std::move(deed), onDone = std::move(onDone), done = done_]() mutable {
          deed();
          deed = nullptr; // what it owns goes before anybody hears that it is done
          *done = true;
          onDone();
      })
{
}

Errand &Errand::operator=(Errand &&other) noexcept
{
    leave();
    done_ = std::move(other.done_);
    thread_ = std::move(other.thread_);
    return *this;
}

Errand::~Errand()
{
    leave();
}

void Errand::leave()
{
    if (!thread_.joinable())
        return;
    if (isDone())
        thread_.join();
    else
        thread_.detach();
}

} // namespace ooto::watch
