// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/track_ids.h"

#include "core/guarded.h"

#include <cstddef>

namespace ooto::core
{

namespace
{

struct Count {
    std::size_t sources = 0;
    TrackId last = 0;
};

Guarded<Count> &sharedCount()
{
    static Guarded<Count> count;
    return count;
}

} // namespace

TrackIdSource::TrackIdSource()
{
    ++sharedCount().lock()->sources;
}

TrackIdSource::~TrackIdSource()
{
    auto count = sharedCount().lock();
    if (--count->sources == 0)
        count->last = 0;
}

TrackId TrackIdSource::next()
{
    auto count = sharedCount().lock();
    count->last = count->last == INT32_MAX ? 1 : count->last + 1;
    return count->last;
}

} // namespace ooto::core
