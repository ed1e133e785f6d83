// SPDX-License-Identifier: LGPL-2.1-or-later
// An identify server with its client, and photographs to post.
#pragma once

#include "http_client.h"
#include "server.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace ooto::server
{

/** Two faces in one picture. */
inline Photo coupleJpeg()
{
    const cv::Mat hopper = photos::resized(photos::load(photos::hopperFile), 400);
    const cv::Mat collins = photos::resized(photos::load(photos::collinsFile), 400);
    cv::Mat both;
    cv::hconcat(hopper, collins, both);
    return asJpeg(both);
}

class ServerTest : public testing::Test
{
protected:
    /** With the cascade, so that tests do the same with and without a YuNet model. */
    void start(ServerOptions options = {})
    {
        if (options.detector == DetectorChoice::Auto)
            options.detector = DetectorChoice::Cascade;
        client_.reset();
        server_.reset();
        std::string error;
        server_ = IdentifyServer::start(options, error);
        ASSERT_TRUE(server_) << error;
        client_ = std::make_unique<HttpClient>(server_->endpoint());
    }

    Response identify(const std::string &query = "") { return client_->identify(hopper(), query); }

    static const Photo &hopper()
    {
        static const Photo photo = readFile(photos::hopperFile);
        return photo;
    }
    static const Photo &collins()
    {
        static const Photo photo = asJpeg(photos::load(photos::collinsFile));
        return photo;
    }

    std::unique_ptr<IdentifyServer> server_;
    std::unique_ptr<HttpClient> client_;
};

} // namespace ooto::server
