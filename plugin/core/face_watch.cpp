// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/face_watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// Hair, shoulders and what is behind them tell of a cut, too.
constexpr double around = 0.25;
constexpr double sameFromFrameToFrame = 0.8;
// Over a gap a face that is alike is no proof: only a picture that practically stands still is.
constexpr double sameOverAGap = 0.95;
constexpr StreamTime longestStep = 500ms;
constexpr double leastDeviation = 1.5; ///< levels; less is one even colour

} // namespace

double patchSimilarity(const Patch &a, const Patch &b)
{
    const auto mean = [](const Patch &patch) {
        double sum = 0;
        for (const float value : patch.luma)
            sum += value;
        return sum / static_cast<double>(patch.luma.size());
    };
    const double meanA = mean(a);
    const double meanB = mean(b);
    double aa = 0;
    double bb = 0;
    double ab = 0;
    for (std::size_t i = 0; i < a.luma.size(); ++i) {
        const double x = a.luma[i] - meanA;
        const double y = b.luma[i] - meanB;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    const double even = leastDeviation * leastDeviation * static_cast<double>(a.luma.size());
    if (aa < even || bb < even)
        return aa < even && bb < even ? 1 : 0;
    return ab / std::sqrt(aa * bb);
}

void FaceWatch::noteSamples(const std::vector<WatchedFace> &faces)
{
    for (const WatchedFace &face : faces) {
        const auto place = places_.find(face.id);
        if (place != places_.end() && place->second.uncertainSince &&
            face.seenAt >= *place->second.uncertainSince)
            place->second.uncertainSince.reset();
    }
}

void FaceWatch::look(StreamTime now, const std::vector<WatchedFace> &faces, const Read &read)
{
    wantsSample_ = false;
    noteSamples(faces);
    std::map<TrackId, Place> places;
    for (const WatchedFace &face : faces) {
        const Box box = grown(face.box, around);
        Place place{read(box), box, now, std::nullopt};
        if (const auto before = places_.find(face.id); before != places_.end()) {
            const Place &last = before->second;
            place.uncertainSince = last.uncertainSince;
            const bool gap = now - last.at > longestStep;
            double alike = gap ? -1 : 1; // where it cannot be told
            if (place.patch && last.patch) {
                // The face moved on as expected, or stayed where it was.
                alike = patchSimilarity(*place.patch, *last.patch);
                if (const auto stayed = read(last.box))
                    alike = std::max(alike, patchSimilarity(*stayed, *last.patch));
            }
            if (alike < (gap ? sameOverAGap : sameFromFrameToFrame)) {
                place.uncertainSince = now;
                wantsSample_ = true;
            }
        }
        places.emplace(face.id, std::move(place));
    }
    places_ = std::move(places);
}

bool FaceWatch::anyUncertain() const
{
    return std::any_of(places_.begin(), places_.end(),
                       [](const auto &place) { return place.second.uncertainSince.has_value(); });
}

bool FaceWatch::isUncertain(TrackId id) const
{
    const auto place = places_.find(id);
    return place != places_.end() && place->second.uncertainSince.has_value();
}

} // namespace ooto::core
