// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/hidden_faces.h"

#include <algorithm>

namespace ooto::core
{

namespace
{

// Of the smaller one of two boxes in one frame: from there on one of the faces hides the other.
constexpr double hiddenShare = 0.3;

bool isInTheWay(const PlacedFace &a, const PlacedFace &b)
{
    // A person who was seen elsewhere meanwhile is not where the face was lost.
    const bool moved = a.name && b.name && *a.name == *b.name && a.missed != b.missed;
    const double smaller = std::min(a.box.area(), b.box.area());
    return moved || intersection(a.box, b.box).area() > hiddenShare * smaller;
}

bool isBehind(const PlacedFace &face, const PlacedFace &other)
{
    return face.missed != other.missed ? face.missed : face.box.area() < other.box.area();
}

} // namespace

std::vector<bool> hiddenFaces(const std::vector<PlacedFace> &faces)
{
    std::vector<bool> hidden(faces.size(), false);
    for (std::size_t i = 0; i < faces.size(); ++i) {
        for (std::size_t j = i + 1; j < faces.size(); ++j) {
            if (isInTheWay(faces[i], faces[j]))
                hidden[isBehind(faces[i], faces[j]) ? i : j] = true;
        }
    }
    return hidden;
}

} // namespace ooto::core
