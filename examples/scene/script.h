// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens in a synthetic scene, as plain data: who, from which photograph, where and when.
#pragma once

#include <opencv2/core/types.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace ooto::scene
{

/** Eyes, nose tip and corners of the mouth, the image's left one first. */
using Landmarks = std::array<cv::Point2d, 5>;

/** The face of somebody, in a photograph. */
struct FacePhoto {
    std::string file;
    Landmarks landmarksPx;
};

/** A photograph of one person, and where that person is in it. All places are photo pixels. */
struct Portrait {
    std::string name;
    std::string file;
    cv::Rect2d facePx; ///< brow to chin, as face detectors put their boxes
    /** Round head and shoulders, a few pixels off at most; closed along the photo's `cutRowPx`. */
    std::vector<cv::Point> outlinePx;
    int cutRowPx = 0; ///< the body is cut off here and prolonged downwards
    /** To make more people of one: left for right, and blue, green and red times these. */
    bool mirrored = false;
    cv::Vec3d tint{1, 1, 1};
    Landmarks landmarksPx{};
    /** Laid over this one's own from brow to chin, in its colours: another person in the same hair,
     * clothes and light. */
    std::optional<FacePhoto> otherFace = {};
};

/** Where a face is at one time. Lengths are shares of the frame, so that any frame size works. */
struct Keyframe {
    double timeS = 0;
    double x = 0;          ///< centre of the face, share of the frame's width; may lie outside
    double y = 0;          ///< centre of the face, share of the frame's height
    double faceHeight = 0; ///< share of the frame's height
};

/** One stay in the scene, in order of time: there from its first keyframe to its last. */
using Visit = std::vector<Keyframe>;

/** A length of time, from its first moment to its last. */
struct Span {
    double fromS = 0;
    double untilS = 0;
};

struct Role {
    Portrait portrait;
    std::vector<Visit> visits;
    /** Turned around, so that only hair is seen; turning takes `kTurningS` at both ends. */
    std::vector<Span> lookingAway = {};
};

/** From looking into the camera to showing the back of the head. */
inline constexpr double kTurningS = 0.4;

/** Stands in front of everybody, from the frame's top to the desk. */
struct Pillar {
    double x = 0; ///< centre, share of the frame's width
    double width = 0;
};

/** The light at one time; straight lines between, and the same before the first and after the last.
 */
struct Light {
    double timeS = 0;
    double gain = 1;  ///< of the picture's values
    double gamma = 1; ///< above 1: what is dark gets darker
    double noise = 0; ///< standard deviation of a sensor's noise, of 255, new in each frame
    /** A lamp at one side: by so much more at the picture's right edge, and less at its left. */
    double side = 0;
};

/** What is behind everybody from a time on. */
struct Place {
    double fromS = 0;
    std::string wallPhoto; ///< fills the frame, and there is no desk; empty: the hall
};

/** Where the camera looks at one time; between and beyond as for Light. */
struct CameraShift {
    double timeS = 0;
    double x = 0; ///< by how much the picture is moved, share of the frame's width
    double y = 0; ///< and height
};

struct Script {
    double durationS = 0;
    std::string windowPhoto; ///< what the backdrop's windows look out on; may be missing
    std::vector<Role> roles;
    double shutterS = 0; ///< time that each frame is exposed, from its own time on; 0: no blur
    std::vector<Pillar> pillars = {};
    std::vector<Light> light = {};
    std::vector<CameraShift> camera = {};
    std::vector<Place> places = {}; ///< in order of time; the hall before the first
    /** The picture stands still, and what happened meanwhile is seen after it. */
    std::vector<Span> frozen = {};
    bool grey = false;
};

/** Two portraits that Debian packages bring: facedetect and python3-skimage. */
Portrait graceHopper();
Portrait eileenCollins();
/** The one person in the other one's hair and clothes. */
Portrait dressedAs(const Portrait &face, const Portrait &clothes);

/**
 * Twenty seconds in which both of them enter, move, change size, cross the picture and each other,
 * leave, and come back.
 */
Script demoScript();

} // namespace ooto::scene
