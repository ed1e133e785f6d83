// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/outbox.h"

#include "identify/debug.h"
#include "metadata/reports.h"
#include "system/text_encoding.h"

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

Outbox::Outbox(GstElement *element, Meeting &meeting, bool ownRegions)
    : element_(element),
      meeting_(meeting),
      elementName_(system::validUtf8(GST_OBJECT_NAME(element))),
      ownRegions_(ownRegions)
{
}

std::string Outbox::cameraName(const Settings &settings) const
{
    return settings.camera.empty() ? elementName_ : settings.camera;
}

metadata::ReportContext Outbox::context(const Settings &settings, const core::FrameShape &shape,
                                        std::shared_ptr<const metadata::Labels> labels) const
{
    metadata::ReportContext context;
    context.camera = cameraName(settings);
    context.facts = settings.facts;
    context.frame = shape;
    context.labels = std::move(labels);
    context.ownRegions = ownRegions_;
    return context;
}

void Outbox::push(const core::FaceBook::Events &events, const metadata::ReportContext &context)
{
    for (const core::FaceEvent &event : events) {
        auto report = metadata::faceReport(event, context);
        gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(element_),
                           gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, report.release()));
    }
}

void Outbox::pushDownstream()
{
    core::FaceBook::Events events;
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const metadata::Labels> labels;
    core::FrameShape shape;
    {
        auto shared = meeting_.shared.lock();
        events = std::exchange(shared->untold.downstream, {});
        settings = shared->settings;
        labels = shared->labels;
        shape = shared->shape;
    }
    push(events, context(*settings, shape, std::move(labels)));
}

void Outbox::post()
{
    bool first = true;
    for (;;) {
        Report report;
        std::shared_ptr<const Settings> settings;
        core::FrameShape shape;
        std::shared_ptr<const metadata::Labels> labels;
        {
            auto shared = meeting_.shared.lock();
            Untold &untold = shared->untold;
            if (first && untold.posting)
                return;
            first = false;
            untold.posting = !untold.reports.empty();
            if (!untold.posting) {
                meeting_.changed.notify_all();
                return;
            }
            report = std::move(untold.reports.front());
            untold.reports.pop_front();
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
            // The next thread that posts takes what is left.
            meeting_.shared.lock()->untold.posting = false;
            throw;
        }
    }
}

void Outbox::awaitPosted()
{
    post();
    auto shared = meeting_.shared.lock();
    meeting_.changed.wait_for(shared.waitable(), longestPosting, [&] {
        return !shared->untold.posting || shared->interrupted || shared->stopping;
    });
}

void Outbox::post(const core::FaceEvent &event, const Settings &settings,
                  const metadata::ReportContext &context)
{
    GST_DEBUG_OBJECT(element_, "track %d of visit %u: %s, %s, %s %s", event.face.trackId,
                     static_cast<unsigned>(event.face.visit), core::eventName(event.type).data(),
                     core::statusName(event.face.status).data(),
                     core::reasonName(event.face.reason).data(), templateOf(event.face));
    if (!settings.postMessages)
        return;
    auto report = metadata::faceReport(event, context);
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));
}

void Outbox::post(const core::ServiceState &state, const Settings &settings)
{
    const std::string name(core::conditionName(state.condition));
    auto report = metadata::serviceReport(state, cameraName(settings));
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

void Outbox::post(const Notice &notice, const Settings &settings)
{
    element::StructureHandle report = metadata::noticeReport(notice.text, cameraName(settings));
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));
    GST_INFO_OBJECT(element_, "%s", notice.text.c_str());
}

} // namespace ooto::identify
