// SPDX-License-Identifier: LGPL-2.1-or-later
// Builds launch lines and puts GStreamer's errors into words.
#include "pipeline.h"

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

std::string encoderLine(std::string &error)
{
    struct Choice {
        const char *factory;
        const char *line;
    };
    // Constant quality where it can be asked for: a still hall costs next to nothing then.
    static constexpr Choice choices[] = {
        {"x264enc", "x264enc speed-preset=veryfast pass=quant quantizer=21 key-int-max=25"},
        {"openh264enc", "openh264enc bitrate=6000000 gop-size=25"},
        {"avenc_mpeg4", "avenc_mpeg4 bitrate=8000000"},
    };
    for (const Choice &choice : choices) {
        const GstHandle<GstElementFactory> factory(gst_element_factory_find(choice.factory));
        if (!factory)
            continue;
        const std::string parser =
            choice.factory == std::string("avenc_mpeg4") ? "mpeg4videoparse" : "h264parse";
        return std::string(choice.line) + " ! " + parser + " ! mp4mux";
    }
    error = "no video encoder found: install gstreamer1.0-plugins-ugly (x264enc)";
    return {};
}

} // namespace ooto::demo
