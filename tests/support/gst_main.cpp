// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts GStreamer and registers the elements before any test runs, with a day's budget of its own.
#include "support/elements.h"
#include "support/identify_support.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    testing::InitGoogleTest(&argc, argv);
    ooto::test::registerElements();
    // A server's port is random, and may be one whose budget an earlier program used up today.
    const std::string state = ooto::test::makeFolder();
    g_setenv("XDG_STATE_HOME", state.c_str(), TRUE);
    const int result = RUN_ALL_TESTS();
    ooto::test::removeFolder(state);
    gst_deinit(); // so that leak checkers see only what is ours
    return result;
}
