// SPDX-License-Identifier: LGPL-2.1-or-later
// What tests with a broker and the element have in common.
#pragma once

#include "support/mosquitto_broker.h"
#include "support/scratch_directory.h"
#include "told_camera.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace ooto::test
{

class BrokerTest : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!MosquittoBroker::installed())
            GTEST_SKIP() << "mosquitto is not installed";
    }

    /** As on a launch line: a target at the broker, with a spool of this test. */
    std::string target(const MosquittoBroker &broker, const std::string &more = {}) const
    {
        return "uri=mqtt://127.0.0.1:" + std::to_string(broker.port()) +
               " spool=" + scratch_ / "spool" +
               " retry-backoff-factor=0.02 retry-backoff-max=0.2 timeout=2 " + more;
    }
    std::string write(const std::string &name, const std::string &text) const
    {
        const std::string path = scratch_ / name;
        std::ofstream(path) << text;
        chmod(path.c_str(), 0600);
        return path;
    }
    /** Whose topics are the events' ids: then the broker's log says what came, in which order. */
    std::string idsFormat() const
    {
        return " format=" + write("ids", "topic: {{prefix}}/n/{{camera-slug}}/{{event-id}}\n"
                                         "content-type: text/plain\n\n{{event-id}}\n");
    }

    ScratchDirectory scratch_;
};

} // namespace ooto::test
