// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/report.h"

#include "metadata/face_fields.h"
#include "metadata/structure_json.h"
#include "system/iso_time.h"

namespace ooto::publish
{

namespace field = metadata::field;

element::StructureHandle statisticsStructure(const Statistics &statistics)
{
    element::StructureHandle stats(gst_structure_new_empty("ooto-publish-stats"));
    const auto set = [&](const char *name, std::uint64_t value) {
        gst_structure_set(stats.get(), name, G_TYPE_UINT64, static_cast<guint64>(value), nullptr);
    };
    set("events", statistics.events);
    set("sent", statistics.sent);
    set("acknowledged", statistics.acknowledged);
    set("retries", statistics.retries);
    set("rejected", statistics.rejected);
    set("expired", statistics.expired);
    set("dropped", statistics.dropped);
    set("photos-dropped", statistics.photosDropped);
    set("events-lost", statistics.eventsLost);
    set("spooled", statistics.spooled);
    set("spool-bytes", statistics.spoolBytes);
    set("in-flight", statistics.inFlight);
    gst_structure_set(stats.get(), "connected", G_TYPE_BOOLEAN, gboolean(statistics.connected),
                      nullptr);
    if (statistics.oldest)
        gst_structure_set(stats.get(), "oldest", G_TYPE_DOUBLE,
                          static_cast<double>(statistics.oldest->count()) / 1000, nullptr);
    if (statistics.rttMs)
        gst_structure_set(stats.get(), "rtt", G_TYPE_DOUBLE, *statistics.rttMs, nullptr);
    return stats;
}

element::StructureHandle stateStructure(const StateReport &report)
{
    element::StructureHandle structure(gst_structure_new(
        metadata::publishMessageName, field::uri, G_TYPE_STRING, report.uri.c_str(), field::state,
        G_TYPE_STRING, stateName(report.state.kind), field::since, G_TYPE_STRING,
        system::iso8601(report.since).c_str(), field::queued, G_TYPE_UINT64,
        static_cast<guint64>(report.queued), nullptr));
    if (!report.state.reason.empty())
        gst_structure_set(structure.get(), field::reason, G_TYPE_STRING,
                          report.state.reason.c_str(), nullptr);
    gst_structure_set(structure.get(), field::json, G_TYPE_STRING,
                      metadata::toJson(structure.get()).c_str(), nullptr);
    return structure;
}

} // namespace ooto::publish
