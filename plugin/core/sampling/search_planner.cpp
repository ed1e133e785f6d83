// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sampling/search_planner.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace ooto::core
{

namespace
{

using namespace std::chrono_literals;

/** Twice the smallest face that is looked for, px of the detection image. */
constexpr int blockPx = 32;
/** What a search costs beside its pixels, in pixels: 0.5 ms, at 49 ns a pixel (YuNet). */
constexpr double searchPx = 10'000;
/** Beyond that share of the whole picture's cost the whole picture is searched. */
constexpr double worthIt = 0.8;
/** The sides of windows: few, since a network is set up anew for each. */
constexpr std::array sides = {64, 96, 128, 160, 192, 224, 256, 320, 384};
/** What is searched around a face, as a share of its size on each side. */
constexpr double aroundSettled = 0.4;
constexpr double around = 0.8;
constexpr double aroundMissed = 1.5;
/** Of a face less than that around it in the window, it may be cut off. */
constexpr double neededAround = 0.2;
/** A person, in widths and heights of the face's box around it: what moves there is that person. */
constexpr Box person{-1.5, -0.9, 4, 5.9};

/** All of the picture is searched within two seconds: what is due is begun a little before. */
constexpr StreamTime longestUnseen = 1800ms;
/** What moved is looked at for that long, as one may turn round who has just come. */
constexpr StreamTime staysHot = 1s;
/** Slower samples are all needed. */
constexpr StreamTime longestRelaxedStep = 300ms;
/** The longer side of the picture that is searched for large faces, px. */
constexpr int coarsePx = 320;
/** Faces up to that size are whole in one tile at least, px of the detection image. */
constexpr int tileOverlapPx = 64;
/** Larger images fall out of the processor's caches: twice the time per pixel. */
constexpr double mostTilePx = 200'000;

const Box wholeFrame{0, 0, 1, 1};

bool contains(const Box &outer, const Box &inner)
{
    constexpr double rounding = 1e-6;
    return inner.x >= outer.x - rounding && inner.y >= outer.y - rounding &&
           inner.right() <= outer.right() + rounding && inner.bottom() <= outer.bottom() + rounding;
}

Box unionOf(const Box &a, const Box &b)
{
    const double x = std::min(a.x, b.x);
    const double y = std::min(a.y, b.y);
    return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

bool meet(const Box &a, const Box &b)
{
    return !intersection(a, b).empty();
}

int nextSide(double px, int most)
{
    for (const int side : sides) {
        if (side >= px && side <= most)
            return side;
    }
    return std::min(most, static_cast<int>(std::ceil(px / blockPx)) * blockPx);
}

/** @param part in widths and heights of the face */
Box partAt(const Box &face, const Box &part)
{
    return {face.x + part.x * face.width, face.y + part.y * face.height, part.width * face.width,
            part.height * face.height};
}

struct Tiles {
    int columns = 1;
    int rows = 1;
};

/** As few pixels as possible, each tile small enough for the caches. */
Tiles tilesFor(const PixelSize &whole)
{
    Tiles best;
    double least = 0;
    for (int columns = 1; columns <= 8; ++columns) {
        for (int rows = 1; rows <= 8; ++rows) {
            const double width = (whole.width + (columns - 1) * tileOverlapPx) / double(columns);
            const double height = (whole.height + (rows - 1) * tileOverlapPx) / double(rows);
            const double cost = columns * rows * (searchPx + width * height);
            if (width * height > mostTilePx && columns * rows < 64)
                continue;
            if (least == 0 || cost < least) {
                least = cost;
                best = {columns, rows};
            }
        }
    }
    return best;
}

} // namespace

namespace
{

struct Span {
    int begin = 0;
    int size = 0;
};

/**
 * A part of `wholePx` that holds from..to, of one of the few sides. It begins at a multiple of what
 * the network's coarsest cells have, so that a face looks to it as it would in the whole picture.
 */
Span spanAround(double from, double to, int wholePx)
{
    for (double wanted = to - from;; wanted += blockPx) {
        const int side = nextSide(wanted, wholePx);
        if (side >= wholePx)
            return {0, wholePx};
        const auto cells = static_cast<int>(std::floor((from + to - side) / 2 / blockPx + 0.5));
        const int last = (wholePx - side + blockPx - 1) / blockPx;
        const int begin = std::clamp(cells, 0, last) * blockPx;
        const int size = std::min(side, wholePx - begin);
        if (begin <= std::max(0.0, from) + 0.5 &&
            begin + size >= std::min<double>(wholePx, to) - 0.5)
            return {begin, size};
    }
}

} // namespace

SearchWindow windowAround(const Box &area, const PixelSize &whole, double scale)
{
    const Box inside = intersection(area, wholeFrame);
    const Box &seen = inside.empty() ? area : inside;
    const double width = std::max(1.0, std::round(whole.width * scale));
    const double height = std::max(1.0, std::round(whole.height * scale));
    const Span x = spanAround(seen.x * width, seen.right() * width, static_cast<int>(width));
    const Span y = spanAround(seen.y * height, seen.bottom() * height, static_cast<int>(height));
    return {{x.begin / width, y.begin / height, x.size / width, y.size / height}, {x.size, y.size}};
}

bool SearchPlan::covers(const Box &face) const
{
    const Box inside = intersection(grown(face, neededAround), wholeFrame);
    return whole || inside.empty() ||
           std::any_of(windows.begin(), windows.end(),
                       [&](const SearchWindow &window) { return contains(window.area, inside); });
}

std::vector<Box> SearchPlan::closely(const PixelSize &wholeSize) const
{
    if (whole)
        return {wholeFrame};
    std::vector<Box> areas;
    for (const SearchWindow &window : windows) {
        if (window.size.width < 0.95 * window.area.width * wholeSize.width)
            continue;
        // Of a face at the edge a part is missing, but at the edge of the frame.
        Box inner = window.area;
        const auto trim = [](double &at, double &size, double by) {
            const double end = at + size < 1 - 1e-6 ? at + size - by : at + size;
            at = at > 1e-6 ? at + by : at;
            size = std::max(0.0, end - at);
        };
        trim(inner.x, inner.width, double(blockPx) / 2 / wholeSize.width);
        trim(inner.y, inner.height, double(blockPx) / 2 / wholeSize.height);
        if (!inner.empty())
            areas.push_back(inner);
    }
    return areas;
}

std::string toText(const SearchPlan &plan, const std::vector<FaceToFind> &faces)
{
    const auto relaxed = std::count_if(faces.begin(), faces.end(),
                                       [](const FaceToFind &face) { return face.relaxed; });
    std::string text =
        std::to_string(faces.size()) + " faces, " + std::to_string(relaxed) + " of them relaxed: ";
    if (plan.whole)
        return text + "all is searched";
    text += "in windows";
    for (const SearchWindow &window : plan.windows)
        text += " " + std::to_string(window.size.width) + "x" + std::to_string(window.size.height);
    return text;
}

SearchPlan SearchPlanner::plan(const Sample &sample, const std::vector<FaceToFind> &faces)
{
    fit(sample);
    step_ = last_ ? std::max<StreamTime>(sample.time - *last_, 0ns) : 0ns;
    const bool first = !last_;
    last_ = now_ = sample.time;
    photoMargin_ = sample.photoMargin;
    noteMovement(sample, faces);
    turn_ = !turn_ || faces.empty() || step_ > longestRelaxedStep;

    SearchPlan plan;
    if (!first && !sample.unknown && !sample.moved.all) {
        plan = planWindows(faces);
        const bool anyFace = std::any_of(faces.begin(), faces.end(), [&](const FaceToFind &face) {
            return std::any_of(plan.windows.begin(), plan.windows.end(),
                               [&](const auto &w) { return meet(w.area, face.expected); });
        });
        if (cost(plan) > worthIt * cost({}) || (anyFace && !sample.facesInWindows))
            plan = {};
    }
    noteSearched(plan);
    return plan;
}

void SearchPlanner::noteWhole()
{
    noteSearched({});
}

/** Makes the blocks anew where the picture has another size. */
void SearchPlanner::fit(const Sample &sample)
{
    if (whole_.width == sample.whole.width && whole_.height == sample.whole.height)
        return;
    *this = {};
    whole_ = sample.whole;
    columns_ = std::max(1, (whole_.width + blockPx - 1) / blockPx);
    rows_ = std::max(1, (whole_.height + blockPx - 1) / blockPx);
    blocks_.resize(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_));
}

Box SearchPlanner::areaOf(int column, int row) const
{
    return intersection({double(column) * blockPx / whole_.width,
                         double(row) * blockPx / whole_.height, double(blockPx) / whole_.width,
                         double(blockPx) / whole_.height},
                        wholeFrame);
}

/** Faces that begin in the block end in those around it, the smallest ones at least. */
Box SearchPlanner::withMargin(const Box &block) const
{
    const double x = double(blockPx) / whole_.width;
    const double y = double(blockPx) / whole_.height;
    return intersection({block.x - x, block.y - y, block.width + 2 * x, block.height + 2 * y},
                        wholeFrame);
}

bool SearchPlanner::isExplained(const Box &block, const std::vector<FaceToFind> &faces) const
{
    return std::any_of(faces.begin(), faces.end(), [&](const FaceToFind &face) {
        const Box around = partAt(face.expected, person);
        return !face.missed && intersection(around, block).area() > block.area() / 2;
    });
}

void SearchPlanner::noteMovement(const Sample &sample, const std::vector<FaceToFind> &faces)
{
    const MovedPatches &moved = sample.moved;
    for (Block &block : blocks_)
        block.due = moved.all;
    if (moved.all)
        return;
    for (int row = 0; row < moved.rows; ++row) {
        for (int column = 0; column < moved.columns; ++column) {
            const auto patch = static_cast<std::size_t>(row) * moved.columns + column;
            if (!moved.moved[patch])
                continue;
            const int x = (column + 1) * columns_ / (moved.columns + 1);
            const int y = (row + 1) * rows_ / (moved.rows + 1);
            blocks_[static_cast<std::size_t>(y) * columns_ + x].due = true;
        }
    }
    for (int row = 0; row < rows_; ++row) {
        for (int column = 0; column < columns_; ++column) {
            Block &block = blocks_[static_cast<std::size_t>(row) * columns_ + column];
            block.explained = block.due && isExplained(areaOf(column, row), faces);
            if (block.due && !block.explained)
                block.moved = now_;
        }
    }
}

SearchPlan SearchPlanner::planWindows(const std::vector<FaceToFind> &faces)
{
    SearchPlan plan;
    plan.whole = false;
    const bool anyMoved =
        std::any_of(blocks_.begin(), blocks_.end(), [](const Block &block) { return block.due; });
    lookAtMovement(plan);
    sweep(faces.empty() && !anyMoved, plan);
    lookForFaces(faces, plan);
    return plan;
}

void SearchPlanner::lookAtMovement(SearchPlan &plan) const
{
    std::vector<bool> wanted(blocks_.size());
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const Block &block = blocks_[i];
        const bool hot = turn_ && block.moved && now_ - *block.moved < staysHot;
        wanted[i] = !block.explained && (block.due || hot);
    }
    for (const Box &region : regionsOf(std::move(wanted)))
        plan.windows.push_back(windowAround(region, whole_));
}

/** Boxes around blocks next to each other, none of which meet; with the blocks around them. */
std::vector<Box> SearchPlanner::regionsOf(std::vector<bool> wanted) const
{
    std::vector<Box> regions;
    for (int row = 0; row < rows_; ++row) {
        for (int column = 0; column < columns_; ++column) {
            if (!wanted[static_cast<std::size_t>(row) * columns_ + column])
                continue;
            regions.push_back(withMargin(areaOf(column, row)));
        }
    }
    // Two that meet become one, until none do.
    for (bool again = true; again;) {
        again = false;
        for (std::size_t i = 0; i < regions.size(); ++i) {
            for (std::size_t k = regions.size(); k-- > i + 1;) {
                if (!meet(regions[i], regions[k]))
                    continue;
                regions[i] = unionOf(regions[i], regions[k]);
                regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(k));
                again = true;
            }
        }
    }
    return regions;
}

/** Of a tile, what was not searched since `before`: a box around it, and since when it was not. */
std::optional<SearchPlanner::Stale> SearchPlanner::staleIn(const PixelRect &tile,
                                                           StreamTime before) const
{
    std::optional<Stale> stale;
    for (int row = tile.y; row < tile.y + tile.height; ++row) {
        for (int column = tile.x; column < tile.x + tile.width; ++column) {
            const StreamTime searched =
                blocks_[static_cast<std::size_t>(row) * columns_ + column].searched;
            if (searched > before)
                continue;
            const Box block = withMargin(areaOf(column, row));
            stale = stale ? Stale{unionOf(stale->area, block), std::min(stale->since, searched)}
                          : Stale{block, searched};
        }
    }
    return stale;
}

/**
 * Looks at the tiles that were not searched for long.
 * @param all of these, else as many as it takes
 */
void SearchPlanner::sweep(bool all, SearchPlan &plan)
{
    const Tiles tiles = tilesFor(whole_);
    const int count = tiles.columns * tiles.rows;
    const double steps = step_ > 0ns ? double(longestUnseen.count()) / double(step_.count()) : 1;
    const int atOnce = all ? count : std::max(1, static_cast<int>(std::ceil(count / steps)));
    // So early that the last of them is not late.
    const StreamTime due =
        std::max<StreamTime>(step_, longestUnseen - (count + atOnce - 1) / atOnce * step_);
    std::vector<Stale> overdue;
    for (int row = 0; row < tiles.rows; ++row) {
        for (int column = 0; column < tiles.columns; ++column) {
            const int left = column * columns_ / tiles.columns;
            const int top = row * rows_ / tiles.rows;
            const PixelRect tile{left, top, (column + 1) * columns_ / tiles.columns - left,
                                 (row + 1) * rows_ / tiles.rows - top};
            if (const auto stale = staleIn(tile, now_ - due))
                overdue.push_back(*stale);
        }
    }
    std::stable_sort(overdue.begin(), overdue.end(),
                     [](const Stale &a, const Stale &b) { return a.since < b.since; });
    for (std::size_t i = 0; i < overdue.size() && i < static_cast<std::size_t>(atOnce); ++i)
        plan.windows.push_back(windowAround(overdue[i].area, whole_));
    if (count > 1 && now_ - coarse_ >= longestUnseen)
        plan.windows.push_back(windowAround(
            wholeFrame, whole_, double(coarsePx) / std::max(whole_.width, whole_.height)));
}

void SearchPlanner::lookForFaces(const std::vector<FaceToFind> &faces, SearchPlan &plan) const
{
    const auto isDue = [&](const FaceToFind &face) {
        return !face.relaxed || turn_ || now_ - face.lastSeen > 2 * step_ + step_ / 2;
    };
    std::vector<bool> wanted;
    for (const FaceToFind &face : faces)
        wanted.push_back(isDue(face));
    // Who is seen in part would be taken for somebody else: a window that touches a face has to
    // show all of it, or another one has to.
    for (bool again = true; again;) {
        again = false;
        for (std::size_t i = 0; i < faces.size(); ++i) {
            const bool touched =
                std::any_of(plan.windows.begin(), plan.windows.end(),
                            [&](const SearchWindow &w) { return meet(w.area, faces[i].expected); });
            if ((wanted[i] || touched) && !plan.covers(faces[i].expected)) {
                plan.windows.push_back(windowFor(faces[i]));
                again = true;
            }
        }
    }
}

SearchWindow SearchPlanner::windowFor(const FaceToFind &face) const
{
    double share = face.settled ? aroundSettled : std::max(around, photoMargin_ + neededAround);
    if (face.missed)
        share = aroundMissed;
    return windowAround(grown(face.expected, share), whole_);
}

double SearchPlanner::cost(const SearchPlan &plan) const
{
    const auto of = [](const PixelSize &size) {
        return searchPx + double(size.width) * double(size.height);
    };
    if (plan.whole)
        return of(whole_);
    double sum = 0;
    for (const SearchWindow &window : plan.windows)
        sum += of(window.size);
    return sum;
}

void SearchPlanner::noteSearched(const SearchPlan &plan)
{
    for (const Box &area : plan.closely(whole_)) {
        for (int row = 0; row < rows_; ++row) {
            for (int column = 0; column < columns_; ++column) {
                if (contains(area, areaOf(column, row)))
                    blocks_[static_cast<std::size_t>(row) * columns_ + column].searched = now_;
            }
        }
    }
    const bool coarse =
        plan.whole || std::any_of(plan.windows.begin(), plan.windows.end(),
                                  [](const SearchWindow &w) { return w.area == wholeFrame; });
    if (coarse)
        coarse_ = now_;
}

} // namespace ooto::core
