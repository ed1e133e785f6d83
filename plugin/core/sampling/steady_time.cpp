// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sampling/steady_time.h"

#include <algorithm>
#include <utility>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

/** How far a stamp may be off the expected one: decoders and networks jitter by less. */
constexpr StreamTime tolerance = 1s;
/** A slow stream's pictures come unevenly, too. */
constexpr int unevenness = 3;
/** Stamps closer together stand still: no camera takes ten thousand pictures a second. */
constexpr StreamTime noStep = 100us;
/** So many frames in a row agree about a jump ... */
constexpr int agreeing = 3;
/** ... or two that are so far apart in arrival. */
constexpr StreamTime agreeingFor = 500ms;
/** Pictures may be repeated once or twice with their stamp; not this often. */
constexpr unsigned standingStill = 5;
/** Of frames: how fast stamps and arrival go beside each other is known after that. */
constexpr unsigned pacedAfter = 8;
/** Per frame; a network that stalls for 2 s and makes it up is paced all the same. */
constexpr double fading = 1.0 - 1.0 / 64;

} // namespace

SteadyTime::Time SteadyTime::noteFrame(const Frame &frame)
{
    const StreamTime passed = noteArrival(frame.arrival);
    if (!now_) {
        now_ = frame.stamp.value_or(frame.begin);
        stamp_ = frame.stamp;
        jumpExpected_ = false; // by the first segment
        return {.now = *now_};
    }
    if (!frame.stamp) {
        const StreamTime step = frame.interval.value_or(passed);
        *now_ += step;
        if (stamp_)
            *stamp_ += step;
        return {.now = *now_};
    }
    const bool startsAnew = std::exchange(startsAnew_, false) || !stamp_;
    const bool jumpExpected = std::exchange(jumpExpected_, false);
    const bool explained = startsAnew || jumpExpected;
    if (!explained || (stamp_ && (isSame(*frame.stamp) || isPlausible(frame, passed))))
        return move(frame, passed);
    const StreamTime step = startsAnew ? 0ns : *frame.stamp + offset_ - *now_;
    return rebase(frame, std::max(passed, expectedStep(frame, passed)), step);
}

bool SteadyTime::isSame(StreamTime stamp) const
{
    return std::chrono::abs(stamp - *stamp_) < noStep;
}

SteadyTime::Time SteadyTime::move(const Frame &frame, StreamTime passed)
{
    const StreamTime step = *frame.stamp - *stamp_;
    const bool gapEnded = std::exchange(gapEnded_, false);
    if (isSame(*frame.stamp))
        return gapEnded ? Time{.now = *now_} : standStill(frame, passed);
    if (!isPlausible(frame, passed))
        return suspect(frame, passed);
    const StreamTime expected =
        still_ > 0 ? frame.interval.value_or(passed) : expectedStep(frame, passed);
    believe(*frame.stamp, passed, std::min(step, expected));
    return {.now = *now_};
}

void SteadyTime::believe(StreamTime stamp, StreamTime passed, StreamTime expected)
{
    const StreamTime step = stamp - *stamp_;
    learn(step / (1 + still_));
    stampSum_ = stampSum_ * fading + static_cast<double>(step.count());
    arrivalSum_ = arrivalSum_ * fading + static_cast<double>(passed.count());
    ++frames_;
    candidate_.reset();
    still_ = 0;
    stamp_ = stamp;
    // A frame that got an expected time before may have got a little too much of it.
    if (stamp + offset_ <= *now_)
        offset_ = *now_ + expected - stamp;
    now_ = stamp + offset_;
}

SteadyTime::Time SteadyTime::standStill(const Frame &frame, StreamTime passed)
{
    candidate_.reset();
    *now_ += frame.interval.value_or(passed);
    Time time{.now = *now_};
    if (++still_ >= standingStill - 1)
        time.standsStill = !std::exchange(stillTold_, true);
    return time;
}

SteadyTime::Time SteadyTime::suspect(const Frame &frame, StreamTime passed)
{
    const StreamTime stamp = *frame.stamp;
    if (candidate_ && goesOn(*candidate_, stamp, passed)) {
        candidate_->interval = stamp - candidate_->last;
        candidate_->last = stamp;
        ++candidate_->frames;
    } else {
        candidate_ = {stamp, frame.arrival, stamp + offset_ - *now_};
    }
    const StreamTime step = expectedStep(frame, passed);
    const bool stays = candidate_->frames >= agreeing ||
                       (candidate_->frames > 1 && frame.arrival - candidate_->since >= agreeingFor);
    if (stays)
        return rebase(frame, step, candidate_->step);
    *now_ += step;
    return {.now = *now_, .undecided = isFast()};
}

/** From here on the time line goes on by these stamps. @param step what `jumped` is judged by */
SteadyTime::Time SteadyTime::rebase(const Frame &frame, StreamTime passed, StreamTime step)
{
    const StreamTime interval = candidate_ ? candidate_->interval : 0ns;
    candidate_.reset();
    learnt_ = 0;
    if (interval >= noStep)
        learn(interval);
    still_ = 0;
    *now_ += passed;
    stamp_ = frame.stamp;
    offset_ = *now_ - *stamp_;
    return {.now = *now_, .jumped = std::chrono::abs(step) >= tolerance};
}

SteadyTime::Time SteadyTime::noteGap(const std::optional<StreamTime> &begin,
                                     const std::optional<StreamTime> &end, StreamTime arrival)
{
    noteArrival(arrival);
    if (!end)
        return {.now = now_.value_or(0ns)};
    const StreamTime length = begin ? std::max(*end - *begin, StreamTime{0}) : StreamTime{0};
    if (!now_) {
        now_ = stamp_ = *end;
        gapEnded_ = true;
        return {.now = *now_};
    }
    if (!stamp_) {
        now_ = std::max(*now_, *end);
        return {.now = *now_};
    }
    candidate_.reset();
    const StreamTime from = begin.value_or(*end) + offset_ - *now_;
    if (startsAnew_ || jumpExpected_ || from < -tolerance) {
        // Where it lies is not to be believed; that nothing came for so long is.
        *now_ += length;
        return {.now = *now_};
    }
    now_ = std::max(*now_, *end + offset_);
    // The next frame comes where the gap ends, and does not stand still by that.
    stamp_ = *now_ - offset_;
    gapEnded_ = true;
    return {.now = *now_};
}

void SteadyTime::startAnew()
{
    startsAnew_ = now_.has_value();
    candidate_.reset();
    still_ = 0;
}

/** @return how long after the frame before */
StreamTime SteadyTime::noteArrival(StreamTime arrival)
{
    const StreamTime passed = arrival_ ? std::max(arrival - *arrival_, StreamTime{0}) : 0ns;
    arrival_ = arrival;
    return passed;
}

/** A file, played faster than life: arrival says nothing of what passed. */
bool SteadyTime::isFast() const
{
    return frames_ >= pacedAfter && arrivalSum_ < stampSum_ / 2;
}

/** Frames come about as fast as they were taken. */
bool SteadyTime::isPaced() const
{
    return frames_ < pacedAfter || (!isFast() && arrivalSum_ < stampSum_ * 2);
}

bool SteadyTime::isPlausible(const Frame &frame, StreamTime passed) const
{
    const StreamTime step = *frame.stamp - *stamp_;
    if (step < noStep)
        return false;
    const auto usual = usualInterval(frame);
    if (!usual || step <= *usual + tolerance)
        return true;
    // Where stamps stood still they have to have caught up with the frames that were counted.
    const StreamTime slack = still_ >= standingStill ? unevenness * *usual : tolerance;
    const StreamTime ahead = *frame.stamp + offset_ - *now_;
    return ahead >= -slack &&
           ahead <= std::max({*usual + slack, unevenness * *usual, passed + slack});
}

bool SteadyTime::goesOn(const Candidate &candidate, StreamTime stamp, StreamTime passed) const
{
    const StreamTime step = stamp - candidate.last;
    // A slow stream's next picture is as far away as the one that was suspected.
    return step > -noStep &&
           (step <= tolerance || step <= passed + tolerance || step / 2 <= candidate.step);
}

std::optional<StreamTime> SteadyTime::usualInterval(const Frame &frame) const
{
    if (learnt_ == 0)
        return frame.interval;
    auto sorted = intervals_;
    const std::size_t count = std::min<std::size_t>(learnt_, sorted.size());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(count / 2);
    std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(count));
    return *middle;
}

/** What a frame whose stamp says nothing is later than the one before. */
StreamTime SteadyTime::expectedStep(const Frame &frame, StreamTime passed) const
{
    const auto usual = usualInterval(frame);
    if (!usual || (isPaced() && passed > *usual + tolerance))
        return passed;
    return *usual;
}

void SteadyTime::learn(StreamTime interval)
{
    intervals_[learnt_ % intervals_.size()] = interval;
    ++learnt_;
}

} // namespace ooto::core
