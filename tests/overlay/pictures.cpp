// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes PNG pictures of the overlay, to be opened and judged by eye.
//
// overlay_pictures FOLDER [PHOTO.jpg]: over a bright, a dark and a busy background, at six
// sizes, and once over the photo if there is one.
#include "identify/detector_choice.h"
#include "support/elements.h"
#include "support/overlay_support.h"

#include <cstdio>
#include <memory>

using namespace ooto::test;

namespace
{

FacesSpec crowd()
{
    return {{{"identified", {0.10, 0.25, 0.11, 0.22}, "Grace Hopper", 0.93, 1, "", "", 1},
             {"unknown", {0.26, 0.30, 0.10, 0.20}, "", 0.41, -1, "", "", 2},
             {"spoof", {0.40, 0.55, 0.10, 0.20}, "Alan Turing", 0.88, 0, "", "", 3},
             {"pending", {0.56, 0.30, 0.08, 0.16}, "", -1, -1, "", "", 4},
             {"unavailable", {0.70, 0.32, 0.09, 0.18}, "", -1, -1, "", "blurred", 5},
             {"identified",
              {0.93, 0.45, 0.10, 0.2},
              "Александра Владиславовна Преображенская",
              0.87,
              1,
              "",
              "",
              6},
             {"identified",
              {0.20, 0.84, 0.09, 0.18},
              "",
              0.79,
              -1,
              "f47ac10b-58cc-4372-a567-0e02b2c3d479",
              "",
              7},
             {"identified", {-0.03, 0.60, 0.10, 0.18}, "Jürgen Groß", 0.81, -1, "", "", 8},
             {"identified", {0.75, -0.05, 0.09, 0.18}, "<b>%s & Söhne</b>", 0.76, 1, "", "", 9},
             {"identified", {0.60, 0.70, 0.12, 0.24}, "يوسف الحسن", 0.9, 1, "", "", 10},
             {"unknown", {0.70, 0.70, 0.12, 0.24}, "", 0.3, -1, "", "", 11}},
            "unauthorized",
            "The service refused the app key (HTTP 401). Set app-id and app-key, or "
            "OOTO_APP_ID and OOTO_APP_KEY, to those of your account.",
            ooto::identify::chooseDetector(ooto::identify::DetectorChoice::Auto, {}).notice};
}

FacesSpec portrait()
{
    return {{{"identified", {0.29, 0.12, 0.36, 0.42}, "Grace Hopper", 0.93, 1, "", "", 1}}};
}

GstPadProbeReturn attach(GstPad *, GstPadProbeInfo *info, gpointer spec)
{
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    addFaces(buffer, *static_cast<FacesSpec *>(spec));
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    return GST_PAD_PROBE_OK;
}

void write(const std::string &source, const std::string &caps, FacesSpec spec,
           const std::string &path)
{
    const std::string line = source + " ! videoconvert ! videoscale ! " + caps +
                             " ! ootooverlay name=overlay ! videoconvert ! pngenc ! filesink "
                             "name=sink";
    const std::unique_ptr<GstElement, decltype(&gst_object_unref)> pipeline(
        gst_parse_launch(line.c_str(), nullptr), gst_object_unref);
    GstBin *bin = GST_BIN(pipeline.get());
    GstElement *sink = gst_bin_get_by_name(bin, "sink");
    g_object_set(sink, "location", path.c_str(), nullptr);
    gst_object_unref(sink);
    GstElement *overlay = gst_bin_get_by_name(bin, "overlay");
    GstPad *pad = gst_element_get_static_pad(overlay, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, attach, &spec, nullptr);
    gst_object_unref(pad);
    gst_object_unref(overlay);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstBus *bus = gst_element_get_bus(pipeline.get());
    GstMessage *message = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    std::printf("%s %s\n", GST_MESSAGE_TYPE_NAME(message), path.c_str());
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    registerElements();
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s FOLDER [PHOTO.jpg]\n", argv[0]);
        return 2;
    }
    const std::string folder = argv[1];
    const std::pair<const char *, const char *> backgrounds[] = {
        {"bright", "videotestsrc num-buffers=1 pattern=white"},
        {"dark", "videotestsrc num-buffers=1 pattern=black"},
        {"busy", "videotestsrc num-buffers=1 pattern=zone-plate kx2=20 ky2=20 kt=1"}};
    for (const auto &[width, height] :
         {std::pair{320, 240}, {480, 270}, {640, 480}, {1280, 720}, {1920, 1080}, {3840, 2160}}) {
        const std::string caps = "video/x-raw,format=I420,width=" + std::to_string(width) +
                                 ",height=" + std::to_string(height);
        for (const auto &[name, source] : backgrounds)
            write(source, caps, crowd(),
                  folder + "/" + name + "-" + std::to_string(height) + ".png");
    }
    if (argc > 2)
        write("filesrc location=" + std::string(argv[2]) + " ! jpegdec", "video/x-raw,format=I420",
              portrait(), folder + "/photo.png");
    return 0;
}
