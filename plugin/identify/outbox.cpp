// SPDX-License-Identifier: LGPL-2.1-or-later
// What a stream tells, in order: on the bus, and downstream.
#include "identify/stream.h"

#include "identify/debug.h"
#include "metadata/reports.h"

#include <gst/base/gstbasetransform.h>

#include <utility>

namespace ooto::identify
{

namespace
{

constexpr std::chrono::milliseconds longestPosting{500};

const char *templateOf(const core::FaceView &face)
{
    return face.answer && face.answer->templateId ? face.answer->templateId->c_str() : "";
}

} // namespace

void IdentifyStream::take(Shared &shared, core::FaceBook::Events events, Told told)
{
    for (core::FaceEvent &event : events) {
        if (event.type == core::FaceEventType::New)
            ++shared.statistics.tracks;
        else if (event.type == core::FaceEventType::End)
            shared.statistics.countEnd(event.face);
        event.number = metadata::nextEventNumber();
        if (told == Told::OnBusAndDownstream) {
            event.sequence = ++*shared.told;
            shared.downstream.push_back(event);
        }
        shared.reports.emplace_back(std::move(event));
    }
}

void IdentifyStream::pushEvents(const core::FaceBook::Events &events, const Settings &settings,
                                const core::FrameShape &shape,
                                const std::shared_ptr<const metadata::Labels> &labels)
{
    for (const core::FaceEvent &event : events) {
        element::Handle<GstStructure> report =
            metadata::faceReport(event, context(settings, shape, labels));
        gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(element_),
                           gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, report.release()));
    }
}

/** *streaming*: what there is to tell downstream, where no buffer follows. */
void IdentifyStream::pushEvents()
{
    core::FaceBook::Events events;
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const metadata::Labels> labels;
    core::FrameShape shape;
    {
        auto shared = shared_.lock();
        events = std::exchange(shared->downstream, {});
        settings = shared->settings;
        labels = shared->labels;
        shape = shared->shape;
    }
    pushEvents(events, *settings, shape, labels);
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
        std::shared_ptr<const metadata::Labels> labels;
        {
            auto shared = shared_.lock();
            if (first && shared->posting)
                return;
            first = false;
            shared->posting = !shared->reports.empty();
            if (!shared->posting) {
                changed_.notify_all();
                return;
            }
            report = std::move(shared->reports.front());
            shared->reports.pop_front();
            settings = shared->settings;
            shape = shared->shape;
            labels = shared->labels;
        }
        try {
            if (const auto *event = std::get_if<core::FaceEvent>(&report))
                post(*event, *settings, context(*settings, shape, std::move(labels)));
            else if (const auto *notice = std::get_if<Notice>(&report))
                post(*notice, *settings);
            else
                post(std::get<core::ServiceState>(report), *settings);
        } catch (...) {
            // Whoever comes next posts what is left.
            shared_.lock()->posting = false;
            throw;
        }
    }
}

/**
 * *streaming*, at the end of the stream: until everything is posted, also what another thread is
 * at. Not for ever, since that thread may be in a handler of the application.
 */
void IdentifyStream::awaitReports()
{
    postReports();
    auto shared = shared_.lock();
    changed_.wait_for(shared.waitable(), longestPosting,
                      [&] { return !shared->posting || shared->interrupted || shared->stopping; });
}

void IdentifyStream::post(const core::FaceEvent &event, const Settings &settings,
                          const metadata::ReportContext &reportContext)
{
    GST_DEBUG_OBJECT(element_, "track %d of visit %u: %s, %s, %s %s", event.face.trackId,
                     static_cast<unsigned>(event.face.visit), core::eventName(event.type).data(),
                     core::statusName(event.face.status).data(),
                     core::reasonName(event.face.reason).data(), templateOf(event.face));
    if (!settings.postMessages)
        return;
    element::Handle<GstStructure> report = metadata::faceReport(event, reportContext);
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));
}

void IdentifyStream::post(const core::ServiceState &state, const Settings &settings)
{
    const std::string name(core::conditionName(state.condition));
    element::Handle<GstStructure> report = metadata::serviceReport(state, cameraName(settings));
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));

    if (state.condition == core::ServiceCondition::Ok)
        GST_INFO_OBJECT(element_, "the identify service answers");
    else if (state.condition == core::ServiceCondition::Degraded)
        GST_WARNING_OBJECT(element_, "the identify service is degraded: %s", state.reason.c_str());
    else
        GST_ELEMENT_WARNING(element_, RESOURCE, FAILED,
                            ("The identify service is %s: %s", name.c_str(), state.reason.c_str()),
                            ("The video goes on; faces stay pending until it answers."));
}

void IdentifyStream::post(const Notice &notice, const Settings &settings)
{
    element::Handle<GstStructure> report =
        metadata::noticeReport(notice.text, cameraName(settings));
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));
    GST_INFO_OBJECT(element_, "%s", notice.text.c_str());
}

} // namespace ooto::identify
