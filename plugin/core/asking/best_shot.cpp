// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/best_shot.h"

#include <utility>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

constexpr StreamTime nothingBetterFor = 400ms;
// Less is noise of the measures, and not worth another encoding.
constexpr double clearStep = 0.02;

} // namespace

bool BestShot::wants(const ShotQuality &quality) const
{
    return !shot_ || quality.total >= shot_->quality.total + clearStep;
}

void BestShot::offer(Shot shot, StreamTime now)
{
    if (!wants(shot.quality))
        return;
    if (!shot_)
        firstAt_ = now;
    improvedAt_ = now;
    shot_ = std::move(shot);
}

std::optional<Shot> BestShot::release()
{
    return std::exchange(shot_, std::nullopt);
}

void BestShot::giveBack(Shot shot, StreamTime now)
{
    if (shot_ && shot_->quality.total > shot.quality.total)
        return;
    shot_ = std::move(shot);
    shot_->again = true;
    firstAt_ = improvedAt_ = now - nothingBetterFor;
}

bool BestShot::ripe(StreamTime now, StreamTime window) const
{
    if (!shot_)
        return false;
    return shot_->quality.total >= plainlyGoodShot || now - improvedAt_ >= nothingBetterFor ||
           now - firstAt_ >= window;
}

} // namespace ooto::core
