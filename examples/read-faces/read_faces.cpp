// SPDX-License-Identifier: LGPL-2.1-or-later
// read-faces: prints what ootoidentify says, as JSON lines (docs/json.md): one for each frame, from
// the buffer's metadata, and one for each message about a face or about the service.
#include "element/handles.h"
#include "metadata/face_fields.h"
#include "metadata/structure_json.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <glib-unix.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace
{

using namespace ooto::metadata;
using ooto::element::SampleHandle;
using ooto::element::StructureHandle;
using ooto::system::Handle;
using Chars = ooto::system::CharsHandle;
using Element = Handle<GstElement, gst_object_unref>;

/** In a streaming thread. stdio locks each call, so that the lines of several threads stay whole.
 */
GstFlowReturn printFrame(GstAppSink *sink, gpointer)
{
    const SampleHandle sample(gst_app_sink_pull_sample(sink));
    GstBuffer *buffer = sample ? gst_sample_get_buffer(sample.get()) : nullptr;
    GstCustomMeta *meta = buffer ? gst_buffer_get_custom_meta(buffer, facesMetaName) : nullptr;
    if (!meta)
        return GST_FLOW_OK;
    const StructureHandle frame(gst_structure_copy(gst_custom_meta_get_structure(meta)));
    if (GST_BUFFER_PTS_IS_VALID(buffer))
        gst_structure_set(frame.get(), field::pts, G_TYPE_UINT64, GST_BUFFER_PTS(buffer), nullptr);
    std::printf("%s\n", toJson(frame.get()).c_str());
    return GST_FLOW_OK;
}

struct Run {
    Handle<GMainLoop, g_main_loop_unref> loop{g_main_loop_new(nullptr, FALSE)};
    bool failed = false;
};

/** In the main thread, in the order in which messages were posted. */
gboolean onMessage(GstBus *, GstMessage *message, gpointer data)
{
    auto *run = static_cast<Run *>(data);
    GError *error = nullptr;
    char *details = nullptr;
    if (gst_message_has_name(message, faceMessageName) ||
        gst_message_has_name(message, serviceMessageName) ||
        gst_message_has_name(message, noticeMessageName))
        std::printf("%s\n",
                    gst_structure_get_string(gst_message_get_structure(message), field::json));
    else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
        gst_message_parse_warning(message, &error, &details);
    else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, &error, &details);

    if (error)
        std::fprintf(stderr, "read-faces: %s\n%s\n", error->message, details ? details : "");
    g_clear_error(&error);
    g_free(details);
    run->failed |= GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR;
    if (run->failed || GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        g_main_loop_quit(run->loop.get());
    return G_SOURCE_CONTINUE;
}

/**
 * Ends the stream in order, so that every face has its `end`. Not at its source, which need not
 * listen: a still image has been read long ago.
 */
gboolean onInterrupt(gpointer identify)
{
    const Handle<GstPad, gst_object_unref> pad(
        gst_element_get_static_pad(GST_ELEMENT(identify), "sink"));
    gst_pad_send_event(pad.get(), gst_event_new_eos());
    return G_SOURCE_CONTINUE;
}

struct Options {
    Chars endpoint, credentialsFile, properties;
    std::string video; ///< the elements that it comes from
    bool isFile = false;
};

Options parseOptions(int argc, char **argv, GError **error)
{
    char *endpoint = nullptr, *credentials = nullptr, *properties = nullptr;
    gboolean launch = FALSE;
    const GOptionEntry entries[] = {
        {"endpoint", 0, 0, G_OPTION_ARG_FILENAME, &endpoint, "Identify service to ask", "URL"},
        {"credentials-file", 0, 0, G_OPTION_ARG_FILENAME, &credentials,
         "Key file with the group [ooto] and the keys app-id and app-key", "FILE"},
        {"launch", 0, 0, G_OPTION_ARG_NONE, &launch,
         "SOURCE is elements, as in a line for gst-launch-1.0", nullptr},
        {"properties", 0, 0, G_OPTION_ARG_FILENAME, &properties,
         "More properties of ootoidentify, such as \"camera=door check-liveness=true\"", "LINE"},
        {}};
    const Handle<GOptionContext, g_option_context_free> context(g_option_context_new("SOURCE"));
    g_option_context_set_summary(
        context.get(), "Prints, as JSON lines, who is seen in SOURCE, a file or a URI.\n"
                       "GST_PLUGIN_PATH names the plugin's folder before it is installed.");
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    const bool parsed = g_option_context_parse(context.get(), &argc, &argv, error);
    Options options{Chars(endpoint), Chars(credentials), Chars(properties), {}};
    if (!parsed)
        return options;
    if (!endpoint || !credentials || argc != 2) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                            "--endpoint, --credentials-file and one SOURCE are needed, see --help");
    } else if (launch) {
        options.video = argv[1];
    } else {
        const Chars uri(gst_uri_is_valid(argv[1]) ? g_strdup(argv[1])
                                                  : gst_filename_to_uri(argv[1], error));
        options.video = std::string("uridecodebin uri=\"") + (uri ? uri.get() : "") +
                        "\" ! videoconvert ! videoflip video-direction=auto";
        options.isFile = uri && g_str_has_prefix(uri.get(), "file:");
    }
    return options;
}

Element makePipeline(const Options &options, GError **error)
{
    // A file goes as fast as answers come, and none is missed.
    const std::string line = options.video +
                             " ! videoconvert ! ootoidentify name=identify"
                             " backpressure=" +
                             (options.isFile ? "true " : "false ") +
                             (options.properties ? options.properties.get() : "") +
                             " ! appsink name=sink sync=false";
    Element pipeline(
        gst_parse_launch_full(line.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, error));
    if (!pipeline)
        return pipeline;
    const Element identify(gst_bin_get_by_name(GST_BIN(pipeline.get()), "identify"));
    g_object_set(identify.get(), "endpoint", options.endpoint.get(), "credentials-file",
                 options.credentialsFile.get(), nullptr);
    const Element sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
    GstAppSinkCallbacks callbacks = {};
    callbacks.new_sample = printFrame;
    gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, nullptr, nullptr);
    return pipeline;
}

} // namespace

int main(int argc, char **argv)
{
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ); // who reads through a pipe wants lines at once
    gst_init(&argc, &argv);
    GError *problem = nullptr;
    const Options options = parseOptions(argc, argv, &problem);
    const Element pipeline = problem ? nullptr : makePipeline(options, &problem);
    if (const Handle<GError, g_error_free> owned(problem); owned) {
        std::fprintf(stderr, "read-faces: %s\n", owned->message);
        return EXIT_FAILURE;
    }
    const Element identify(gst_bin_get_by_name(GST_BIN(pipeline.get()), "identify"));
    Run run;
    const Handle<GstBus, gst_object_unref> bus(gst_element_get_bus(pipeline.get()));
    gst_bus_add_watch(bus.get(), onMessage, &run);
    g_unix_signal_add(SIGINT, onInterrupt, identify.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    g_main_loop_run(run.loop.get()); // why it cannot play is told by a message, too
    gst_bus_remove_watch(bus.get());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return run.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
