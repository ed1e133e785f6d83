// SPDX-License-Identifier: LGPL-2.1-or-later
// People who walk through a made picture, as a detector with jitter sees them, and their tracks.
#pragma once

#include "core/tracking/tracker.h"

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

inline core::Appearance spots(unsigned which)
{
    core::Appearance looks;
    std::mt19937 random(which + 1);
    for (auto &zone : looks.zones) {
        for (int spot = 0; spot < 4; ++spot)
            zone[random() % zone.size()] += 0.25F;
    }
    return looks;
}

/**
 * Hair, face and clothes of one of many people; the same each time. As alike as people in one room
 * are: 0.75 in the median, 0.9 at most.
 */
inline core::Appearance looksOf(unsigned who)
{
    core::Appearance looks = spots(9999);
    core::blend(looks, spots(7777), 0.5);
    core::blend(looks, spots(5555), 0.33);
    core::blend(looks, spots(who), 0.12);
    return looks;
}

/**
 * One sample of a person's face. Different people are 0.65 alike, by at most 0.72; the same person
 * 0.9 from sample to sample. @param noise 1 as usual; 2 is a face that turns and moves
 */
inline core::FaceTexturePtr textureOf(unsigned who, std::mt19937 &random, double noise = 1)
{
    constexpr std::size_t size = 512;
    std::normal_distribution<float> standard;
    const auto unit = [&](std::mt19937 &source) {
        core::FaceTexture::Vector vector(size);
        double sum = 0;
        for (float &value : vector)
            sum += std::pow(value = standard(source), 2);
        for (float &value : vector)
            value /= static_cast<float>(std::sqrt(sum));
        return vector;
    };
    std::mt19937 everybody(1);
    std::mt19937 person(1000 + who);
    const auto common = unit(everybody);
    const auto own = unit(person);
    const auto change = unit(random);
    auto texture = std::make_shared<core::FaceTexture>();
    texture->aligned = true;
    core::FaceTexture::Vector sample(size);
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
        sample[i] = static_cast<float>(std::sqrt(0.72) * common[i] + std::sqrt(0.28) * own[i] +
                                       noise * 0.33 * change[i]);
        sum += sample[i] * sample[i];
    }
    for (float &value : sample)
        value /= static_cast<float>(std::sqrt(sum));
    texture->variants.push_back(std::move(sample));
    return texture;
}

struct Person {
    std::function<std::optional<Box>(double seconds)> path; ///< nothing where out of sight
    std::optional<unsigned> looks = {};                     ///< see looksOf()
    std::function<bool(double seconds)> weak = [](double) { return false; };
    std::function<double(double seconds)> noise = [](double) { return 1.0; }; ///< see textureOf()
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

    void look(double time, const core::PictureChange &picture = {})
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
        const auto update = tracker.update(at(time), seen, rules, picture);
        took_ += std::chrono::steady_clock::now() - start;
        ++samples_;
        for (std::size_t o = 0; o < seen.size(); ++o) {
            if (update.trackOf[o])
                ids[who[o]].push_back(*update.trackOf[o]);
        }
        confirmed += update.confirmed.size();
        for (const auto &relinked : update.relinked)
            continues[relinked.id] = relinked.past;
        noteDoubts();
        for (std::size_t o = 0; o < seen.size(); ++o) {
            const auto *track = update.trackOf[o] ? tracker.find(*update.trackOf[o]) : nullptr;
            if (track && track->continuity.certain())
                certain[track->continuity.person().track * 1000 + track->continuity.person().number]
                    .insert(who[o]);
        }
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
    /** Whether an answer about one person would ever have been shown on another. */
    bool mistaken() const
    {
        return std::any_of(certain.begin(), certain.end(),
                           [](const auto &person) { return person.second.size() > 1; });
    }
    /** Tracks about which the service would be asked for a doubt. */
    std::set<TrackId> asked;

    /** Tracks that are in doubt now. */
    std::set<TrackId> inDoubt() const
    {
        std::set<TrackId> result;
        for (const auto &track : tracker.tracks()) {
            if (track.confirmed() && !track.continuity.certain())
                result.insert(track.id);
        }
        return result;
    }

    double microsecondsPerSample() const { return took_.count() / samples_; }

    core::Tracker tracker;
    core::TrackerRules rules;
    std::vector<std::vector<TrackId>> ids; ///< for each person, sample by sample
    std::size_t confirmed = 0;
    std::map<TrackId, TrackId> continues;
    std::vector<TrackId> doubted; ///< once for each doubt that is not proven wrong at once
    std::vector<TrackId> ended;
    /** Whom each of the tracker's persons was, while it was certain. */
    std::map<std::uint64_t, std::set<std::size_t>> certain;

private:
    void noteDoubts()
    {
        for (const TrackId id : inDoubt()) {
            if (!before_.contains(id))
                doubted.push_back(id);
            if (tracker.find(id)->continuity.mayAsk())
                asked.insert(id);
        }
        before_ = inDoubt();
    }

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
            core::blend(*seen.appearance, spots(1000 + random_() % 50), 0.02);
            seen.texture = textureOf(*person.looks, random_, person.noise(time));
        }
        return seen;
    }

    double wobble() { return jitter_ * standard_(random_); }

    std::vector<Person> people_;
    std::chrono::duration<double, std::micro> took_{0};
    int samples_ = 0;
    std::set<TrackId> before_; ///< in doubt after the last sample
    std::mt19937 random_{7};
    std::normal_distribution<double> standard_;
    double jitter_; ///< standard deviation, as a share of the box's size
};

} // namespace ooto::test
