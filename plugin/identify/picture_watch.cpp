// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/picture_watch.h"

#include "vision/scene_change.h"

#include <numeric>
#include <utility>

namespace ooto::identify
{

namespace
{

// A picture further back says nothing of a cut: people come and go meanwhile.
constexpr core::StreamTime longestComparison = std::chrono::milliseconds(500);
// But where all of a sudden something else was at a face's place, that was the cut.
constexpr core::StreamTime longestUrgent = std::chrono::seconds(5);

} // namespace

PictureWatch::PictureWatch(std::optional<std::chrono::seconds> stillInterval)
    : stillInterval_(stillInterval)
{
    if (stillInterval_)
        stillness_ = core::Stillness(*stillInterval_);
}

PictureWatch::Look PictureWatch::look(element::SampleFrame &sample, const Job &job, bool anyTrack)
{
    anew_ = std::exchange(epoch_, job.epoch) != job.epoch;
    if (anew_)
        lastPictureAt_.reset();
    Look look;
    look.change = compare(sample, job);
    // What an analysis that failed did not tell of.
    look.change.another |= untold_.another;
    look.change.gap |= untold_.gap;
    untold_ = look.change;
    look.search = mustSearch(sample, job, anyTrack, look.change);
    return look;
}

core::PictureChange PictureWatch::compare(element::SampleFrame &sample, const Job &job)
{
    core::PictureChange change;
    if (!sample.lumaGrid(vision::pictureGridSize, picture_) || picture_.empty())
        return change;
    const core::StreamTime now = job.times.runningTime;
    change.light = std::accumulate(picture_.luma.begin(), picture_.luma.end(), 0.0) /
                   static_cast<double>(picture_.luma.size());
    if (lastPictureAt_) {
        const bool recent =
            now - *lastPictureAt_ <= (job.urgent ? longestUrgent : longestComparison);
        const bool moved = picture_.luma != lastPicture_.luma;
        // A frozen picture tells nothing of what was there meanwhile.
        change.gap = moved && now - lastChangeAt_ > longestComparison;
        // Where time does not go on, the picture decides.
        if (recent || job.times.afterJump)
            change.another = vision::isAnotherPicture(lastPicture_, picture_);
        change.gap |= job.times.afterJump;
        if (moved)
            lastChangeAt_ = now;
    } else {
        lastChangeAt_ = now;
    }
    std::swap(lastPicture_, picture_);
    lastPictureAt_ = now;
    return change;
}

bool PictureWatch::mustSearch(element::SampleFrame &sample, const Job &job, bool anyTrack,
                              core::PictureChange &change)
{
    watching_ = false;
    const core::GridSize size = core::gridSize(sample.shape(), job.settings->minFaceSizePx);
    if (!stillInterval_ || !sample.lumaGrid(size, grid_))
        return true;
    watching_ = true;
    if (anew_)
        stillness_ = core::Stillness(*stillInterval_);
    const core::StreamTime now = job.times.runningTime;
    if (!stillness_.noteSample(now, grid_, anyTrack || change.another))
        return false;
    if (anyTrack && !change.another)
        change.shift = vision::pictureShift(lastGrid_, grid_).value_or(core::Point{});
    lastGrid_ = grid_;
    return true;
}

core::MovedPatches PictureWatch::moved() const
{
    return watching_ ? stillness_.moved() : core::MovedPatches{};
}

void PictureWatch::noteSearched(const Job &job, const std::vector<core::Box> &areas)
{
    if (watching_)
        stillness_.noteDetection(job.times.runningTime, grid_, areas);
}

} // namespace ooto::identify
