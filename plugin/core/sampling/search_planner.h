// SPDX-License-Identifier: LGPL-2.1-or-later
// Where in a sample faces are looked for: a detector's time goes by the pixels it is given.
#pragma once

#include "core/base/box.h"
#include "core/base/frame_shape.h"
#include "core/base/frame_times.h"
#include "core/sampling/stillness.h"
#include "core/tracking/track_ids.h"

#include <optional>
#include <string>
#include <vector>

namespace ooto::core
{

/** A face that is followed, and where it must be in a sample. */
struct FaceToFind {
    TrackId track = 0;      ///< 0 where it is not believed yet
    Box expected;           ///< 0..1 of the frame; may reach beyond it
    StreamTime lastSeen{0}; ///< when it was seen last
    bool settled = false;   ///< answered, and no photo of it is wanted
    /** Settled, alone, and moves as expected: every second sample will do. */
    bool relaxed = false;
    /** Missed in the last sample that was searched at its place. */
    bool missed = false;
};

/** A part of the picture, and how large the detector is to see it. */
struct SearchWindow {
    Box area;       ///< 0..1 of the frame, inside of it
    PixelSize size; ///< px of the image that is searched, square pixels
};

struct SearchPlan;

/** For people who look into it. */
std::string toText(const SearchPlan &plan, const std::vector<FaceToFind> &faces);

/** A window as closely searched as the whole picture, of few sizes, that shows all of `area`. */
SearchWindow windowAround(const Box &area, const PixelSize &whole, double scale = 1);

/** Where faces are looked for in one sample. */
struct SearchPlan {
    bool whole = true; ///< the whole picture, at the detection size; else the windows
    std::vector<SearchWindow> windows;

    /** Whether a face there (0..1 of the frame) is found as far as it is in the frame. */
    bool covers(const Box &face) const;
    /** What was searched as closely as the whole picture would have been; 0..1 of the frame. */
    std::vector<Box> closely(const PixelSize &wholeSize) const;
};

/**
 * Looks for followed faces around where they must be, at what moved, and at the rest of the picture
 * piece by piece: all of it within two seconds. Where that costs as much as the whole picture, the
 * whole picture it is. Not thread-safe.
 */
class SearchPlanner
{
public:
    struct Sample {
        StreamTime time{0};
        PixelSize whole;      ///< the picture at the detection size, px
        MovedPatches moved;   ///< since each part was last searched
        bool unknown = false; ///< what is seen does not go on from the last sample
        /** Faces that are followed are looked for in windows: they look there as in all of it. */
        bool facesInWindows = true;
        /** How much of a face's size a photo of it shows on each side. */
        double photoMargin = 0;
    };

    /** To be called for each sample that is searched, in order. */
    SearchPlan plan(const Sample &sample, const std::vector<FaceToFind> &faces);
    /** The whole picture was searched after all. */
    void noteWhole();
    /** Another picture: the next plan is the whole. */
    void reset() { *this = {}; }

private:
    /** A square of blockPx of the detection image. */
    struct Block {
        StreamTime searched{0};
        std::optional<StreamTime> moved; ///< last, for no reason that is known
        bool due = false;                ///< moved since it was searched
        bool explained = false;          ///< by somebody who is followed
    };
    struct Stale {
        Box area;
        StreamTime since{0};
    };

    void fit(const Sample &sample);
    void noteMovement(const Sample &sample, const std::vector<FaceToFind> &faces);
    bool isExplained(const Box &block, const std::vector<FaceToFind> &faces) const;
    SearchPlan planWindows(const std::vector<FaceToFind> &faces);
    void lookAtMovement(SearchPlan &plan) const;
    void sweep(bool all, SearchPlan &plan);
    void lookForFaces(const std::vector<FaceToFind> &faces, SearchPlan &plan) const;
    SearchWindow windowFor(const FaceToFind &face) const;
    std::vector<Box> regionsOf(std::vector<bool> wanted) const;
    Box areaOf(int column, int row) const;
    Box withMargin(const Box &block) const;
    std::optional<Stale> staleIn(const PixelRect &tile, StreamTime before) const;
    double cost(const SearchPlan &plan) const;
    void noteSearched(const SearchPlan &plan);

    PixelSize whole_;
    double photoMargin_ = 0;
    StreamTime now_{0};
    std::optional<StreamTime> last_; ///< the sample before
    StreamTime step_{0};             ///< from that to this one
    int columns_ = 0;
    int rows_ = 0;
    std::vector<Block> blocks_; ///< row by row
    bool turn_ = false;         ///< faces that are relaxed, and movement, have their turn
    StreamTime coarse_{0};      ///< when the whole picture was last looked at for large faces
};

} // namespace ooto::core
