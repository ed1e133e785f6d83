// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of ootoidentify as plain values.
#pragma once

#include "core/base/frame_times.h"
#include "core/traffic/traffic.h"
#include "metadata/facts.h"
#include "service/endpoint.h"
#include "system/secret.h"
#include "vision/photo_encoder.h"

#include <cstdint>
#include <string>

namespace ooto::identify
{

/** `detector`, by the values of the registered enum. */
enum class DetectorChoice { Auto, Yunet, Cascade, Upstream, None };

struct Settings {
    std::string endpoint = service::defaultEndpoint;
    bool allowHttp = false;
    bool active = true;
    std::string appId;
    system::Secret appKey;
    std::string credentialsFile;
    bool checkLiveness = false;
    bool checkDeepfake = false;
    unsigned timeoutS = 10;
    bool sslStrict = true;
    std::string sslCaFile;
    std::string proxy;
    std::string proxyId;
    system::Secret proxyPassword;
    std::string userAgent = "gst-ooto/" OOTO_VERSION;
    unsigned maxInFlight = 4;
    double maxRate = 5;                     ///< requests per second; 0 = no limit
    std::uint64_t maxRequestsPerDay = 2000; ///< 0 = no limit
    unsigned retries = 2;                   ///< failures in a row of one photo
    std::string sharedState;                ///< uri; empty: none
    double retryBackoffFactorS = 0.5;
    double retryBackoffMaxS = 30;
    bool dryRun = false;
    int analysisRateN = 5; ///< samples per analysisRateD seconds; 0 = every frame
    int analysisRateD = 1;
    DetectorChoice detector = DetectorChoice::Auto;
    std::string model;
    std::string roiType = "face";
    double detectionThreshold = 0.75;
    /** Faces are looked for where they may be only; false: in all of each sample. */
    bool searchParts = true;
    unsigned minFaceSizePx = 48;
    unsigned bestShotWindowMs = 1500;
    double minQuality = 0.3;
    unsigned maxAttempts = 3;
    unsigned reidentifyIntervalS = 0; ///< 0 = never
    unsigned relinkTimeMs = 5000;
    unsigned visitTimeoutS = 120;
    double cropMargin = -1;
    vision::PhotoFormat photoFormat = vision::PhotoFormat::Jpeg;
    int jpegQuality = 90;
    unsigned maxPhotoSizePx = 800;
    double similarityThreshold = 0.75;
    bool backpressure = false;
    unsigned holdTimeMs = 1000;
    std::string labelsFile;
    unsigned facts = metadata::FactIdentity | metadata::FactLiveness | metadata::FactDeepfake |
                     metadata::FactQuality | metadata::FactLandmarks;
    std::string camera; ///< empty: the element's name
    bool postMessages = true;
    bool messagePhotos = false;

    std::uint64_t revision = 0;       ///< how many properties were set before
    std::uint64_t credentialsSet = 0; ///< of these, the application's id, key or their file

    core::StreamTime sampleInterval() const
    {
        if (analysisRateN <= 0)
            return core::StreamTime{0};
        return core::StreamTime{1'000'000'000LL * analysisRateD / analysisRateN};
    }
    core::Limits limits() const
    {
        core::Limits limits;
        limits.maxInFlight = maxInFlight;
        limits.maxRate = maxRate;
        limits.maxRequestsPerDay = maxRequestsPerDay;
        limits.backoff = core::backoffRules(retryBackoffFactorS, retryBackoffMaxS);
        return limits;
    }
    /** The share of a face's box that goes around it on each side. */
    double margin() const
    {
        if (cropMargin >= 0)
            return cropMargin;
        return checkLiveness ? 0.9 : 0.5;
    }
};

} // namespace ooto::identify
