// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/score.h"

#include <algorithm>
#include <cstdio>

namespace ooto::visits
{

namespace
{

constexpr double kSameFace = 0.3; // IoU from which a box is on a face
// Of two who are both there, a box is held against its name only where it is plain on whom it lies:
constexpr double kSurelySame = 0.4; // so far it covers the face …
constexpr double kAhead = 0.1;      // … and so much less that of its name
constexpr double kUsableS = 0.4;    // so long a face must be usable in all, to be missed

core::Box wholeBox(const TrueFace &face)
{
    return face.foundBox.empty() ? face.madeBox : face.foundBox;
}

} // namespace

void Score::add(const Score &other)
{
    stays += other.stays;
    visits += other.visits;
    usableVisits += other.usableVisits;
    usableStays += other.usableStays;
    missed += other.missed;
    wrongFrames += other.wrongFrames;
    wrongCases += other.wrongCases;
    rightFrames += other.rightFrames;
    withheldFrames += other.withheldFrames;
    inheritedFrames += other.inheritedFrames;
    unasked += other.unasked;
    ghostFrames += other.ghostFrames;
    trueBoxes += other.trueBoxes;
    shownBoxes += other.shownBoxes;
    iouSum += other.iouSum;
    answersS.insert(answersS.end(), other.answersS.begin(), other.answersS.end());
}

void ScoreKeeper::frame(const FrameTruth &truth, const std::vector<ShownFace> &shown,
                        const std::set<std::string> &asked)
{
    for (const TrueFace &face : truth.faces) {
        Stay &stay = stays_[{face.person, face.stay}];
        if (!face.usable)
            continue;
        ++stay.usableFrames;
        if (stay.firstUsableS < 0)
            stay.firstUsableS = truth.timeS;
    }
    compareBoxes(truth, shown);
    compareNames(truth, shown, asked);
}

/** Each box on the face that it covers best, each face once. */
void ScoreKeeper::compareBoxes(const FrameTruth &truth, const std::vector<ShownFace> &shown)
{
    struct Pair {
        double iou;
        std::size_t face;
        std::size_t box;
    };
    std::vector<Pair> pairs;
    for (std::size_t f = 0; f < truth.faces.size(); ++f) {
        const core::Box box = trueBox(truth.faces[f], boxes_);
        if (box.empty())
            continue;
        ++score_.trueBoxes;
        for (std::size_t s = 0; s < shown.size(); ++s) {
            if (const double iou = core::iou(box, shown[s].box); iou > 0)
                pairs.push_back({iou, f, s});
        }
    }
    std::sort(pairs.begin(), pairs.end(),
              [](const Pair &a, const Pair &b) { return a.iou > b.iou; });
    std::set<std::size_t> faces;
    std::set<std::size_t> boxes;
    for (const Pair &pair : pairs) {
        if (faces.contains(pair.face) || boxes.contains(pair.box))
            continue;
        faces.insert(pair.face);
        boxes.insert(pair.box);
        score_.iouSum += pair.iou;
        ++score_.shownBoxes;
    }
}

void ScoreKeeper::compareNames(const FrameTruth &truth, const std::vector<ShownFace> &shown,
                               const std::set<std::string> &asked)
{
    for (const ShownFace &box : shown) {
        const TrueFace *on = nullptr;
        double most = 0;
        double ofItsName = 0;
        for (const TrueFace &face : truth.faces) {
            const double iou = core::iou(wholeBox(face), box.box);
            if (face.person == box.name)
                ofItsName = std::max(ofItsName, iou);
            if (iou > most) {
                most = iou;
                on = &face;
            }
        }
        if (most < kSameFace) {
            const bool touches = most > 0.1;
            score_.ghostFrames += !touches;
            continue;
        }
        if (!box.name.empty()) {
            countNamed(truth, box, *on, most, ofItsName);
            continue;
        }
        score_.withheldFrames += stays_[{on->person, on->stay}].namedS >= 0;
        score_.inheritedFrames += box.unknown && !asked.contains(on->person);
    }
}

/** A name of somebody who is not there is wrong on any face, from the first frame on. */
void ScoreKeeper::countNamed(const FrameTruth &truth, const ShownFace &box, const TrueFace &face,
                             double overlap, double overlapOfItsName)
{
    if (face.person == box.name) {
        ++score_.rightFrames;
        Stay &stay = stays_[{face.person, face.stay}];
        if (stay.namedS < 0)
            stay.namedS = truth.timeS;
        return;
    }
    const bool isThere = overlapOfItsName > 0;
    if (isThere && (overlap < kSurelySame || overlap <= overlapOfItsName + kAhead))
        return;
    ++score_.wrongFrames;
    WrongCase &wrong =
        wrong_["track " + std::to_string(box.track) + " says " + box.name + ", is " + face.person];
    if (wrong.frames++ == 0)
        wrong.firstS = truth.timeS;
}

Score ScoreKeeper::score(const std::set<std::string> &asked) const
{
    Score score = score_;
    score.wrongCases = wrong_.size();
    std::set<std::string> people;
    std::set<std::string> usable;
    for (const auto &[who, stay] : stays_) {
        ++score.stays;
        people.insert(who.first);
        if (double(stay.usableFrames) < kUsableS * framesPerSecond_)
            continue;
        ++score.usableStays;
        usable.insert(who.first);
        if (stay.namedS < 0)
            ++score.missed;
        else
            score.answersS.push_back(stay.namedS - stay.firstUsableS);
    }
    // No scene is so long that a person comes back after `visit-timeout` (120 s).
    score.visits = people.size();
    score.usableVisits = usable.size();
    for (const std::string &person : usable)
        score.unasked += !asked.contains(person);
    return score;
}

std::vector<std::string> ScoreKeeper::wrongCases() const
{
    std::vector<std::string> cases;
    for (const auto &[what, wrong] : wrong_) {
        char where[64];
        std::snprintf(where, sizeof where, ": %zu frames from %.2f s on", wrong.frames,
                      wrong.firstS);
        cases.push_back(what + where);
    }
    return cases;
}

} // namespace ooto::visits
