// SPDX-License-Identifier: LGPL-2.1-or-later
// Which settings let two elements share a target.
#include "publish/settings.h"

#include <gtest/gtest.h>

#include <functional>

namespace
{

using namespace ooto::publish;
using ooto::system::Secret;

TEST(Settings, shareATargetUnlessItIsAnother)
{
    Settings settings;
    settings.uri = "https://host/x";
    settings.userPassword = Secret("s3cret");
    const std::string key = sharingKey(settings);
    EXPECT_EQ(sharingKey(settings), key);
    EXPECT_EQ(key.find("s3cret"), std::string::npos);
    Settings own = settings;
    own.cameraAlias = "front";
    own.events = 1;
    own.statuses = 2;
    own.photos = Photos::Both;
    own.framePhotos = true;
    EXPECT_EQ(sharingKey(own), key) << "each element's own";
    const std::vector<std::function<void(Settings &)>> changes{
        [](Settings &s) { s.uri += "y"; },
        [](Settings &s) { s.format = "ntfy"; },
        [](Settings &s) { s.topic = "t"; },
        [](Settings &s) { s.photoDir = "/p"; },
        [](Settings &s) { s.keepIdentifiedH = 1; },
        [](Settings &s) { s.keepUnknownH = 1; },
        [](Settings &s) { s.keepSpoofH = 1; },
        [](Settings &s) { s.homeAssistant = true; },
        [](Settings &s) { s.discoveryPrefix = "d"; },
        [](Settings &s) { s.presenceHoldS = 1; },
        [](Settings &s) { s.labelsFile = "/l"; },
        [](Settings &s) { s.userId = "u"; },
        [](Settings &s) { s.userPassword = Secret("another"); },
        [](Settings &s) { s.credentialsFile = "/c"; },
        [](Settings &s) {
            s.extraHeaders = {{"A", "b"}};
        },
        [](Settings &s) { s.sslStrict = false; },
        [](Settings &s) { s.sslCaFile = "/a"; },
        [](Settings &s) { s.sslCertFile = "/a"; },
        [](Settings &s) { s.sslKeyFile = "/a"; },
        [](Settings &s) { s.allowHttp = true; },
        [](Settings &s) { s.timeoutS = 1; },
        [](Settings &s) { s.retryBackoffFactorS = 1; },
        [](Settings &s) { s.retryBackoffMaxS = 1; },
        [](Settings &s) { s.spool = ""; },
        [](Settings &s) { s.spoolBytes = 1; },
        [](Settings &s) { s.maxAgeS = 1; }};
    std::size_t number = 0;
    for (const auto &change : changes) {
        Settings changed = settings;
        change(changed);
        EXPECT_NE(sharingKey(changed), key) << number++;
    }
    Settings shifted = settings;
    shifted.extraHeaders = {{"AB", "c"}};
    Settings other = settings;
    other.extraHeaders = {{"A", "Bc"}};
    EXPECT_NE(sharingKey(shifted), sharingKey(other));
}

TEST(Settings, expandThePathsOfPeople)
{
    EXPECT_EQ(expandedPath("/a/~b"), "/a/~b");
    EXPECT_TRUE(expandedPath("~/x").ends_with("/x"));
    EXPECT_TRUE(expandedPath("~/x").starts_with("/"));
    EXPECT_TRUE(expandedPath("$XDG_STATE_HOME/ooto/spool").ends_with("/ooto/spool"));
    EXPECT_TRUE(expandedPath("$XDG_STATE_HOME/ooto").starts_with("/"));
    EXPECT_EQ(expandedPath("~anna/x"), "~anna/x");
}

} // namespace
