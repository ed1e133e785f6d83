// SPDX-License-Identifier: LGPL-2.1-or-later
// docs/watch-config.md names each key of the program's own, and no other.
#include "config/camera_section.h"
#include "config/watch_section.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace
{

using namespace ooto;
using Names = std::set<std::string>;

/** The keys in the tables below the heading. */
Names keysBelow(const std::string &heading)
{
    std::istringstream page(test::contentOf(std::string(SOURCE_ROOT) + "/docs/watch-config.md"));
    Names names;
    bool below = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## "))
            below = line == "## " + heading;
        if (below && line.starts_with("| `"))
            names.insert(line.substr(3, line.find('`', 3) - 3));
    }
    return names;
}

} // namespace

TEST(WatchKeys, areThoseOfThePage)
{
    const std::vector<std::string> keys = watch::watchKeys();
    EXPECT_EQ(keysBelow("[watch]"), Names(keys.begin(), keys.end()));
}

TEST(CameraKeys, areThoseOfThePage)
{
    const watch::Lookup nothing = [](const std::string &) { return std::nullopt; };
    watch::Findings findings;
    const watch::Reading reading{.environment = nothing, .findings = findings};
    Names own{"active"}; // which the program switches, too
    for (const std::string &key : watch::cameraKeys(reading)) {
        if (!reading.identify.has(key))
            own.insert(key);
    }
    EXPECT_EQ(keysBelow("[cameras] and [camera NAME]"), own);
}
