// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/photo_wishes.h"

#include <algorithm>

namespace ooto::identify
{

namespace
{

/** More are no askers but a mistake. What they ask for all the same is what others get. */
constexpr std::size_t mostAskers = 256;

} // namespace

void PhotoWishes::note(const metadata::PhotoWish &wish)
{
    if (!wish.photos)
        frames_.erase(wish.asker);
    else if (frames_.contains(wish.asker) || frames_.size() < mostAskers)
        frames_[wish.asker] = wish.frames;
}

bool PhotoWishes::frames() const
{
    return std::any_of(frames_.begin(), frames_.end(),
                       [](const auto &wish) { return wish.second; });
}

} // namespace ooto::identify
