// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/identify/analysis_pool.cpp: a process that ends while video plays.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace
{

/** @return what the child ended by, for people; empty where it ended well */
std::string playAndExit(int afterMs)
{
    const std::string wait = std::to_string(afterMs);
    const char *arguments[] = {EXIT_WHILE_PLAYING, wait.c_str(), nullptr};
    char *errors = nullptr;
    GError *error = nullptr;
    int status = 0;
    g_spawn_sync(nullptr, const_cast<char **>(arguments), nullptr, G_SPAWN_DEFAULT, nullptr,
                 nullptr, nullptr, &errors, &status, &error);
    std::string told;
    if (error || !g_spawn_check_wait_status(status, &error))
        told = std::string(error->message) + "\n" + (errors ? errors : "");
    g_clear_error(&error);
    g_free(errors);
    return told;
}

} // namespace

TEST(IdentifyExit, whilePlayingIsAnOrdinaryEnd)
{
    std::mt19937 random(5);
    std::uniform_int_distribution<int> moment(0, 300);
    for (int run = 0; run < 30; ++run) {
        const int afterMs = moment(random);
        const std::string told = playAndExit(afterMs);
        EXPECT_EQ(told, "") << "run " << run << ", after " << afterMs << " ms";
    }
}
