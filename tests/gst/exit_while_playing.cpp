// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays with the element and calls exit() in the middle of it: exit_while_playing MILLISECONDS
#include "gst/camera_stream.h"
#include "gst/elements.h"

#include <gst/gst.h>

#include <chrono>
#include <cstdlib>
#include <thread>

int main(int argc, char **argv)
{
    using namespace ooto::test;
    gst_init(&argc, &argv);
    registerElements();
    GstBuffer *scene = makeCameraScene();
    // Every frame is looked at, so that the analysis is always at work; nothing listens there.
    auto *stream = new CameraStream("ootoidentify name=identify detector=cascade analysis-rate=0/1 "
                                    "endpoint=http://127.0.0.1:9/identify app-id=a app-key=b "
                                    "max-rate=0 best-shot-window=0 min-quality=0",
                                    scene);
    stream->play();
    while (stream->delivered().buffers < 3)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(argc > 1 ? std::atoi(argv[1]) : 0));
    std::exit(0);
}
