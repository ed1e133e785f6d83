// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/statistics.h"

#include "metadata/histogram_structure.h"

#include <string>
#include <utility>

namespace ooto::identify
{

void Statistics::countFrameTime(std::chrono::duration<double> took)
{
    streamingUs.add(took.count() * 1e6);
    streaming.add(took.count());
}

void Statistics::countReply(const core::Reply &reply)
{
    --inFlight;
    bytesSent += reply.bytesSent;
    if (reply.outcome == core::Outcome::Answered)
        ++answers;
    else
        ++errors[reply.outcome];
    if (reply.outcome == core::Outcome::Cancelled)
        return;
    roundTripMs.add(static_cast<double>(reply.roundTrip.count()) / 1000);
    roundTrips.add(std::chrono::duration<double>(reply.roundTrip).count());
}

void Statistics::countRestart()
{
    ++errors[core::Outcome::Unreachable];
    ++requests;
    ++retries;
}

void Statistics::countCancelled()
{
    if (inFlight > 0)
        errors[core::Outcome::Cancelled] += std::exchange(inFlight, 0);
}

void Statistics::countVerdict(core::Status status)
{
    if (status == core::Status::Identified)
        ++matches;
    else if (status == core::Status::Unknown)
        ++unknown;
    else if (status == core::Status::Spoof)
        ++spoof;
}

void Statistics::countEnd(const core::FaceView &face)
{
    if (face.status == core::Status::Pending || face.status == core::Status::Unavailable)
        ++unanswered[face.reason];
}

element::StructureHandle Statistics::toStructure() const
{
    element::StructureHandle reasons(gst_structure_new_empty("unanswered"));
    for (const auto &[reason, count] : unanswered) {
        const std::string name(core::reasonName(reason));
        if (!name.empty())
            gst_structure_set(reasons.get(), name.c_str(), G_TYPE_UINT64, count, nullptr);
    }
    const double perVisit = visits ? static_cast<double>(requests) / visits : 0;
    element::StructureHandle errorCounts(gst_structure_new_empty("errors"));
    for (const auto &[outcome, count] : errors) {
        const std::string name(core::outcomeName(outcome));
        gst_structure_set(errorCounts.get(), name.c_str(), G_TYPE_UINT64, count, nullptr);
    }
    element::StructureHandle structure(gst_structure_new(
        "ooto-stats", "frames", G_TYPE_UINT64, frames, "samples", G_TYPE_UINT64, samples,
        "samples-skipped", G_TYPE_UINT64, samplesSkipped, "detections", G_TYPE_UINT64, detections,
        "detections-too-small", G_TYPE_UINT64, detectionsTooSmall, "analyses-failed", G_TYPE_UINT64,
        analysesFailed, "samples-still", G_TYPE_UINT64, samplesStill, "tracks", G_TYPE_UINT64,
        tracks, "visits", G_TYPE_UINT64, visits, "retries", G_TYPE_UINT64, retries,
        "requests-today", G_TYPE_UINT64, requestsToday, "requests", G_TYPE_UINT64, requests,
        "requests-per-visit", G_TYPE_DOUBLE, perVisit, "unanswered", GST_TYPE_STRUCTURE,
        reasons.get(), "answers", G_TYPE_UINT64, answers, "matches", G_TYPE_UINT64, matches,
        "unknown", G_TYPE_UINT64, unknown, "spoof", G_TYPE_UINT64, spoof, "errors",
        GST_TYPE_STRUCTURE, errorCounts.get(), "in-flight", G_TYPE_UINT, inFlight, "bytes-sent",
        G_TYPE_UINT64, bytesSent, "rtt-min-ms", G_TYPE_DOUBLE, roundTripMs.percentile(0),
        "rtt-mean-ms", G_TYPE_DOUBLE, roundTripMs.mean(), "rtt-p95-ms", G_TYPE_DOUBLE,
        roundTripMs.percentile(0.95), "rtt-max-ms", G_TYPE_DOUBLE, roundTripMs.percentile(1),
        "analysis-mean-ms", G_TYPE_DOUBLE, analysisMs.mean(), "analysis-wait-p50-ms", G_TYPE_DOUBLE,
        waitMs.percentile(0.5), "analysis-wait-p99-ms", G_TYPE_DOUBLE, waitMs.percentile(0.99),
        "streaming-p50-us", G_TYPE_DOUBLE, streamingUs.percentile(0.5), "streaming-p99-us",
        G_TYPE_DOUBLE, streamingUs.percentile(0.99), "round-trips", GST_TYPE_STRUCTURE,
        metadata::histogramStructure(roundTrips).get(), "streaming", GST_TYPE_STRUCTURE,
        metadata::histogramStructure(streaming).get(), nullptr));
    if (budgetLeft)
        gst_structure_set(structure.get(), "budget-left", G_TYPE_UINT64, *budgetLeft, nullptr);
    return structure;
}

} // namespace ooto::identify
