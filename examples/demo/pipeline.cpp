// SPDX-License-Identifier: LGPL-2.1-or-later
// Builds launch lines and puts GStreamer's errors into words.
#include "pipeline.h"

#include <utility>

namespace ooto::demo
{

GstHandle<GstElement> parsePipeline(const std::string &line, std::string &error)
{
    ErrorHandle problem;
    GstHandle<GstElement> pipeline(gst_parse_launch_full(
        line.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, ErrorOut(problem)));
    if (!problem)
        return pipeline;
    error = problem->message;
    if (g_error_matches(problem.get(), GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT)) {
        error += ". For an ooto… element set GST_PLUGIN_PATH to the build's plugin/ folder or use "
                 "pipelines/demo; others come with the packages that pipelines/demo installs";
    }
    return {};
}

std::string messageText(GstMessage *message)
{
    GError *raw = nullptr;
    char *rawDebug = nullptr;
    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
        gst_message_parse_error(message, &raw, &rawDebug);
        break;
    case GST_MESSAGE_WARNING:
        gst_message_parse_warning(message, &raw, &rawDebug);
        break;
    case GST_MESSAGE_INFO:
        gst_message_parse_info(message, &raw, &rawDebug);
        break;
    default:
        return {};
    }
    const ErrorHandle problem(raw);
    const CharsHandle debug(rawDebug);
    return problem->message;
}

std::string encoderLine(EncoderPace pace, std::string &error)
{
    // Constant quality where it can be asked for: a still hall costs next to nothing then.
    const std::string preset = pace == EncoderPace::Live ? "ultrafast" : "veryfast";
    const std::pair<const char *, std::string> choices[] = {
        {"x264enc",
         "x264enc pass=quant quantizer=21 key-int-max=25 speed-preset=" + preset + " ! h264parse"},
        {"openh264enc", "openh264enc bitrate=6000000 gop-size=25 ! h264parse"},
        {"avenc_mpeg4", "avenc_mpeg4 bitrate=8000000 ! mpeg4videoparse"},
    };
    for (const auto &[name, line] : choices) {
        if (GstHandle<GstElementFactory>(gst_element_factory_find(name)))
            return line + " ! mp4mux";
    }
    error = "no video encoder found: install gstreamer1.0-plugins-ugly (x264enc)";
    return {};
}

void dropUntimedBuffers(GstPad *pad)
{
    const auto onBuffer = [](GstPad *, GstPadProbeInfo *info, gpointer data) {
        auto &last = *static_cast<GstClockTime *>(data);
        const GstClockTime now = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
        if (!GST_CLOCK_TIME_IS_VALID(now) || (GST_CLOCK_TIME_IS_VALID(last) && now <= last))
            return GST_PAD_PROBE_DROP;
        last = now;
        return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, onBuffer,
                      new GstClockTime(GST_CLOCK_TIME_NONE),
                      [](gpointer last) { delete static_cast<GstClockTime *>(last); });
}

} // namespace ooto::demo
