// SPDX-License-Identifier: LGPL-2.1-or-later
// What one person has looked like so far, and whether a face that is seen is theirs.
#pragma once

#include "core/base/frame_times.h"
#include "core/base/recent_values.h"
#include "core/tracking/appearance.h"
#include "core/tracking/face_texture.h"

#include <deque>
#include <optional>
#include <vector>

namespace ooto::core
{

/** What one sample shows of a face, for comparing it with others. */
struct Look {
    StreamTime time{0};
    FaceTexturePtr texture{};
    std::optional<Appearance> colours{};
    double light = 0; ///< mean luma of the picture, 0..255; 0: not known

    bool tellsNothing() const { return !texture && !colours; }
};

/** How alike a face is to what is known, each the best of several. */
struct Resemblance {
    std::optional<double> texture; ///< 0..1
    double sameFrom = 0;           ///< from which texture on it is the same face, see resemblance.h
    std::optional<double> colours; ///< 0..1
    bool otherLight = false;       ///< than that of the picture with the best texture
};

/** Not thread-safe. */
class KnownLooks
{
public:
    /**
     * A look that is certainly this person's.
     * @param clear nothing covers the face, and its detection is a strong one: worth comparing
     *              with later
     */
    void learn(const Look &look, bool clear);
    /** The looks of another, who turned out to be this person: an answer said so. */
    void vouch(const KnownLooks &same);

    bool empty() const { return recent_.empty(); }
    /** Whether the face itself was seen closely enough to be compared. */
    bool hasTextures() const;

    /** Whether the face is this person's, for sure. @param moreAlike than usual, by so much */
    bool proves(const Look &look, double moreAlike = 0) const;
    /** The same for any of the other's looks. */
    bool proves(const KnownLooks &other) const;
    /**
     * Whether the face is clearly less like this person's last looks than these were among each
     * other. @param look at most half a second after the last one
     */
    bool differs(const Look &look) const;

private:
    Resemblance toLooks(const Look &look) const;
    Resemblance toRecent(const Look &look) const;

    std::vector<Look> spread_;    ///< over the time that the person is in view
    StreamTime spacing_{0};       ///< between these, at least
    std::vector<Look> vouched_;   ///< an answer said that they are this person's
    std::deque<Look> recent_;     ///< the last ones, the newest last
    std::deque<double> textures_; ///< how alike the last ones were to those before
    std::deque<double> colours_;
};

} // namespace ooto::core
