// SPDX-License-Identifier: LGPL-2.1-or-later
// Two cameras that tell of faces until somebody kills this program. Prints the id of each event,
// once it is older than half a second: from then on it must not be lost.
// telling_camera PROPERTIES
#include "told_camera.h"

#include "support/c11_threads.h"
#include "support/elements.h"

#include <chrono>
#include <cstdio>
#include <deque>
#include <thread>

int main(int argc, char **argv)
{
    using namespace std::chrono_literals;
    using Clock = std::chrono::steady_clock;
    if (argc != 2)
        return 2;
    gst_init(nullptr, nullptr);
    ooto::test::registerElements();
    ooto::test::ToldCamera door(argv[1], "door");
    ooto::test::ToldCamera yard(argv[1], "yard");
    struct Young {
        std::string id;
        Clock::time_point told;
    };
    std::deque<Young> young;
    for (std::uint64_t track = 1;; ++track) {
        for (ooto::test::ToldCamera *camera : {&door, &yard}) {
            camera->frame();
            std::string id = camera->tell({.track = track % 50 + 1});
            young.push_back({std::move(id), Clock::now()});
        }
        while (Clock::now() - young.front().told > 500ms) {
            std::printf("%s\n", young.front().id.c_str());
            std::fflush(stdout);
            young.pop_front();
        }
        std::this_thread::sleep_for(4ms);
    }
}
