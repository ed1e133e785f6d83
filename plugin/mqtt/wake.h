// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends the waiting of another thread.
#pragma once

#include "system/file_descriptor.h"

#include <sys/eventfd.h>

#include <cstdint>

namespace ooto::mqtt
{

/** Thread-safe. */
class Wake
{
public:
    Wake() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    /** For poll(): readable from signal() until clear(). */
    int descriptor() const { return descriptor_.get(); }
    void signal()
    {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(descriptor_.get(), &one, sizeof(one));
    }
    void clear()
    {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto had = read(descriptor_.get(), &count, sizeof(count));
    }

private:
    system::FileDescriptor descriptor_;
};

} // namespace ooto::mqtt
