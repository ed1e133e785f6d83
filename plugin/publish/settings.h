// SPDX-License-Identifier: LGPL-2.1-or-later
// What ootopublish can be told: the values of its properties.
#pragma once

#include "spool/record.h"
#include "system/secret.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ooto::publish
{

enum class Photos { None, Message, File, Both };

using ExtraHeaders = std::vector<std::pair<std::string, std::string>>;

inline constexpr unsigned allEvents = 15;   ///< bit n: core::FaceEventType n
inline constexpr unsigned allStatuses = 31; ///< bit n: core::Status n

struct Settings {
    // Of each element.
    std::string cameraAlias;
    unsigned events = allEvents;
    unsigned statuses = allStatuses;
    Photos photos = Photos::None;
    bool framePhotos = false;

    // Of the target; elements with the same share it.
    std::string uri;
    std::string format = "ooto";
    std::string topic;
    std::string photoDir = "$XDG_STATE_HOME/ooto/photos";
    unsigned keepIdentifiedH = 168;
    unsigned keepUnknownH = 8;
    unsigned keepSpoofH = 168;
    bool homeAssistant = false;
    std::string discoveryPrefix = "homeassistant";
    unsigned presenceHoldS = 120;
    std::string labelsFile;
    std::string userId;
    system::Secret userPassword;
    std::string credentialsFile;
    ExtraHeaders extraHeaders;
    bool sslStrict = true;
    std::string sslCaFile;
    std::string sslCertFile;
    std::string sslKeyFile;
    bool allowHttp = false;
    unsigned timeoutS = 15;
    double retryBackoffFactorS = 0.5;
    double retryBackoffMaxS = 60;
    std::string spool = "$XDG_STATE_HOME/ooto/spool";
    std::uint64_t spoolBytes = std::uint64_t{64} << 20;
    unsigned maxAgeS = 86400;

    bool wantsMessagePhotos() const { return photos == Photos::Message || photos == Photos::Both; }
    bool wantsPhotoFiles() const { return photos == Photos::File || photos == Photos::Both; }
    spool::PhotoAges photoAges() const
    {
        return {std::chrono::hours(keepIdentifiedH), std::chrono::hours(keepUnknownH),
                std::chrono::hours(keepSpoofH)};
    }
    std::chrono::milliseconds timeout() const { return std::chrono::seconds(timeoutS); }
};

/** The path with a leading `$XDG_STATE_HOME` or `~` replaced, as the system says. */
std::string expandedPath(const std::string &path);

/** What has to be the same for two elements to share a connection, a spool and a will. */
std::string sharingKey(const Settings &settings);

} // namespace ooto::publish
