// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/face_watch.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <utility>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

// From frame to frame, of faces in two clips at 12 frames a second (140 pairs of frames): heads
// that turn 0.88 and more, people of 20 px who walk up 0.74 and more. Another person at the same
// place, in the same clothes and before the same wall (made of two portraits): 0.53 to 0.61.
constexpr double sameFromFrameToFrame = 0.7;
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

namespace
{

/**
 * How alike it is where it fits best, near where it was or where it was expected: the nearest
 * places first, and no further than until it is alike enough.
 */
double searched(const Patch &before, const Box &last, const Box &expected, double enough,
                const FaceWatch::Read &read)
{
    constexpr double step = 0.12; // of the box
    constexpr int rings = 2;
    double best = -1;
    for (int ring = 0; ring <= rings; ++ring) {
        for (const Box &from : {expected, last}) {
            for (int y = -ring; y <= ring; ++y) {
                for (int x = -ring; x <= ring; ++x) {
                    if (std::max(std::abs(x), std::abs(y)) < ring)
                        continue; // an inner ring's
                    Box there = from;
                    there.x += x * step * from.width;
                    there.y += y * step * from.height;
                    if (const auto patch = read(there))
                        best = std::max(best, patchSimilarity(*patch, before));
                    if (best >= enough)
                        return best;
                }
            }
        }
    }
    return best;
}

} // namespace

void FaceWatch::look(StreamTime now, const std::vector<WatchedFace> &faces, const Read &read)
{
    wantsSample_ = false;
    noteSamples(faces);
    std::map<TrackId, Place> places;
    for (const WatchedFace &face : faces) {
        Place place{.patch = read(face.box), .box = face.box, .at = now, .uncertainSince = {}};
        if (const auto before = places_.find(face.id); before != places_.end()) {
            const Place &last = before->second;
            place.uncertainSince = last.uncertainSince;
            const bool gap = now - last.at > longestStep;
            const double enough = gap ? sameOverAGap : sameFromFrameToFrame;
            double alike = gap ? -1 : 1; // where it cannot be told
            if (place.patch && last.patch) {
                alike = patchSimilarity(*place.patch, *last.patch);
                // Not where it was expected: it may have stayed, or moved on otherwise.
                if (alike < enough && !gap)
                    alike = searched(*last.patch, last.box, face.box, enough, read);
                else if (const auto stayed = alike < enough ? read(last.box) : std::nullopt)
                    alike = std::max(alike, patchSimilarity(*stayed, *last.patch));
            }
            if (alike < enough) {
                place.uncertainSince = now;
                wantsSample_ = true;
            }
        }
        places.emplace(face.id, place);
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
