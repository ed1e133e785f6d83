// SPDX-License-Identifier: LGPL-2.1-or-later
// Stands in for gst-launch-1.0 in tests: parses a launch line, and may run it for some frames.
//
// With OOTO_TEST_FRAMES=N it runs the line until N buffers of raw video came to the first sink, and
// fails when they do not come within OOTO_TEST_LIMIT_S seconds. Without, parsing is all.

#include <gst/gst.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>

namespace
{

int fail(const std::string &why)
{
    std::cerr << "launch_line: " << why << '\n';
    return EXIT_FAILURE;
}

int numberFromEnvironment(const char *name, int otherwise)
{
    const char *text = g_getenv(name);
    return text ? std::atoi(text) : otherwise;
}

struct Counter {
    GstElement *pipeline;
    int wanted;
    std::atomic<int> seen{0};
    std::atomic<bool> isVideo{true};
};

GstPadProbeReturn countFrame(GstPad *pad, GstPadProbeInfo *, gpointer data)
{
    auto *counter = static_cast<Counter *>(data);
    GstCaps *caps = gst_pad_get_current_caps(pad);
    if (!caps || !gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw"))
        counter->isVideo = false;
    gst_clear_caps(&caps);
    if (++counter->seen == counter->wanted) {
        gst_element_post_message(counter->pipeline,
                                 gst_message_new_application(GST_OBJECT(counter->pipeline),
                                                             gst_structure_new_empty("enough")));
    }
    return GST_PAD_PROBE_OK;
}

GstPad *firstSinkPad(GstElement *pipeline)
{
    GstIterator *sinks = gst_bin_iterate_sinks(GST_BIN(pipeline));
    GValue value = G_VALUE_INIT;
    GstPad *pad = nullptr;
    if (gst_iterator_next(sinks, &value) == GST_ITERATOR_OK) {
        pad = gst_element_get_static_pad(GST_ELEMENT(g_value_get_object(&value)), "sink");
        g_value_unset(&value);
    }
    gst_iterator_free(sinks);
    return pad;
}

int runLine(GstElement *pipeline, int frames)
{
    GstPad *pad = firstSinkPad(pipeline);
    if (!pad)
        return fail("there is no sink");
    Counter counter{pipeline, frames};
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, countFrame, &counter, nullptr);
    gst_object_unref(pad);

    const int limitS = numberFromEnvironment("OOTO_TEST_LIMIT_S", 15);
    GstBus *bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstMessage *message = gst_bus_timed_pop_filtered(
        bus, static_cast<GstClockTime>(limitS) * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_APPLICATION | GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    std::string why;
    if (!message)
        why = "no end after " + std::to_string(limitS) + " s";
    else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = nullptr;
        char *debug = nullptr;
        gst_message_parse_error(message, &error, &debug);
        why = std::string(error->message) + " (" + (debug ? debug : "") + ")";
        g_error_free(error);
        g_free(debug);
    }
    gst_clear_message(&message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);

    if (why.empty() && counter.seen < frames)
        why = "the stream ended";
    if (why.empty() && !counter.isVideo)
        why = "what came is no raw video";
    if (!why.empty())
        return fail(why + ", after " + std::to_string(counter.seen) + " frames");
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(nullptr, nullptr);
    const char **line = const_cast<const char **>(argv + 1);
    while (*line && (*line)[0] == '-') // gst-launch's own options
        ++line;
    if (!*line || argc < 2)
        return fail("no launch line");

    GError *error = nullptr;
    GstElement *pipeline =
        gst_parse_launchv_full(line, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    if (!pipeline) {
        const std::string why = error ? error->message : "it does not parse";
        g_clear_error(&error);
        return fail(why);
    }
    gst_object_ref_sink(pipeline);
    const int frames = numberFromEnvironment("OOTO_TEST_FRAMES", 0);
    const int status = frames > 0 ? runLine(pipeline, frames) : EXIT_SUCCESS;
    gst_object_unref(pipeline);
    return status;
}
