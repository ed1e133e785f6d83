// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/upstream_faces.h"

#include "metadata/face_fields.h"
#include "metadata/regions.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ooto::metadata
{

namespace
{

// Two boxes of one frame about the same face.
constexpr double sameBox = 0.7;
// Of the frame's box and of where the track is by its last sample.
constexpr double leastOverlap = 0.3;
// Between centres, in mean box sizes; as far as the tracker believes of one whose way it knows not.
constexpr double farthest = 1.5;

core::Box within(const core::PixelRect &visible, const core::Box &px)
{
    const core::Box there{px.x - visible.x, px.y - visible.y, px.width, px.height};
    return core::intersection(core::scaled(there, 1.0 / visible.width, 1.0 / visible.height),
                              {0, 0, 1, 1});
}

UpstreamFace fromRegion(GstVideoRegionOfInterestMeta *region, const core::PixelRect &visible)
{
    UpstreamFace face;
    face.region = region;
    face.box = within(visible, boxOf(region));
    if (const GstStructure *detection =
            gst_video_region_of_interest_meta_get_param(region, param::detection)) {
        double score = 0;
        if (gst_structure_get_double(detection, param::confidence, &score) && score >= 0 &&
            score <= 1)
            face.score = score;
    }
    if (const GstStructure *object =
            gst_video_region_of_interest_meta_get_param(region, param::objectId)) {
        gint id = 0;
        if (gst_structure_get_int(object, param::id, &id) && id > 0)
            face.objectId = static_cast<std::uint64_t>(id);
    }
    return face;
}

void addRegions(GstBuffer *buffer, const std::string &type, const core::PixelRect &visible,
                std::vector<UpstreamFace> &faces)
{
    const GQuark wanted = g_quark_try_string(type.c_str());
    for (GstVideoRegionOfInterestMeta *region : regionsOn(buffer)) {
        if (wanted != 0 && region->roi_type == wanted)
            faces.push_back(fromRegion(region, visible));
    }
}

void addObjects(GstBuffer *buffer, const std::string &type, const core::PixelRect &visible,
                std::vector<UpstreamFace> &faces)
{
    const std::size_t regions = faces.size();
    for (const AnalyticsObject &object : analyticsObjects(buffer, type)) {
        UpstreamFace face;
        face.box = within(visible, object.box);
        if (object.score >= 0 && object.score <= 1)
            face.score = object.score;
        face.objectId = object.objectId;
        face.object = object;
        const auto known = std::find_if(
            faces.begin(), faces.begin() + static_cast<std::ptrdiff_t>(regions),
            [&](const UpstreamFace &region) {
                const bool sameNumber = region.objectId && region.objectId == object.objectId;
                return !region.object && (sameNumber || core::iou(region.box, face.box) >= sameBox);
            });
        if (known == faces.begin() + static_cast<std::ptrdiff_t>(regions)) {
            faces.push_back(face);
            continue;
        }
        known->object = object;
        if (!known->objectId)
            known->objectId = object.objectId;
    }
}

/** Where somebody of this number may have gone since the last sample; farther off is another. */
bool isNear(const core::Box &box, const core::Box &other)
{
    return 2 * std::abs(box.centre().x - other.centre().x) <=
               farthest * (box.width + other.width) &&
           2 * std::abs(box.centre().y - other.centre().y) <=
               farthest * (box.height + other.height);
}

} // namespace

std::vector<UpstreamFace> upstreamFaces(GstBuffer *buffer, const std::string &type,
                                        const core::PixelRect &visible)
{
    std::vector<UpstreamFace> faces;
    addRegions(buffer, type, visible, faces);
    addObjects(buffer, type, visible, faces);
    std::set<std::uint64_t> numbers;
    std::erase_if(faces, [&numbers](const UpstreamFace &face) {
        return face.box.empty() || (face.objectId && !numbers.insert(*face.objectId).second);
    });
    return faces;
}

std::vector<const UpstreamFace *> matchFaces(const std::vector<core::FaceView> &faces,
                                             const std::vector<UpstreamFace> &upstream)
{
    struct Pair {
        std::size_t face;
        const UpstreamFace *upstream;
        double fit; ///< the overlap; above 1 for the same number, below 0 for none in common
    };
    const auto isNumberOf = [](const auto &all, const std::optional<std::uint64_t> &number) {
        return number && std::any_of(all.begin(), all.end(),
                                     [&](const auto &any) { return any.objectId == number; });
    };
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < faces.size(); ++i) {
        const core::FaceView &face = faces[i];
        for (const UpstreamFace &candidate : upstream) {
            // Who stopped is still where the last sample saw him.
            const double overlap = std::max(core::iou(face.box, candidate.box),
                                            core::iou(face.sampledBox, candidate.box));
            if (face.objectId != candidate.objectId) {
                if (overlap >= leastOverlap && !isNumberOf(upstream, face.objectId) &&
                    !isNumberOf(faces, candidate.objectId))
                    pairs.push_back({i, &candidate, overlap - 1});
            } else if (face.objectId) {
                if (isNear(face.box, candidate.box))
                    pairs.push_back({i, &candidate, overlap + 1});
            } else if (overlap >= leastOverlap) {
                pairs.push_back({i, &candidate, overlap});
            }
        }
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair &a, const Pair &b) { return a.fit > b.fit; });
    std::vector<const UpstreamFace *> matches(faces.size(), nullptr);
    for (const Pair &pair : pairs) {
        if (!matches[pair.face] &&
            std::find(matches.begin(), matches.end(), pair.upstream) == matches.end())
            matches[pair.face] = pair.upstream;
    }
    return matches;
}

} // namespace ooto::metadata
