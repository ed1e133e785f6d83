// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the elements' messages.
#include "report.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace ooto::demo
{

namespace
{

std::string text(const GstStructure *structure, const char *field)
{
    const char *value = gst_structure_get_string(structure, field);
    return value ? value : "";
}

std::optional<double> seconds(const GstStructure *structure, const char *field)
{
    guint64 time = GST_CLOCK_TIME_NONE;
    if (!gst_structure_get_uint64(structure, field, &time) || !GST_CLOCK_TIME_IS_VALID(time))
        return std::nullopt;
    return double(time) / GST_SECOND;
}

std::string fixed(double value, int digits)
{
    std::ostringstream out;
    out << std::fixed << std::setprecision(digits) << value;
    return out.str();
}

/** Columns that a terminal gives to UTF-8 text: close enough for names. */
std::size_t columns(const std::string &words)
{
    return static_cast<std::size_t>(g_utf8_strlen(words.c_str(), -1));
}

std::string padded(std::string words, std::size_t width)
{
    words.append(width > columns(words) ? width - columns(words) : 0, ' ');
    return words;
}

} // namespace

bool Report::open(const std::string &eventsFile)
{
    events_.open(eventsFile, std::ios::trunc);
    return events_.is_open();
}

void Report::take(const GstStructure *message)
{
    const bool isFace = gst_structure_has_name(message, "ooto-face");
    if (!isFace && !gst_structure_has_name(message, "ooto-service"))
        return;
    // Written at once: whoever follows the file sees people come and go.
    if (const char *json = gst_structure_get_string(message, "json"))
        events_ << json << std::endl;
    if (isFace)
        takeFace(message);
    else
        takeService(message);
}

void Report::takeFace(const GstStructure *face)
{
    guint64 id = 0;
    if (!gst_structure_get_uint64(face, "track-id", &id))
        return;
    TrackRecord &track = tracks_[id];
    const std::string type = text(face, "type");
    const auto now = seconds(face, "running-time");
    if (type == "new" && now)
        track.firstSeenS = *now;
    if (type == "answered" && now && !track.answeredS)
        track.answeredS = now;
    if (now)
        track.lastSeenS = std::max(track.lastSeenS, *now);

    track.trackId = id;
    track.status = text(face, "status");
    track.reason = text(face, "reason");
    const std::string name = text(face, "name");
    track.who = name.empty() ? text(face, "template-id") : name;
    double similarity = 0;
    if (gst_structure_get_double(face, "similarity", &similarity))
        track.similarity = similarity;
    track.calls = static_cast<unsigned>(numberIn(face, "attempts"));
}

void Report::takeService(const GstStructure *service)
{
    const std::string state = text(service, "state");
    if (state == "ok")
        return;
    const std::string reason = text(service, "reason");
    troubles_.push_back(reason.empty() ? state : state + ": " + reason);
}

std::vector<TrackRecord> Report::tracks() const
{
    std::vector<TrackRecord> result;
    for (const auto &[id, track] : tracks_)
        result.push_back(track);
    std::stable_sort(result.begin(), result.end(), [](const TrackRecord &a, const TrackRecord &b) {
        return a.firstSeenS < b.firstSeenS;
    });
    return result;
}

std::uint64_t numberIn(const GstStructure *structure, const char *field)
{
    const GValue *value = structure ? gst_structure_get_value(structure, field) : nullptr;
    GValue wide = G_VALUE_INIT;
    g_value_init(&wide, G_TYPE_UINT64);
    std::uint64_t result = 0;
    if (value && g_value_transform(value, &wide))
        result = g_value_get_uint64(&wide);
    g_value_unset(&wide);
    return result;
}

void printTable(std::ostream &out, const std::vector<TrackRecord> &tracks,
                const FrameCounts &counts, const GstStructure *stats)
{
    std::size_t width = 12;
    for (const TrackRecord &track : tracks)
        width = std::max(width, columns(track.who));

    out << '\n'
        << padded("track", 7) << padded("who", width + 2) << padded("status", 13)
        << padded("seen (s)", 16) << padded("similarity", 12) << "calls\n";
    for (const TrackRecord &track : tracks) {
        const std::string seen = fixed(track.firstSeenS, 1) + " - " + fixed(track.lastSeenS, 1);
        out << padded(std::to_string(track.trackId), 7)
            << padded(track.who.empty() ? "-" : track.who, width + 2) << padded(track.status, 13)
            << padded(seen, 16) << padded(track.similarity ? fixed(*track.similarity, 3) : "-", 12)
            << track.calls << (track.reason.empty() ? "" : "  (" + track.reason + ")") << '\n';
    }
    if (tracks.empty())
        out << "nobody was seen\n";
    out << '\n'
        << "calls made    " << numberIn(stats, "requests") << '\n'
        << "frames        " << counts.frames << " in " << fixed(counts.durationS, 1) << " s\n"
        << "frames late   " << counts.late << " (the slowest left " << fixed(counts.worstLagMs, 1)
        << " ms behind the clock)\n";
}

} // namespace ooto::demo
