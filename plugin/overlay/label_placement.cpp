// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/label_placement.h"

#include <utility>

namespace ooto::overlay
{

LabelPlacer::LabelPlacer(const core::Box &frame, std::vector<core::Box> faces, double gap)
    : frame_(frame), faces_(std::move(faces)), gap_(gap)
{
}

Placement LabelPlacer::placeLabel(std::size_t faceIndex, double width, double height, int lastSlot)
{
    const core::Box &face = faces_[faceIndex];
    const double above = face.y - gap_ - height;
    const double below = face.bottom() + gap_;
    const double flushRight = face.right() - width;
    const double right = face.right() + gap_;
    const double left = face.x - gap_ - width;
    const double low = face.bottom() - height;
    return best({{face.x, above, width, height},
                 {face.x, below, width, height},
                 {flushRight, above, width, height},
                 {flushRight, below, width, height},
                 {right, face.y, width, height},
                 {left, face.y, width, height},
                 {right, low, width, height},
                 {left, low, width, height},
                 // Inside, the chin is less of a loss than the eyes.
                 {face.centre().x - width / 2, low - 2 * gap_, width, height},
                 {face.centre().x - width / 2, face.y + 2 * gap_, width, height}},
                lastSlot);
}

Placement LabelPlacer::placeNotice(double width, double height, int lastSlot)
{
    const double right = frame_.right() - gap_ - width;
    const double middle = frame_.centre().x - width / 2;
    const double bottom = frame_.bottom() - gap_ - height;
    const double left = frame_.x + gap_;
    const double top = frame_.y + gap_;
    return best({{left, top, width, height},
                 {right, top, width, height},
                 {left, bottom, width, height},
                 {right, bottom, width, height},
                 {middle, top, width, height},
                 {middle, bottom, width, height}},
                lastSlot);
}

Placement LabelPlacer::best(std::vector<core::Box> slots, int lastSlot)
{
    Placement chosen;
    double least = 0;
    const auto consider = [&](int slot) {
        const core::Box box = clamped(slots[slot]);
        const double cost = covered(box);
        if (chosen.slot < 0 || cost < least) {
            chosen = {box, slot, overText(box) / box.area()};
            least = cost;
        }
    };
    const int count = static_cast<int>(slots.size());
    if (lastSlot >= 0 && lastSlot < count)
        consider(lastSlot);
    for (int slot = 0; slot < count && (chosen.slot < 0 || least > 0); ++slot)
        consider(slot);
    placed_.push_back(chosen.box);
    return chosen;
}

core::Box LabelPlacer::clamped(core::Box box) const
{
    box.x = std::max(frame_.x, std::min(box.x, frame_.right() - box.width));
    box.y = std::max(frame_.y, std::min(box.y, frame_.bottom() - box.height));
    return box;
}

double LabelPlacer::covered(const core::Box &box) const
{
    double area = 0;
    for (const core::Box &face : faces_)
        area += core::intersection(box, face).area();
    // Text over text is unreadable, and worse than text over a bit of a face.
    return area + 3 * overText(box);
}

double LabelPlacer::overText(const core::Box &box) const
{
    double area = 0;
    for (const core::Box &other : placed_)
        area += core::intersection(box, other).area();
    return area;
}

} // namespace ooto::overlay
