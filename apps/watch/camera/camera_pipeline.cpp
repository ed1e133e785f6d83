// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/camera_pipeline.h"

#include "camera/hand_over.h"
#include "camera/memory_download.h"
#include "camera/recordings.h"
#include "camera/trouble_text.h"
#include "config/launch_tail.h"
#include "config/property.h"
#include "element/frame_clock.h"

#include <string_view>
#include <utility>

namespace ooto::watch
{

namespace
{

using namespace std::chrono_literals;

/** A clock's offset is read no more often. */
constexpr auto clockReading = 1s;

bool isOurs(const GstStructure *structure)
{
    return structure && std::string_view(gst_structure_get_name(structure)).starts_with("ooto-");
}

bool isVideoDecoder(GstElement *element)
{
    GstElementFactory *factory = gst_element_get_factory(element);
    return factory &&
           gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER |
                                                         GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO |
                                                         GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE);
}

bool waitsForAnswers(const CameraConfig &config)
{
    for (const Setting &setting : config.identify) {
        if (setting.property == "backpressure")
            return g_ascii_strcasecmp(setting.value.reveal(), "true") == 0;
    }
    return false;
}

} // namespace

/** What the bus has; it may have it after all else is gone. */
class CameraPipeline::Reporter
{
public:
    Reporter(CameraConfig config, std::shared_ptr<Mailbox> mailbox, std::uint64_t number)
        : config_(std::move(config)), mailbox_(std::move(mailbox)), number_(number)
    {
    }

    void setSource(const std::shared_ptr<CameraSource> &source) { *source_.lock() = source; }

    void tell(Mail::Kind kind, std::string text = {})
    {
        mailbox_->post(
            {.pipeline = number_, .kind = kind, .text = std::move(text), .structure = nullptr});
    }

    void note(GstMessage *message)
    {
        switch (GST_MESSAGE_TYPE(message)) {
        case GST_MESSAGE_ERROR:
            tell(Mail::Kind::Failure, textOf(message));
            break;
        case GST_MESSAGE_WARNING:
            tell(Mail::Kind::Trouble, textOf(message));
            break;
        case GST_MESSAGE_EOS:
            tell(Mail::Kind::EndOfStream);
            break;
        case GST_MESSAGE_ELEMENT:
            noteElementMessage(gst_message_get_structure(message));
            break;
        default:
            break;
        }
    }

private:
    std::string textOf(GstMessage *message)
    {
        TroubleScene scene;
        if (const auto source = source_.lock()->lock()) {
            scene.isSource = source->has(GST_MESSAGE_SRC(message));
            scene.sawNoVideo = source->sawNoVideo();
        }
        scene.missingCodec = *missingCodec_.lock();
        return troubleText(message, config_, scene);
    }

    void noteElementMessage(const GstStructure *structure)
    {
        if (isOurs(structure)) {
            mailbox_->post({.pipeline = number_,
                            .kind = Mail::Kind::Message,
                            .text = {},
                            .structure = element::StructureHandle(gst_structure_copy(structure))});
        } else if (structure && gst_structure_has_name(structure, "missing-plugin")) {
            const char *name = gst_structure_get_string(structure, "name");
            *missingCodec_.lock() = name ? name : "";
        }
    }

    const CameraConfig config_;
    const std::shared_ptr<Mailbox> mailbox_;
    const std::uint64_t number_;
    core::Guarded<std::weak_ptr<CameraSource>> source_;
    core::Guarded<std::string> missingCodec_;
};

core::Expected<std::shared_ptr<CameraPipeline>, std::string>
CameraPipeline::build(const CameraConfig &config, const std::vector<TargetConfig> &targets,
                      std::shared_ptr<Mailbox> mailbox, std::uint64_t number)
{
    std::shared_ptr<CameraPipeline> built(new CameraPipeline(config, std::move(mailbox), number));
    std::string trouble = built->assemble(config, targets);
    if (!trouble.empty())
        return withoutSecrets(trouble, config);
    HandOver::give();
    return built;
}

CameraPipeline::CameraPipeline(const CameraConfig &config, std::shared_ptr<Mailbox> mailbox,
                               std::uint64_t number)
    : number_(number),
      mailbox_(std::move(mailbox)),
      reporter_(std::make_shared<Reporter>(config, mailbox_, number)),
      pipeline_(static_cast<GstElement *>(gst_object_ref_sink(gst_pipeline_new(nullptr))))
{
    const system::ObjectHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(
        bus.get(), onMessage, new std::shared_ptr<Reporter>(reporter_),
        [](gpointer reporter) { delete static_cast<std::shared_ptr<Reporter> *>(reporter); });
    g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(onElement), nullptr);
}

CameraPipeline::~CameraPipeline()
{
    // What was never started is in the state that it was made in.
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

std::string CameraPipeline::assemble(const CameraConfig &config,
                                     const std::vector<TargetConfig> &targets)
{
    auto source = CameraSource::make(
        GST_BIN_CAST(pipeline_.get()), config,
        {.onPad = [this](GstPad *pad) { connect(pad); },
         .onData = [this] { meter_.lock()->noteData(); },
         .onNoVideo =
             [this] { reporter_->tell(Mail::Kind::Failure, "The camera sends no video."); }});
    if (!source)
        return source.error();
    source_ = std::move(*source);
    reporter_->setSource(source_);
    std::string trouble = addHead(config);
    if (trouble.empty())
        trouble = addTail(config, targets);
    if (trouble.empty())
        watchStream();
    return trouble;
}

/** Puts the element, which it takes, behind the last one. */
std::string CameraPipeline::append(GstElement *element)
{
    gst_bin_add(GST_BIN_CAST(pipeline_.get()), element);
    if (!head_)
        head_ = element;
    else if (!gst_element_link(last_, element))
        return "It cannot be linked.";
    last_ = element;
    return {};
}

/** What only recordings need: cameras keep their own pace, and have no tag that turns them. */
std::string CameraPipeline::addHead(const CameraConfig &config)
{
    if (!source_->needsPace())
        return {};
    for (const char *factory : {"clocksync", "videoconvert", "videoflip"}) {
        if (factory == std::string_view("clocksync") && waitsForAnswers(config))
            continue;
        GstElement *element = gst_element_factory_make(factory, nullptr);
        if (!element)
            return std::string("GStreamer's element ") + factory + " is not installed.";
        if (factory == std::string_view("videoflip"))
            gst_util_set_object_arg(G_OBJECT(element), "video-direction", "auto");
        const std::string trouble = append(element);
        if (!trouble.empty())
            return trouble;
    }
    return {};
}

std::string CameraPipeline::addTail(const CameraConfig &config,
                                    const std::vector<TargetConfig> &targets)
{
    const auto add = [this](const char *factory, const Settings &settings) -> std::string {
        GstElement *element = gst_element_factory_make(factory, nullptr);
        if (!element)
            return std::string("GStreamer's element ") + factory + " is not installed.";
        std::string trouble = append(element);
        for (const Setting &setting : settings) {
            if (!trouble.empty())
                break;
            if (const auto mistake = setProperty(element, setting))
                trouble = setting.property + ": " + *mistake;
        }
        return trouble;
    };

    std::string trouble = add("ootoidentify", config.identify);
    if (!trouble.empty())
        return trouble;
    identify_ = last_;
    g_object_set(identify_, "camera", config.name.c_str(), nullptr);
    for (const TargetConfig &target : targets) {
        trouble = add("ootopublish", target.properties);
        if (!trouble.empty())
            return "publish " + target.name + ": " + trouble;
        publishers_.push_back(last_);
    }
    system::ErrorHandle error;
    GstElement *preview = parseTail(config.preview.c_str(), system::ErrorOut(error));
    if (!preview)
        return std::string("preview: ") + (error ? error->message : "it cannot be built.");
    nameRecordings(GST_BIN(preview));
    trouble = append(preview);
    return trouble.empty() ? trouble : "preview: " + trouble;
}

void CameraPipeline::watchStream()
{
    const system::ObjectHandle<GstPad> input(gst_element_get_static_pad(identify_, "sink"));
    gst_pad_add_probe(input.get(),
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                                   GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                      onInput, this, nullptr);
    const system::ObjectHandle<GstPad> output(gst_element_get_static_pad(identify_, "src"));
    gst_pad_add_probe(output.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, onOutput, this, nullptr);
}

void CameraPipeline::connect(GstPad *decoded)
{
    const system::ObjectHandle<GstPad> sink(gst_element_get_static_pad(head_, "sink"));
    if (closed_ || gst_pad_is_linked(sink.get()))
        return;
    const element::CapsHandle caps(gst_pad_get_current_caps(decoded));
    system::ObjectHandle<GstElement> download = makeDownload(caps.get());
    if (!download) {
        if (gst_pad_link(decoded, sink.get()) != GST_PAD_LINK_OK)
            reporter_->tell(Mail::Kind::Failure, "What the camera sends cannot be looked at.");
        return;
    }
    gst_bin_add(GST_BIN_CAST(pipeline_.get()), download.get());
    const system::ObjectHandle<GstPad> above(gst_element_get_static_pad(download.get(), "sink"));
    if (!gst_element_link(download.get(), head_) ||
        gst_pad_link(decoded, above.get()) != GST_PAD_LINK_OK)
        reporter_->tell(Mail::Kind::Failure, "The decoder's pictures cannot be fetched.");
    gst_element_sync_state_with_parent(download.get());
}

void CameraPipeline::start()
{
    // The lock of all its state changes: not to be started behind its end.
    GST_STATE_LOCK(pipeline_.get());
    const bool failed = !closed_ && gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) ==
                                        GST_STATE_CHANGE_FAILURE;
    GST_STATE_UNLOCK(pipeline_.get());
    if (failed)
        reporter_->tell(Mail::Kind::Failure, "It cannot be started.");
}

void CameraPipeline::tearDown()
{
    close();
    flush();
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    // What a streaming thread added meanwhile was not there to be told; now there is none any more.
    GstIterator *elements = gst_bin_iterate_elements(GST_BIN_CAST(pipeline_.get()));
    while (gst_iterator_foreach(
               elements,
               [](const GValue *element, gpointer) {
                   gst_element_set_state(static_cast<GstElement *>(g_value_get_object(element)),
                                         GST_STATE_NULL);
               },
               nullptr) == GST_ITERATOR_RESYNC)
        gst_iterator_resync(elements);
    gst_iterator_free(elements);
}

/** Ends all faces also where the source does not let go, which the pipeline would wait for first.
 */
void CameraPipeline::flush()
{
    const system::ObjectHandle<GstPad> input(gst_element_get_static_pad(identify_, "sink"));
    gst_pad_send_event(input.get(), gst_event_new_flush_start());
    gst_pad_send_event(input.get(), gst_event_new_flush_stop(TRUE));
}

element::StructureHandle CameraPipeline::statistics() const
{
    GstStructure *stats = nullptr;
    g_object_get(identify_, "stats", &stats, nullptr);
    return element::StructureHandle(stats);
}

GstPadProbeReturn CameraPipeline::onInput(GstPad *, GstPadProbeInfo *info, gpointer self)
{
    HandOver::take();
    auto *pipeline = static_cast<CameraPipeline *>(self);
    if (pipeline->closed_)
        return GST_PAD_PROBE_DROP;
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER)
        pipeline->noteBuffer(GST_PAD_PROBE_INFO_BUFFER(info));
    else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS)
        pipeline->noteCaps(GST_PAD_PROBE_INFO_EVENT(info));
    return GST_PAD_PROBE_OK;
}

/** Behind ootoidentify all ends are told; ootopublish holds the end of the stream back. */
GstPadProbeReturn CameraPipeline::onOutput(GstPad *, GstPadProbeInfo *info, gpointer self)
{
    HandOver::take();
    auto *pipeline = static_cast<CameraPipeline *>(self);
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS)
        pipeline->reporter_->tell(Mail::Kind::EndOfStream);
    return GST_PAD_PROBE_OK;
}

void CameraPipeline::noteCaps(GstEvent *event)
{
    GstCaps *caps = nullptr;
    gst_event_parse_caps(event, &caps);
    gint count = 0;
    gint seconds = 0;
    const bool hasRate =
        gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &count, &seconds);
    nominal_ = hasRate && count > 0 && seconds > 0
                   ? std::chrono::nanoseconds(static_cast<std::int64_t>(
                         gst_util_uint64_scale(GST_SECOND, seconds, count)))
                   : 0ns;
}

void CameraPipeline::noteBuffer(GstBuffer *buffer)
{
    const auto now = std::chrono::steady_clock::now();
    bool isFirst = false;
    {
        auto meter = meter_.lock();
        isFirst = meter->flow().pictures == 0;
        meter->notePicture(now, nominal_);
    }
    if (isFirst)
        mailbox_->wake();
    if (!isFirst && now - clockReadAt_ < clockReading)
        return;
    clockReadAt_ = now;
    if (const auto taken = element::cameraTime(buffer))
        *clockOffsetS_.lock() =
            std::chrono::duration<double>(*taken - std::chrono::system_clock::now()).count();
}

GstBusSyncReply CameraPipeline::onMessage(GstBus *, GstMessage *message, gpointer reporter)
{
    HandOver::take();
    // Sources that come late, as rtspsrc's, change what sinks with a clock have to wait for.
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY && GST_IS_BIN(GST_MESSAGE_SRC(message)))
        gst_element_call_async(
            GST_ELEMENT_CAST(GST_MESSAGE_SRC(message)),
            [](GstElement *bin, gpointer) { gst_bin_recalculate_latency(GST_BIN_CAST(bin)); },
            nullptr, nullptr);
    else
        (*static_cast<std::shared_ptr<Reporter> *>(reporter))->note(message);
    gst_message_unref(message);
    return GST_BUS_DROP;
}

void CameraPipeline::onElement(GstBin *, GstBin *, GstElement *element, gpointer)
{
    const auto has = [element](const char *property) {
        return g_object_class_find_property(G_OBJECT_GET_CLASS(element), property) != nullptr;
    };
    // A camera's MJPEG over HTTP: one stream, which would be waited for with a full queue otherwise.
    if (has("single-stream"))
        g_object_set(element, "single-stream", TRUE, nullptr);
    if (!isVideoDecoder(element))
        return;
    // Many cameras share the cores: a thread for each core and camera costs more than it gives.
    if (has("max-threads"))
        g_object_set(element, "max-threads", 1, nullptr);
    // What is made up before the first key frame shows nobody.
    if (has("output-corrupt"))
        g_object_set(element, "output-corrupt", FALSE, nullptr);
}

} // namespace ooto::watch
