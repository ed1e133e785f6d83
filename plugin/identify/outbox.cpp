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

metadata::ReportContext Outbox::context(const Shared &shared) const
{
    metadata::ReportContext context;
    context.camera = cameraName(*shared.settings);
    context.facts = shared.settings->facts;
    context.frame = shared.shape;
    context.labels = shared.labels;
    context.ownRegions = ownRegions_;
    return context;
}

Downstream Outbox::take(Shared &shared) const
{
    Downstream downstream{.forgets = std::exchange(shared.untold.forgets, {}),
                          .events = std::exchange(shared.untold.downstream, {}),
                          .context = context(shared),
                          .attached = metadata::Attached::Nothing,
                          .service = shared.takeServiceNews(std::chrono::steady_clock::now())};
    if (shared.photoWishes.photos())
        downstream.attached = shared.photoWishes.frames() ? metadata::Attached::PictureAndFrame
                                                          : metadata::Attached::Picture;
    return downstream;
}

void Outbox::push(Downstream downstream)
{
    for (const metadata::ForgetRequest &request : downstream.forgets)
        push(metadata::forgetStructure(request));
    if (downstream.service)
        push(metadata::serviceReport(downstream.service->state, downstream.context.camera,
                                     downstream.service->calls));
    for (const core::FaceEvent &event : downstream.events)
        push(metadata::faceReport(event, downstream.context, downstream.attached));
}

void Outbox::push(element::StructureHandle structure)
{
    gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(element_),
                       gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, structure.release()));
}

void Outbox::pushDownstream()
{
    // In a line of its own: the lock is held to the end of the expression, and pushing calls out.
    const auto downstream = take(*meeting_.shared.lock());
    push(downstream);
}

void Outbox::post()
{
    bool first = true;
    for (;;) {
        Report report;
        metadata::ReportContext now;
        std::shared_ptr<const Settings> settings;
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
            now = context(*shared);
            settings = shared->settings;
        }
        try {
            if (const auto *event = std::get_if<core::FaceEvent>(&report))
                post(*event, now, *settings);
            else if (const auto *notice = std::get_if<Notice>(&report))
                post(*notice, now.camera);
            else
                post(std::get<core::ServiceState>(report), now.camera);
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

void Outbox::post(const core::FaceEvent &event, const metadata::ReportContext &context,
                  const Settings &settings)
{
    GST_DEBUG_OBJECT(element_, "track %d of visit %u: %s, %s, %s %s", event.face.trackId,
                     static_cast<unsigned>(event.face.visit), core::eventName(event.type).data(),
                     core::statusName(event.face.status).data(),
                     core::reasonName(event.face.reason).data(), templateOf(event.face));
    if (!settings.postMessages)
        return;
    post(metadata::faceReport(event, context,
                              settings.messagePhotos ? metadata::Attached::Sample
                                                     : metadata::Attached::Nothing));
}

void Outbox::post(const core::ServiceState &state, const std::string &camera)
{
    const std::string name(core::conditionName(state.condition));
    post(metadata::serviceReport(state, camera));

    if (state.condition == core::ServiceCondition::Ok)
        GST_INFO_OBJECT(element_, "the identify service answers");
    else if (state.condition == core::ServiceCondition::Degraded)
        GST_WARNING_OBJECT(element_, "the identify service is degraded: %s", state.reason.c_str());
    else
        GST_ELEMENT_WARNING(element_, RESOURCE, FAILED,
                            ("The identify service is %s: %s", name.c_str(), state.reason.c_str()),
                            ("The video goes on; faces stay pending until it answers."));
}

void Outbox::post(const Notice &notice, const std::string &camera)
{
    post(metadata::noticeReport(notice.text, camera));
    GST_INFO_OBJECT(element_, "%s", notice.text.c_str());
}

void Outbox::post(element::StructureHandle report)
{
    gst_element_post_message(element_,
                             gst_message_new_element(GST_OBJECT_CAST(element_), report.release()));
}

} // namespace ooto::identify
