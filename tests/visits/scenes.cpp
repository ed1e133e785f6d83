// SPDX-License-Identifier: LGPL-2.1-or-later
// Two people where it counts who is who; variants of them make the crowd only. Faces are 115 px and
// more wide unless their size is what the scene is about.
#include "visits/scenes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ooto::visits
{

namespace
{

using scene::Keyframe;
using scene::Role;
using scene::Script;
using scene::Visit;

constexpr const char *kWindow = "/usr/share/doc/facedetect/examples/640px-IceBlockNearJoekullsarlon"
                                ".jpg";

Role grace(std::vector<Visit> visits, std::vector<scene::Span> lookingAway = {})
{
    return {scene::graceHopper(), std::move(visits), std::move(lookingAway)};
}

Role eileen(std::vector<Visit> visits, std::vector<scene::Span> lookingAway = {})
{
    return {scene::eileenCollins(), std::move(visits), std::move(lookingAway)};
}

Script script(double durationS, std::vector<Role> roles)
{
    return {durationS, kWindow, std::move(roles)};
}

/** Straight and steady: at a third of the frame's width per second, as fast as the bar goes. */
Script walking()
{
    return script(9, {grace({{{0.4, -0.15, 0.45, 0.26}, {4.3, 1.15, 0.45, 0.26}}}),
                      eileen({{{4.6, 1.15, 0.44, 0.26}, {8.5, -0.15, 0.44, 0.26}}})});
}

Visit there(double fromS, double untilS, double x, double y, double size)
{
    return {{fromS, x, y, size}, {untilS, x, y, size}};
}

Script swaying()
{
    Visit visit{{0, 1.15, 0.45, 0.27}, {1.5, 0.6, 0.45, 0.27}};
    for (int i = 0; i < 8; ++i)
        visit.push_back({2.2 + 0.7 * i, i % 2 ? 0.6 : 0.48, i % 2 ? 0.45 : 0.47, 0.27});
    visit.push_back({9, 1.15, 0.45, 0.27});
    return script(9.5, {grace({visit})});
}

Script crossing()
{
    return script(8, {grace({{{0.4, -0.14, 0.45, 0.26}, {6.4, 1.14, 0.45, 0.26}}}),
                      eileen({{{0.8, 1.14, 0.45, 0.26}, {6.8, -0.14, 0.45, 0.26}}})});
}

Script crossingNearAndFar()
{
    return script(8, {grace({{{0.4, -0.14, 0.48, 0.36}, {6.0, 1.14, 0.48, 0.36}}}),
                      eileen({{{0.8, 1.14, 0.42, 0.23}, {6.8, -0.14, 0.42, 0.23}}})});
}

/** They come so close that they nearly touch or overlap, and each goes back where they came from.
 */
Script meeting()
{
    return script(9, {grace({{{0.4, -0.14, 0.45, 0.26},
                              {3.6, 0.44, 0.45, 0.26},
                              {4.4, 0.44, 0.45, 0.26},
                              {8.0, -0.14, 0.45, 0.26}}}),
                      eileen({{{0.4, 1.14, 0.45, 0.26},
                               {3.6, 0.53, 0.45, 0.26},
                               {4.4, 0.53, 0.45, 0.26},
                               {8.0, 1.14, 0.45, 0.26}}})});
}

/**
 * Walks past a pillar that hides most of the face (seven tenths and more) for 0.8 s, and stops
 * behind it for `stopS` more.
 */
Script pillar(double stopS)
{
    constexpr double kSpeed = 0.25; // widths per second
    constexpr double kHidden = 0.4; // s, from there to the middle
    constexpr double kMiddleS = 2.6;
    const double on = kMiddleS + stopS;
    Visit visit{{0, 0.5 - kSpeed * kMiddleS, 0.45, 0.26},
                {kMiddleS - kHidden, 0.5 - kSpeed * kHidden, 0.45, 0.26},
                {kMiddleS, 0.5, 0.45, 0.26}};
    if (stopS > 0)
        visit.push_back({on, 0.5, 0.45, 0.26});
    visit.push_back({on + kHidden, 0.5 + kSpeed * kHidden, 0.45, 0.26});
    visit.push_back({on + kMiddleS, 0.5 + kSpeed * kMiddleS, 0.45, 0.26});
    Script made = script(on + kMiddleS + 0.5, {grace({visit})});
    made.pillars = {{0.5, 0.19}};
    return made;
}

Script returning(double awayS)
{
    return script(10 + awayS,
                  {grace({{{0, -0.15, 0.45, 0.26}, {2, 0.4, 0.45, 0.26}, {4.5, -0.14, 0.45, 0.26}},
                          {{4.5 + awayS, -0.14, 0.45, 0.26},
                           {7 + awayS, 0.4, 0.45, 0.26},
                           {9.5 + awayS, 0.45, 0.45, 0.26}}})});
}

Script lookingAway()
{
    return script(11, {grace({{{0, 1.15, 0.46, 0.3}, {2, 0.4, 0.46, 0.3}, {11, 0.38, 0.46, 0.3}}},
                             {{5, 8.5}})});
}

/** Ten minutes at a desk; looks away for 3 and for 5.5 s in each of them, and never sits quite
 * still.
 */
Script sitting()
{
    constexpr double kLengthS = 600;
    Visit visit;
    for (int i = 0; i * 3.0 <= kLengthS; ++i)
        visit.push_back({i * 3.0, 0.5 + 0.025 * std::sin(1.7 * i), 0.5 + 0.012 * std::cos(2.9 * i),
                         0.36 + 0.02 * std::sin(0.8 * i)});
    std::vector<scene::Span> away;
    for (double minuteS = 0; minuteS < kLengthS; minuteS += 60) {
        away.push_back({minuteS + 20, minuteS + 23.5});
        away.push_back({minuteS + 45, minuteS + 51});
    }
    return script(kLengthS, {eileen({visit}, away)});
}

/** Comes up at the left edge, half cut off, sways along it, and steps in at last. */
Script edge()
{
    return script(10, {grace({{{0.5, -0.05, 0.6, 0.3},
                               {2.0, 0.015, 0.5, 0.3},
                               {3.5, 0.005, 0.42, 0.3},
                               {5.0, 0.02, 0.46, 0.3},
                               {6.5, 0.32, 0.46, 0.3},
                               {10.0, 0.4, 0.46, 0.3}}})});
}

/** Runs in with the shutter open for 1/25 s, stands for a second and a half, and runs out. */
Script blurred()
{
    Script made = script(7, {grace({{{0.4, -0.2, 0.45, 0.28},
                                     {1.6, 0.55, 0.45, 0.28},
                                     {2.0, 0.6, 0.45, 0.28},
                                     {3.6, 0.6, 0.45, 0.28},
                                     {5.0, 1.2, 0.45, 0.28}}})});
    made.shutterS = 0.04;
    return made;
}

Script dark()
{
    Script made = script(
        11, {grace({there(0, 11, 0.32, 0.46, 0.3)}),
             eileen({{{1, 1.15, 0.45, 0.26}, {4, 0.7, 0.45, 0.26}, {11, 0.66, 0.45, 0.26}}})});
    made.light = {{0, 0.1, 1.4, 3}, {4, 0.14, 1.4, 4}, {8, 0.9, 1.1, 3}};
    return made;
}

Script neighbours()
{
    return script(
        8, {grace({{{0, 0.40, 0.46, 0.28}, {4, 0.43, 0.46, 0.28}, {8, 0.42, 0.46, 0.28}}}),
            eileen({{{0, 0.58, 0.45, 0.28}, {4, 0.555, 0.45, 0.28}, {8, 0.57, 0.45, 0.28}}})});
}

/** Somebody knocks at the camera twice. */
Script jolt()
{
    Script made = script(
        9, {grace({there(0, 9, 0.35, 0.46, 0.27)}), eileen({there(0, 9, 0.65, 0.45, 0.25)})});
    made.camera = {{3.00, 0, 0},       {3.08, 0.07, -0.05}, {3.2, -0.04, 0.03}, {3.4, 0.03, 0.02},
                   {6.00, 0.03, 0.02}, {6.12, -0.09, 0.02}, {9.0, -0.09, 0.02}};
    return made;
}

Script empty()
{
    Script made = script(40, {});
    made.light = {{0, 1, 1, 2.5}};
    return made;
}

/** 35 px wide, below what is worth a photo (48 px). */
Script far()
{
    return script(9, {grace({{{0.5, 0.2, 0.40, 0.072}, {9, 0.8, 0.40, 0.073}}})});
}

/** Five rows of six, the nearer the larger; every third walks in later. */
Script crowd()
{
    // Blue, green, red; as different as faces still are found.
    const std::vector<cv::Vec3d> tints = {{1, 1, 1},        {1.5, 0.9, 0.75},  {0.6, 1.25, 0.85},
                                          {0.5, 0.8, 1.25}, {1.35, 0.75, 1.2}, {0.55, 0.55, 0.55},
                                          {1.25, 1.3, 0.7}, {0.45, 1.1, 1.15}};
    std::vector<Role> roles;
    for (int i = 0; i < 30; ++i) {
        Role role{i % 2 ? scene::eileenCollins() : scene::graceHopper(), {}};
        role.portrait.mirrored = (i / 2) % 2 == 1;
        role.portrait.tint = tints[static_cast<std::size_t>(i / 4) % tints.size()];
        role.portrait.name += " " + std::to_string(i / 2 + 1);
        const int row = i / 6;
        const double x = 0.1 + 0.155 * (i % 6) + 0.03 * (row % 2);
        const double y = 0.12 + 0.145 * row;
        const double size = 0.062 + 0.004 * row;
        if (i % 3 == 2)
            role.visits = {{{1.0 + 0.1 * i, x < 0.5 ? -0.1 : 1.1, y, size},
                            {3.0 + 0.1 * i, x, y, size},
                            {8.0, x + 0.005, y, size}}};
        else
            role.visits = {{{0, x, y, size}, {4, x + 0.01, y, size}, {8, x, y, size}}};
        roles.push_back(role);
    }
    return script(8, roles);
}

// Whose name it is. Real people before one camera are 0.65 to 0.75 alike in their colours, by
// vision/appearance.h, up to 0.92, and 0.95 to 1 in a uniform: so are these; see --details.

/** 0.75 alike. */
Role another(std::vector<Visit> visits)
{
    Role role{scene::dressedAs(scene::eileenCollins(), scene::graceHopper()), std::move(visits)};
    role.portrait.tint = {0.66, 0.95, 1.3};
    return role;
}

/** 0.90 alike. */
Role anotherAlike(std::vector<Visit> visits)
{
    Role role = another(std::move(visits));
    role.portrait.tint = {0.85, 1, 1.08};
    return role;
}

/** In the very uniform, hair and light of Grace Hopper. */
Role inUniform(std::vector<Visit> visits)
{
    return {scene::dressedAs(scene::eileenCollins(), scene::graceHopper()), std::move(visits)};
}

constexpr const char *kWall = "/usr/lib/python3/dist-packages/skimage/data/coffee.png";
constexpr double kInstantS = 0.001; // less than from picture to picture

/** From one time up to just before another. */
Visit stands(double fromS, double untilS, double x = 0.5, double size = 0.3)
{
    return there(fromS, untilS - kInstantS, x, 0.46, size);
}

Script cut(const std::vector<scene::Place> &places)
{
    Script made = script(8, {grace({stands(0, 4.1)}), another({stands(4.1, 8)})});
    made.places = places;
    return made;
}

Script switchAndBack()
{
    Script made =
        script(12, {grace({stands(0, 3), stands(6, 9)}), another({stands(3, 6), stands(9, 12)})});
    made.places = {{3, kWall}, {6, ""}, {9, kWall}};
    return made;
}

Script next(double gapS)
{
    return script(7 + gapS, {grace({stands(0, 3.1)}), another({stands(3.1 + gapS, 7 + gapS)})});
}

Script nextAlike(double gapS)
{
    return script(7 + gapS,
                  {grace({stands(0, 3.1)}), anotherAlike({stands(3.1 + gapS, 7 + gapS)})});
}

Script grey(Script made)
{
    made.grey = true;
    return made;
}

Script uniform(double gapS)
{
    return script(8 + gapS, {grace({stands(0, 4.1)}), inUniform({stands(4.1 + gapS, 8 + gapS)})});
}

/** The other one is there for less than an answer takes. */
Script briefly()
{
    return script(10, {grace({stands(0, 4.1), stands(5.1, 10)}), another({stands(4.1, 5.1)})});
}

/** In one uniform; the nearer one hides the other. */
Script crossingInUniform()
{
    return script(8, {grace({{{0.4, -0.14, 0.45, 0.27}, {6.4, 1.14, 0.45, 0.27}}}),
                      inUniform({{{0.8, 1.14, 0.45, 0.26}, {6.8, -0.14, 0.45, 0.26}}})});
}

Script slow()
{
    return script(36, {grace({stands(0, 11)}), another({stands(11, 23)}), grace({stands(23, 36)})});
}

Script slowUniform()
{
    return script(24, {grace({stands(0, 11)}), inUniform({stands(11, 24)})});
}

/** Who comes in the meantime is there when the picture goes on. */
Script stall(std::vector<scene::Span> frozen)
{
    Script made = script(10, {grace({stands(0, 5)}), another({stands(5, 10)})});
    made.frozen = std::move(frozen);
    return made;
}

Script aside()
{
    constexpr double kAside = 70.0 / 960;
    return script(
        9, {grace({stands(0, 3, 0.5, 0.26)}), another({stands(5, 9, 0.5 + kAside, 1.2 * 0.26)})});
}

/** Not quite still, as nobody is. */
Visit stays(double untilS, double x = 0.5)
{
    Visit visit;
    for (int i = 0; i * 1.5 <= untilS + 1.5; ++i)
        visit.push_back({i * 1.5, x + 0.008 * std::sin(1.7 * i), 0.46 + 0.006 * std::cos(2.9 * i),
                         0.3 + 0.006 * std::sin(0.8 * i)});
    return visit;
}

/** A lamp at one side is switched on and off. */
Script lamp()
{
    Script made = script(15, {grace({stays(15)})});
    bool on = false;
    for (double timeS = 2; timeS < 15; timeS += 1.5, on = !on) {
        const scene::Light dark{0, 0.6, 1, 2, 0};
        const scene::Light bright{0, 1.1, 1, 2, 0.35};
        for (const auto &[when, light] :
             {std::pair(timeS, on ? bright : dark), std::pair(timeS + 0.04, on ? dark : bright)}) {
            made.light.push_back(light);
            made.light.back().timeS = when;
        }
    }
    return made;
}

/** Up to twelve times a second, from a half to one. */
Script flicker()
{
    constexpr double kLengthS = 60;
    Script made = script(kLengthS, {grace({stays(kLengthS)})});
    for (int i = 0; i * 0.08 < kLengthS; ++i)
        made.light.push_back({i * 0.08, 0.75 + 0.25 * std::sin(37.0 * i * i), 1, 2});
    return made;
}

Script pan()
{
    Script made = script(10, {grace({stays(10, 0.42)}), eileen({stays(10, 0.62)})});
    made.camera = {{2, 0, 0}, {4, 0.2, 0.02}, {5, 0.2, 0.02}, {8, -0.25, -0.02}, {10, -0.25, 0}};
    return made;
}

} // namespace

std::vector<BenchScene> benchScenes()
{
    return {
        {"walking", "one after the other, straight, a third of the width per second", walking()},
        {"swaying", "comes in, sways to and fro, leaves", swaying()},
        {"crossing", "two of one size cross", crossing()},
        {"crossing-sizes", "a near and a far one cross", crossingNearAndFar()},
        {"meeting", "two meet and turn back", meeting()},
        {"pillar", "behind a pillar for 0.8 s", pillar(0)},
        {"pillar-long", "behind a pillar for 3 s", pillar(2.2)},
        {"returning", "leaves, returns after 3 s", returning(3)},
        {"returning-late", "leaves, returns after 20 s", returning(20)},
        {"looking-away", "shows the back of the head for 3 s", lookingAway()},
        {"sitting", "ten minutes in view, looks away twice a minute", sitting(), {480, 270}, 10},
        {"edge", "half cut off along the edge, then comes in", edge()},
        {"blurred", "blurred by motion, stands for a moment", blurred()},
        {"dark", "too dark at first", dark()},
        {"neighbours", "two whose crops overlap", neighbours()},
        {"jolt", "the camera is pushed twice", jolt()},
        {"empty", "nobody; noise", empty()},
        {"far", "one face that is too small", far()},
        {"cut", "cut to another at the same place, elsewhere", cut({{4.1, kWall}})},
        {"cut-same-room", "cut to another at the same place", cut({})},
        {"switch-and-back", "two cameras in turn", switchAndBack()},
        {"next-1", "leaves, another is there 1 s later", next(1)},
        {"next-3", "leaves, another is there 3 s later", next(3)},
        {"next-5", "leaves, another is there 5 s later", next(5)},
        {"next-alike", "leaves, another very alike 3 s later", nextAlike(3)},
        {"uniform", "another face in the same uniform", uniform(0)},
        {"uniform-next-1", "the same 1 s later", uniform(1)},
        {"grey", "grey: another is there 3 s later", grey(next(3))},
        {"grey-uniform", "grey: another face in the same uniform", grey(uniform(1))},
        {"slow", "a picture each 2 s, people change", slow(), {960, 540}, 0.5},
        {"slow-uniform", "the same in one uniform", slowUniform(), {960, 540}, 0.5},
        {"slow-stays",
         "a picture each 2 s, one stays",
         script(36, {grace({stays(36)})}),
         {960, 540},
         0.5},
        {"stall", "no picture for 2 s, then another", stall({}), {960, 540}, 25, {{4, 6}}},
        {"freeze", "a frozen picture for 2 s, then another", stall({{4, 6}})},
        {"aside", "another 2 s later, 70 px aside and larger", aside()},
        {"unknown-next-3",
         "two whom the service does not know",
         next(3),
         {960, 540},
         25,
         {},
         {},
         false,
         {"Grace Hopper", "Eileen Collins"}},
        {"briefly", "another for 1 s, and the first again", briefly()},
        {"outage",
         "the service is down while another comes",
         uniform(0),
         {960, 540},
         25,
         {},
         {{1, 5}},
         true},
        {"crossing-uniform", "two in one uniform cross", crossingInUniform()},
        {"light", "a lamp is switched on and off", lamp()},
        {"flicker", "a minute of flickering light", flicker(), {480, 270}, 12.5},
        {"pan", "the camera pans over two who stand", pan()},
        {"meet-grey", "two meet and turn back, in grey", grey(meeting())},
        {"demo", "the demo's clip", scene::demoScript()},
        {"crowd", "30 faces in 4K", crowd(), {3840, 2160}, 10},
    };
}

BenchScene benchScene(const std::string &name)
{
    std::vector<BenchScene> scenes = benchScenes();
    const auto found = std::find_if(scenes.begin(), scenes.end(),
                                    [&](const BenchScene &scene) { return scene.name == name; });
    return found == scenes.end() ? BenchScene{} : *found;
}

} // namespace ooto::visits
