// SPDX-License-Identifier: LGPL-2.1-or-later
// The program telling_camera, which a test kills and starts again.
#pragma once

#include "core/base/guarded.h"
#include "support/mosquitto_broker.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ooto::test
{

/** The program telling_camera: its prints over all its lives. */
class TellingCamera
{
public:
    explicit TellingCamera(std::string properties) : properties_(std::move(properties)) {}
    ~TellingCamera() { kill(); }

    void start()
    {
        int ends[2];
        ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
        ASSERT_TRUE(process_.start({std::getenv("OOTO_TELLING_CAMERA"), properties_}, ends[1]));
        close(ends[1]);
        reader_ = std::thread([this, from = ends[0]] { read(from); });
    }
    /** kill -9 */
    void kill()
    {
        process_.end();
        if (reader_.joinable())
            reader_.join();
    }
    /** Ids of events that were older than half a second while it lived. */
    std::vector<std::string> ids() { return *ids_.lock(); }

private:
    void read(int descriptor)
    {
        const system::FileDescriptor owner(descriptor);
        std::string unread;
        char bytes[4096];
        for (ssize_t count; (count = ::read(descriptor, bytes, sizeof(bytes))) > 0;) {
            unread.append(bytes, static_cast<std::size_t>(count));
            for (std::size_t end; (end = unread.find('\n')) != std::string::npos;) {
                ids_.lock()->push_back(unread.substr(0, end));
                unread.erase(0, end + 1);
            }
        }
    }

    const std::string properties_;
    ChildProcess process_;
    std::thread reader_;
    core::Guarded<std::vector<std::string>> ids_;
};

} // namespace ooto::test
