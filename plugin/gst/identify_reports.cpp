// SPDX-License-Identifier: LGPL-2.1-or-later
// What a stream hears from the network thread, and what it tells on the bus, in order.
#include "gst/identify_stream.h"

#include "gst/identify_debug.h"
#include "gst/reports.h"

namespace ooto::gst
{

void IdentifyStream::onReply(core::TrackId id, const core::Reply &reply)
{
    {
        auto shared = shared_.lock();
        shared->statistics.countReply(reply);
        core::FaceBook::Events events = shared->book.replied(id, reply, shared->latest);
        for (const core::FaceEvent &event : events)
            shared->statistics.countVerdict(event.face.status);
        take(*shared, std::move(events));
    }
    postReports();
}

void IdentifyStream::onServiceState(const core::ServiceState &state)
{
    {
        auto shared = shared_.lock();
        shared->service = state;
        shared->reports.emplace_back(state);
    }
    postReports();
}

void IdentifyStream::take(Shared &shared, core::FaceBook::Events events)
{
    for (core::FaceEvent &event : events) {
        if (event.type == core::FaceEventType::New)
            ++shared.statistics.tracks;
        if (shared.settings->postMessages)
            shared.reports.emplace_back(std::move(event));
    }
}

void IdentifyStream::postReports()
{
    // Posting calls into the application, so no lock may be held; yet the order must stand. So one
    // thread at a time posts, and takes along what others leave in the queue meanwhile.
    bool first = true;
    for (;;) {
        Report report;
        std::shared_ptr<const Settings> settings;
        core::FrameShape shape;
        {
            auto shared = shared_.lock();
            if (first && shared->posting)
                return;
            first = false;
            shared->posting = !shared->reports.empty();
            if (!shared->posting)
                return;
            report = std::move(shared->reports.front());
            shared->reports.pop_front();
            settings = shared->settings;
            shape = shared->shape;
        }
        if (const auto *event = std::get_if<core::FaceEvent>(&report))
            post(*event, *settings, shape);
        else
            post(std::get<core::ServiceState>(report), *settings);
    }
}

void IdentifyStream::post(const core::FaceEvent &event, const Settings &settings,
                          const core::FrameShape &shape)
{
    Handle<GstStructure> report = faceReport(event, context(settings, shape));
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));
}

void IdentifyStream::post(const core::ServiceState &state, const Settings &settings)
{
    const std::string name(core::conditionName(state.condition));
    Handle<GstStructure> report = serviceReport(state, cameraName(settings));
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));

    if (state.condition == core::ServiceCondition::Ok)
        GST_INFO_OBJECT(element_, "the identify service answers again");
    else if (state.condition == core::ServiceCondition::Degraded)
        GST_WARNING_OBJECT(element_, "the identify service is degraded: %s", state.reason.c_str());
    else
        GST_ELEMENT_WARNING(element_, RESOURCE, FAILED,
                            ("The identify service is %s: %s", name.c_str(), state.reason.c_str()),
                            ("The video goes on; faces stay pending until it answers."));
}

} // namespace ooto::gst
