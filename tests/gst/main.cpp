// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts GStreamer and registers the elements before any test runs.
#include "gst/elements.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    testing::InitGoogleTest(&argc, argv);
    ooto::test::registerElements();
    const int result = RUN_ALL_TESTS();
    gst_deinit(); // so that leak checkers see only what is ours
    return result;
}
