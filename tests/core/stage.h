// SPDX-License-Identifier: LGPL-2.1-or-later
// People who walk through a made picture, as a detector with jitter sees them, and their tracks.
#pragma once

#include "core/tracker.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace ooto::test
{

using core::Box;
using core::StreamTime;
using core::TrackId;

inline StreamTime at(double seconds)
{
    return std::chrono::duration_cast<StreamTime>(std::chrono::duration<double>(seconds));
}

/** A head in a 16:9 picture; x and y are of the centre. */
inline Box head(double x, double y, double width = 0.06)
{
    const double height = width * 1.2 * 16 / 9;
    return {x - width / 2, y - height / 2, width, height};
}

/** Hair, face and clothes of one of many people; the same each time. */
inline core::Appearance looksOf(unsigned who)
{
    core::Appearance looks;
    std::mt19937 random(who + 1);
    for (auto &zone : looks.zones) {
        for (int spot = 0; spot < 4; ++spot)
            zone[random() % zone.size()] += 0.25F;
    }
    return looks;
}

struct Person {
    std::function<std::optional<Box>(double seconds)> path; ///< nothing where out of sight
    std::optional<unsigned> looks = {};                     ///< see looksOf()
    std::function<bool(double seconds)> weak = [](double) { return false; };
};

/** Whoever is earlier in the list stands in front and hides those behind. */
class Stage
{
public:
    explicit Stage(std::vector<Person> people, double jitter = 0.025)
        : ids(people.size()), people_(std::move(people)), jitter_(jitter)
    {
    }

    void run(double from, double to, double interval = 0.2)
    {
        for (int sample = 0; from + sample * interval < to; ++sample)
            look(from + sample * interval);
    }

    void look(double time, const core::Point &cameraShift = {})
    {
        std::vector<core::Observation> seen;
        std::vector<std::size_t> who;
        std::vector<Box> shown;
        for (std::size_t i = 0; i < people_.size(); ++i) {
            const auto box = people_[i].path(time);
            if (!box)
                continue;
            const bool hidden = std::any_of(shown.begin(), shown.end(), [&](const Box &front) {
                return core::intersection(front, *box).area() > 0.35 * box->area();
            });
            shown.push_back(*box);
            if (hidden)
                continue;
            seen.push_back(observe(*box, people_[i], time));
            who.push_back(i);
        }
        const auto start = std::chrono::steady_clock::now();
        const auto update = tracker.update(at(time), seen, rules, cameraShift);
        took_ += std::chrono::steady_clock::now() - start;
        ++samples_;
        for (std::size_t o = 0; o < seen.size(); ++o) {
            if (update.trackOf[o])
                ids[who[o]].push_back(*update.trackOf[o]);
        }
        for (const auto &fresh : update.confirmed) {
            ++confirmed;
            if (fresh.continues)
                continues[fresh.id] = *fresh.continues;
        }
        doubted.insert(doubted.end(), update.doubted.begin(), update.doubted.end());
        ended.insert(ended.end(), update.ended.begin(), update.ended.end());
    }

    /** The tracks that a person had. */
    std::set<TrackId> tracksOf(std::size_t person) const
    {
        return {ids[person].begin(), ids[person].end()};
    }
    bool oneTrackEach() const
    {
        std::set<TrackId> all;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (tracksOf(i).size() != 1 || !all.insert(ids[i].front()).second)
                return false;
        }
        return true;
    }
    /** Whether a track was ever two people's without having been doubted. */
    bool mistaken() const
    {
        std::map<TrackId, std::set<std::size_t>> people;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            for (const TrackId id : ids[i])
                people[id].insert(i);
        }
        return std::any_of(people.begin(), people.end(), [&](const auto &track) {
            return track.second.size() > 1 &&
                   !std::count(doubted.begin(), doubted.end(), track.first);
        });
    }

    double microsecondsPerSample() const { return took_.count() / samples_; }

    core::Tracker tracker;
    core::TrackerRules rules;
    std::vector<std::vector<TrackId>> ids; ///< for each person, sample by sample
    std::size_t confirmed = 0;
    std::map<TrackId, TrackId> continues;
    std::vector<TrackId> doubted;
    std::vector<TrackId> ended;

private:
    core::Observation observe(const Box &box, const Person &person, double time)
    {
        core::Observation seen;
        const double width = box.width * (1 + wobble());
        const double height = box.height * (1 + wobble());
        seen.box = {box.centre().x + wobble() * box.width - width / 2,
                    box.centre().y + wobble() * box.height - height / 2, width, height};
        seen.weak = person.weak(time);
        seen.score = seen.weak ? 0.55 : 0.9;
        if (person.looks) {
            seen.appearance = looksOf(*person.looks);
            core::blend(*seen.appearance, looksOf(1000 + random_() % 50), 0.03);
        }
        return seen;
    }

    double wobble() { return jitter_ * standard_(random_); }

    std::vector<Person> people_;
    std::chrono::duration<double, std::micro> took_{0};
    int samples_ = 0;
    std::mt19937 random_{7};
    std::normal_distribution<double> standard_;
    double jitter_; ///< standard deviation, as a share of the box's size
};

} // namespace ooto::test
