// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays a launch line in a process of its own until it is killed: shared_camera LINE
#include "support/elements.h"

#include <gst/gst.h>

#include <cstdlib>

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    ooto::test::registerElements();
    GError *error = nullptr;
    GstElement *pipeline = argc == 2 ? gst_parse_launch(argv[1], &error) : nullptr;
    if (!pipeline || error)
        return EXIT_FAILURE;
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GMainLoop *loop = g_main_loop_new(nullptr, FALSE);
    g_main_loop_run(loop);
    return EXIT_SUCCESS;
}
