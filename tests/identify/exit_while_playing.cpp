// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays four streams and calls exit() in the middle of it: exit_while_playing MILLISECONDS
#include "support/elements.h"
#include "support/photos.h"

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

namespace
{

/**
 * Every frame is looked at, so that the analysis is always at work. Nothing listens at the
 * endpoint.
 */
std::string stream()
{
    return "filesrc location=" + ooto::photos::hopperFile +
           " ! jpegdec ! videoconvert ! videoscale ! video/x-raw,format=I420,width=640,height=480"
           " ! imagefreeze is-live=true ! video/x-raw,framerate=30/1"
           " ! ootoidentify detector=cascade analysis-rate=0/1 app-id=a app-key=b"
           " endpoint=http://127.0.0.1:9/identify max-rate=0 best-shot-window=0 min-quality=0"
           " ! fakesink signal-handoffs=true name=";
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    ooto::test::registerElements();
    std::string line;
    for (const char *name : {"first ", "second ", "third ", "fourth "})
        line += stream() + name;
    GError *error = nullptr;
    GstElement *pipeline = gst_parse_launch(line.c_str(), &error);
    if (!pipeline || error)
        return EXIT_FAILURE;
    static std::atomic<int> frames{0};
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "first");
    g_signal_connect(sink, "handoff", G_CALLBACK(+[] { ++frames; }), nullptr);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (frames < 3) {
        if (std::chrono::steady_clock::now() > end)
            return EXIT_FAILURE;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(argc > 1 ? std::atoi(argv[1]) : 0));
    std::exit(EXIT_SUCCESS);
}
