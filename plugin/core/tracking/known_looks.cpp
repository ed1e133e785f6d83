// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tracking/known_looks.h"

#include "core/tracking/resemblance.h"

#include <algorithm>
#include <cmath>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

constexpr std::size_t mostSpread = 8;
constexpr std::size_t mostVouched = 4;
constexpr std::size_t mostRecent = 8;
constexpr std::size_t mostValues = 20;
constexpr StreamTime firstSpacing = 400ms;

void compare(const Look &known, const Look &seen, Resemblance &best)
{
    if (known.texture && seen.texture) {
        const bool aligned = known.texture->aligned && seen.texture->aligned;
        const double sameFrom = aligned ? sameTexture : sameTextureUnaligned;
        const double alike = textureSimilarity(*known.texture, *seen.texture);
        if (!best.texture || alike - sameFrom > *best.texture - best.sameFrom) {
            best.texture = alike;
            best.sameFrom = sameFrom;
            best.otherLight = known.light > 0 && seen.light > 0 &&
                              std::abs(std::log(seen.light / known.light)) > otherLight;
        }
    }
    if (const auto alike = likeness(known.colours, seen.colours))
        best.colours = std::max(best.colours.value_or(0), *alike);
}

template<typename Value>
void push(std::deque<Value> &values, Value value, std::size_t most)
{
    values.push_back(std::move(value));
    if (values.size() > most)
        values.pop_front();
}

/** What later ones are compared with is the first variant only; the others take half a megabyte. */
FaceTexturePtr kept(const FaceTexturePtr &texture)
{
    if (!texture || texture->variants.size() <= 1)
        return texture;
    return std::make_shared<const FaceTexture>(
        FaceTexture{texture->aligned, {texture->variants.front()}});
}

double medianOf(const std::deque<double> &values, double usual)
{
    if (values.empty())
        return usual;
    std::vector<double> sorted(values.begin(), values.end());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

} // namespace

Resemblance KnownLooks::toLooks(const Look &look) const
{
    Resemblance best;
    for (const Look &known : spread_)
        compare(known, look, best);
    for (const Look &known : vouched_)
        compare(known, look, best);
    if (!recent_.empty())
        compare(recent_.back(), look, best);
    return best;
}

Resemblance KnownLooks::toRecent(const Look &look) const
{
    Resemblance best;
    for (const Look &known : recent_)
        compare(known, look, best);
    return best;
}

void KnownLooks::learn(const Look &look, bool clear)
{
    if (look.tellsNothing())
        return;
    const Resemblance alike = toRecent(look);
    if (alike.texture)
        push(textures_, *alike.texture, mostValues);
    if (alike.colours)
        push(colours_, *alike.colours, mostValues);
    Look known = look;
    known.texture = kept(look.texture);
    push(recent_, known, mostRecent);

    if (!clear || (!spread_.empty() && look.time - spread_.back().time < spacing_))
        return;
    if (spread_.empty())
        spacing_ = firstSpacing;
    spread_.push_back(std::move(known));
    if (spread_.size() <= mostSpread)
        return;
    // Twice as far apart from now on.
    for (std::size_t i = 1; 2 * i < spread_.size(); ++i)
        spread_[i] = spread_[2 * i];
    spread_.resize((spread_.size() + 1) / 2);
    spacing_ *= 2;
}

void KnownLooks::vouch(const KnownLooks &same)
{
    for (const Look &look : same.spread_) {
        vouched_.push_back(look);
        if (vouched_.size() > mostVouched)
            vouched_.erase(vouched_.begin());
    }
    // What is normal from sample to sample is what it was before; what is compared with is new.
    recent_ = same.recent_;
}

bool KnownLooks::hasTextures() const
{
    return std::any_of(recent_.begin(), recent_.end(),
                       [](const Look &look) { return look.texture != nullptr; });
}

bool KnownLooks::proves(const Look &look, double moreAlike) const
{
    const Resemblance alike = toLooks(look);
    // Where looks were always very alike, a look as alike as other people's proves nothing.
    const double usual = medianOf(textures_, sameTexture) - textureDrop;
    if (!alike.texture || *alike.texture < std::max(alike.sameFrom, usual) + moreAlike)
        return false;
    return !alike.colours || *alike.colours >= sameColours || alike.otherLight;
}

bool KnownLooks::proves(const KnownLooks &other) const
{
    return std::any_of(other.recent_.begin(), other.recent_.end(),
                       [this](const Look &look) { return proves(look); });
}

bool KnownLooks::differs(const Look &look) const
{
    const Resemblance alike = toRecent(look);
    const double colours = alike.colours ? medianOf(colours_, usualColours) - *alike.colours : 0;
    if (!alike.texture)
        return colours >= dropOfBoth;
    const double texture = medianOf(textures_, usualTexture) - *alike.texture;
    const double drop = alike.sameFrom > sameTexture ? textureDropUnaligned : textureDrop;
    return *alike.texture < alike.sameFrom && (texture >= drop || texture + colours >= dropOfBoth);
}

} // namespace ooto::core
