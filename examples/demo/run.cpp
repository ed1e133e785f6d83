// SPDX-License-Identifier: LGPL-2.1-or-later
// Builds the pipeline, listens to its bus, and brings it to its end.
#include "run.h"

#include "lateness.h"
#include "pipeline.h"

#include <glib-unix.h>

#include <csignal>
#include <iostream>

namespace ooto::demo
{

namespace
{

constexpr guint kTickMs = 100;
constexpr double kStartLimitS = 20;  // for the first frame to come
constexpr double kFinishLimitS = 10; // for the file to be finished once it was asked to end
constexpr double kAnswersLimitS = 3; // for answers to come when the video is over

/** Calls `function` with `data` whenever the source fires, as long as the handle is kept. */
SourceHandle attach(GSource *source, GSourceFunc function, gpointer data)
{
    g_source_set_callback(source, function, data, nullptr);
    g_source_attach(source, nullptr);
    return SourceHandle(source);
}

bool startsWith(const std::string &text, const char *start)
{
    return text.rfind(start, 0) == 0;
}

bool isRtsp(const std::string &uri)
{
    return startsWith(uri, "rtsp");
}

std::string sourceLine(const std::string &uri)
{
    // Without the caps a camera's sound may be the first pad that comes, and be linked instead.
    if (isRtsp(uri)) {
        return "rtspsrc name=source protocols=tcp latency=200 add-reference-timestamp-meta=true"
               " ! application/x-rtp,media=video ! decodebin";
    }
    return "uridecodebin name=source caps=video/x-raw(ANY) expose-all-streams=false";
}

std::string pipelineLine(const RunOptions &options, std::string &error)
{
    // A file is played like a camera. What is behind the queues must not hold up what is before:
    // the decoder works ahead a little, the encoder may fall behind by two seconds.
    const std::string encoder = encoderLine(EncoderPace::Live, error);
    const std::string pace = isLive(options.uri)
                                 ? ""
                                 : " ! queue max-size-buffers=6 max-size-bytes=0 max-size-time=0"
                                   " ! clocksync name=pacer sync-to-first=true";
    const std::string window =
        options.display ? " picture. ! queue leaky=downstream max-size-buffers=2 ! videoconvert"
                          " ! autovideosink sync=false"
                        : "";
    return sourceLine(options.uri) + " ! videoconvert name=entry ! videoflip video-direction=auto" +
           pace +
           " ! ootoidentify name=identify ! ootooverlay ! tee name=picture"
           " ! queue name=recording max-size-buffers=0 max-size-bytes=0 max-size-time=2000000000"
           " ! videoconvert ! video/x-raw,format=I420 ! " +
           encoder + " ! filesink name=file" + window;
}

/** Since some moment, by the machine's monotonic clock. */
class Stopwatch
{
public:
    void restart() { startUs_ = g_get_monotonic_time(); }
    double seconds() const { return double(g_get_monotonic_time() - startUs_) / G_USEC_PER_SEC; }

private:
    gint64 startUs_ = g_get_monotonic_time();
};

/** One run from start to end, on the thread of the default main context. */
class Run
{
public:
    Run(const RunOptions &options, Report &report, GstHandle<GstElement> pipeline)
        : options_(options),
          report_(report),
          pipeline_(std::move(pipeline)),
          identify_(pipeline_.element("identify")),
          pacer_(pipeline_.element("pacer")),
          lateness_(identify_.get(), pacer_.get())
    {
        configure();
    }

    RunResult play();

private:
    enum class Phase { Playing, Ending, Answers };

    void configure();
    void take(GstMessage *message);
    void tick();
    void endStream();
    void enter(Phase phase);
    bool answersOutstanding() const;
    void fail(const std::string &error);

    const RunOptions &options_;
    Report &report_;
    PipelineHandle pipeline_;
    GstHandle<GstElement> identify_;
    GstHandle<GstElement> pacer_;
    Lateness lateness_;
    LoopHandle loop_{g_main_loop_new(nullptr, FALSE)};
    Phase phase_ = Phase::Playing;
    Stopwatch inPhase_;
    std::string error_;
};

void Run::configure()
{
    g_object_set(pipeline_.element("source").get(), isRtsp(options_.uri) ? "location" : "uri",
                 options_.uri.c_str(), nullptr);
    g_object_set(pipeline_.element("file").get(), "location", options_.annotatedFile.c_str(),
                 nullptr);
    const GstHandle<GstElement> recording = pipeline_.element("recording");
    dropUntimedBuffers(
        GstHandle<GstPad>(gst_element_get_static_pad(recording.get(), "sink")).get());
    if (!options_.endpoint.empty())
        g_object_set(identify_.get(), "endpoint", options_.endpoint.c_str(), nullptr);
    if (options_.allowHttp)
        g_object_set(identify_.get(), "allow-http", TRUE, nullptr);
    if (!options_.credentialsFile.empty()) {
        g_object_set(identify_.get(), "credentials-file", options_.credentialsFile.c_str(),
                     nullptr);
    }
}

void Run::fail(const std::string &error)
{
    if (error_.empty()) // the first error is the cause, others are its consequences
        error_ = error;
    g_main_loop_quit(loop_.get());
}

void Run::enter(Phase phase)
{
    phase_ = phase;
    inPhase_.restart();
}

void Run::endStream()
{
    if (phase_ != Phase::Playing || lateness_.counts().frames == 0) {
        g_main_loop_quit(loop_.get()); // asked twice, or there is nothing to finish
        return;
    }
    enter(Phase::Ending);
    const GstHandle<GstElement> entry = pipeline_.element("entry");
    const GstHandle<GstPad> sink(gst_element_get_static_pad(entry.get(), "sink"));
    gst_pad_send_event(sink.get(), gst_event_new_eos());
}

bool Run::answersOutstanding() const
{
    GstStructure *raw = nullptr;
    g_object_get(identify_.get(), "stats", &raw, nullptr);
    const StructureHandle stats(raw);
    return stats && numberIn(stats.get(), "in-flight") > 0;
}

void Run::tick()
{
    const FrameCounts counts = lateness_.counts();
    switch (phase_) {
    case Phase::Playing:
        if (counts.frames == 0 && inPhase_.seconds() > kStartLimitS)
            fail("no video came within " + std::to_string(int(kStartLimitS)) + " seconds");
        else if (options_.durationS > 0 && counts.durationS >= options_.durationS)
            endStream();
        break;
    case Phase::Ending:
        if (inPhase_.seconds() > kFinishLimitS)
            fail("the stream did not end when it was asked to");
        break;
    case Phase::Answers:
        if (!answersOutstanding() || inPhase_.seconds() > kAnswersLimitS)
            g_main_loop_quit(loop_.get());
        break;
    }
}

void Run::take(GstMessage *message)
{
    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT:
        if (const GstStructure *structure = gst_message_get_structure(message))
            report_.take(structure);
        break;
    case GST_MESSAGE_LATENCY:
        gst_bin_recalculate_latency(GST_BIN(pipeline_.get()));
        lateness_.readUpstreamLatency();
        break;
    case GST_MESSAGE_ASYNC_DONE:
        lateness_.readUpstreamLatency();
        break;
    case GST_MESSAGE_WARNING:
    case GST_MESSAGE_INFO:
        std::cout << GST_MESSAGE_SRC_NAME(message) << ": " << messageText(message) << std::endl;
        break;
    case GST_MESSAGE_ERROR:
        fail(messageText(message));
        break;
    case GST_MESSAGE_EOS:
        enter(Phase::Answers);
        break;
    default:
        break;
    }
}

RunResult Run::play()
{
    const auto onTick = [](gpointer run) -> gboolean {
        static_cast<Run *>(run)->tick();
        return G_SOURCE_CONTINUE;
    };
    const auto onSignal = [](gpointer run) -> gboolean {
        std::cout << "stopping" << std::endl;
        static_cast<Run *>(run)->endStream();
        return G_SOURCE_CONTINUE;
    };
    const GstBusFunc onMessage = [](GstBus *, GstMessage *message, gpointer run) -> gboolean {
        static_cast<Run *>(run)->take(message);
        return G_SOURCE_CONTINUE;
    };
    const GstHandle<GstBus> bus = pipeline_.bus();
    const SourceHandle ticks = attach(g_timeout_source_new(kTickMs), onTick, this);
    const SourceHandle interrupt = attach(g_unix_signal_source_new(SIGINT), onSignal, this);
    const SourceHandle terminate = attach(g_unix_signal_source_new(SIGTERM), onSignal, this);
    const SourceHandle messages =
        attach(gst_bus_create_watch(bus.get()), G_SOURCE_FUNC(onMessage), this);

    inPhase_.restart();
    // An error is told by a message too, and better there.
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    g_main_loop_run(loop_.get());
    while (GstMessage *message = gst_bus_pop(bus.get()))
        take(MessageHandle(message).get());

    RunResult result;
    result.counts = lateness_.counts();
    result.error = error_;
    if (result.error.empty() && result.counts.frames == 0)
        result.error = "no video came";
    GstStructure *stats = nullptr;
    g_object_get(identify_.get(), "stats", &stats, nullptr);
    result.stats.reset(stats);
    return result;
}

} // namespace

bool isLive(const std::string &uri)
{
    return !startsWith(uri, "file:") && !startsWith(uri, "http:") && !startsWith(uri, "https:");
}

std::string withoutPassword(const std::string &uri)
{
    const std::size_t host = uri.find("://");
    const std::size_t path = host == uri.npos ? uri.npos : uri.find('/', host + 3);
    const std::size_t at = uri.rfind('@', path);
    if (host == uri.npos || at == uri.npos || at < host)
        return uri;
    return uri.substr(0, host + 3) + uri.substr(at + 1);
}

RunResult run(const RunOptions &options, Report &report)
{
    RunResult failed;
    const std::string line = pipelineLine(options, failed.error);
    if (!failed.error.empty())
        return failed;
    GstHandle<GstElement> pipeline = parsePipeline(line, failed.error);
    if (!pipeline)
        return failed;
    return Run(options, report, std::move(pipeline)).play();
}

} // namespace ooto::demo
