// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/properties.h"

#include "system/plain_text.h"
#include "system/text_encoding.h"

#include <gst/gst.h>

#include <utility>
#include <vector>

namespace ooto::identify
{

namespace
{

using element::choice;
using element::count;
using element::number;
using element::real;
using element::secret;
using element::text;
using element::textWithDefault;
using element::toggle;
using element::whenReady;
using element::whilePlaying;
using element::writeOnly;
using element::writeOnlyWhenReady;
using Property = element::Property<Settings>;

GType detectorType()
{
    static const GEnumValue values[] = {
        {static_cast<int>(DetectorChoice::Auto),
         "YuNet when its model file is found, else OpenCV's cascade", "auto"},
        {static_cast<int>(DetectorChoice::Yunet), "YuNet, a neural network (see `model`)", "yunet"},
        {static_cast<int>(DetectorChoice::Cascade),
         "OpenCV's Haar cascade: frontal faces only, finds about half as many", "cascade"},
        {static_cast<int>(DetectorChoice::Upstream),
         "Elements upstream: regions of interest and GstAnalytics detections (see `roi-type`)",
         "upstream"},
        {static_cast<int>(DetectorChoice::None), "None: the whole frame is one face", "none"},
        {0, nullptr, nullptr}};
    static const GType type = element::enumType("GstOotoDetector", values);
    return type;
}

GType photoFormatType()
{
    static const GEnumValue values[] = {
        {static_cast<int>(vision::PhotoFormat::Jpeg), "JPEG", "jpeg"},
        {static_cast<int>(vision::PhotoFormat::Png), "PNG, lossless and larger", "png"},
        {0, nullptr, nullptr}};
    static const GType type = element::enumType("GstOotoPhotoFormat", values);
    return type;
}

GType factsType()
{
    static const GFlagsValue values[] = {
        {metadata::FactIdentity, "Template id and similarity", "identity"},
        {metadata::FactLiveness, "Liveness score and verdict", "liveness"},
        {metadata::FactDeepfake, "Deepfake score and verdict", "deepfake"},
        {metadata::FactQuality, "The service's quality scores and head pose", "quality"},
        {metadata::FactLandmarks, "Five facial landmarks", "landmarks"},
        {metadata::FactDemography, "Gender, age and race as the service guesses them",
         "demography"},
        {0, nullptr, nullptr}};
    static const GType type = element::flagsType("GstOotoFacts", values);
    return type;
}

/** libsoup's server takes some 8 KiB of headers, others less; a user agent is a line. */
constexpr std::size_t longestHeader = 1024;

/** Ends in metadata and JSON, which are UTF-8. */
Property shownText(Property property, std::string Settings::*field)
{
    property.set = [set = std::move(property.set), field](Settings &settings, const GValue *value) {
        set(settings, value);
        settings.*field = system::validUtf8(settings.*field);
    };
    return property;
}

/** Ends in a header, which has no place for control characters either. */
Property headerText(Property property, std::string Settings::*field)
{
    property.set = [set = std::move(property.set), field](Settings &settings, const GValue *value) {
        set(settings, value);
        settings.*field = system::plainText(settings.*field, longestHeader);
    };
    return property;
}

/** A password does not belong there, and is an error at the start; it is not shown either. */
Property shownUri(Property property)
{
    property.get = [](const Settings &settings, GValue *value) {
        if (settings.sharedState.empty())
            g_value_set_string(value, nullptr);
        else
            g_value_set_string(value, service::shownSharedState(settings.sharedState).c_str());
    };
    return property;
}

/** Set by people, maybe to what it was: they want it tried. */
Property credential(Property property)
{
    property.set = [set = std::move(property.set)](Settings &settings, const GValue *value) {
        set(settings, value);
        ++settings.credentialsSet;
    };
    return property;
}

/** Where photos go, with which credentials, and how many. */
std::vector<Property> serviceProperties()
{
    return {
        textWithDefault(&Settings::endpoint, "endpoint", "Endpoint",
                        "URL that photos are posted to. Plain http only to this machine "
                        "(loopback), unless allow-http is set",
                        whenReady),
        toggle(&Settings::allowHttp, "allow-http", "Allow http",
               "Allow plain http to other hosts, for a service in one's own network: faces and "
               "the key then travel unencrypted",
               whenReady),
        credential(text(&Settings::appId, "app-id", "Application id",
                        "Identifier of the application; else from credentials-file, else from the "
                        "environment variable OOTO_APP_ID",
                        whenReady)),
        credential(secret(&Settings::appKey, "app-key", "Application key",
                          "Secret key of the application, never readable; else from "
                          "credentials-file, else from the environment variable OOTO_APP_KEY. "
                          "Set it from an application only: what is typed on a launch line "
                          "shows in process lists and in GStreamer's own logs",
                          writeOnly)),
        credential(text(&Settings::credentialsFile, "credentials-file", "Credentials file",
                        "Key file with a group [ooto] and the keys app-id and app-key, not "
                        "accessible to everyone (chmod o-rwx); when it changes the key is read "
                        "again, and the id at the next start",
                        whilePlaying)),
        toggle(&Settings::sslStrict, "ssl-strict", "SSL strict",
               "Refuse a server whose TLS certificate is not valid", whenReady),
        text(&Settings::sslCaFile, "ssl-ca-file", "SSL CA file",
             "PEM file with the certificate authorities to trust, instead of the system's",
             whenReady),
        text(&Settings::proxy, "proxy", "Proxy",
             "URI of the HTTP proxy to go through, as http://proxy.local:3128; else that of the "
             "environment variables https_proxy, http_proxy, all_proxy and no_proxy, if any",
             whenReady),
        text(&Settings::proxyId, "proxy-id", "Proxy id", "User name for the proxy", whenReady),
        secret(&Settings::proxyPassword, "proxy-pw", "Proxy password",
               "Password for the proxy, never readable", writeOnlyWhenReady),
        headerText(textWithDefault(&Settings::userAgent, "user-agent", "User agent",
                                   "Value of the User-Agent header", whenReady),
                   &Settings::userAgent),
        count(&Settings::timeoutS, "timeout", "Timeout",
              "Seconds that one request may take, from name look-up to the answer's last byte", 1,
              3600, whilePlaying),
        count(&Settings::maxInFlight, "max-in-flight", "Max in flight",
              "Requests under way at once, for all elements that share the service; where they "
              "differ the smallest holds",
              1, 64, whilePlaying),
        real(&Settings::maxRate, "max-rate", "Max rate",
             "Requests per second, with bursts of a second's worth, over all elements that share "
             "the service; where they differ the smallest holds; 0 = no limit",
             0, 1000, whilePlaying),
        number(&Settings::maxRequestsPerDay,
               g_param_spec_uint64(
                   "max-requests-per-day", "Max requests per day",
                   "Requests from midnight to midnight, over all processes of this user that ask "
                   "the same service with the same app-id; 0 = no limit. When they are spent, the "
                   "video flows on and faces stay pending",
                   0, G_MAXUINT64, Settings().maxRequestsPerDay, whilePlaying),
               g_value_get_uint64, g_value_set_uint64),
        shownUri(text(
            &Settings::sharedState, "shared-state", "Shared state",
            "Redis (7 or later) or Valkey server by which all machines with the same endpoint and "
            "app-id share max-requests-per-day, max-rate and visits: "
            "redis://[user@]host[:port][/database], or rediss:// with TLS, to which ssl-strict "
            "and ssl-ca-file apply. Its password is the line password= in the group "
            "[shared-state] of credentials-file, else the environment variable "
            "OOTO_SHARED_STATE_PASSWORD. While it is away each process keeps to its share of what "
            "was left; one that never reached it asks nobody",
            whenReady)),
        count(&Settings::retries, "retries", "Retries",
              "How often a face that failed (timeouts, lost connections, 408, 429, 5xx) is asked "
              "about again as soon as the service is back; after more failures in a row it waits "
              "for its own pause, too. No face is given up for failures",
              0, 100, whilePlaying),
        real(&Settings::retryBackoffFactorS, "retry-backoff-factor", "Retry backoff factor",
             "Seconds that a service in trouble is left alone after the first failure at most; "
             "pauses double at most",
             0, 3600, whilePlaying),
        real(&Settings::retryBackoffMaxS, "retry-backoff-max", "Retry backoff max",
             "Seconds that a service in trouble is left alone at most, unless it asks for more", 0,
             3600, whilePlaying),
        toggle(&Settings::dryRun, "dry-run", "Dry run",
               "Do everything but send: needs no credentials, faces stay pending", whilePlaying),
    };
}

/** What is looked at, and what is told of it. */
std::vector<Property> pictureProperties()
{
    return {
        toggle(&Settings::active, "active", "Active",
               "When false, frames pass and nothing is looked at or sent", whilePlaying),
        toggle(&Settings::checkLiveness, "check-liveness", "Check liveness",
               "Ask the service whether the face is a live one, not a picture of one",
               whilePlaying),
        toggle(&Settings::checkDeepfake, "check-deepfake", "Check deepfake",
               "Ask the service whether the face was made or changed by a computer", whilePlaying),
        {gst_param_spec_fraction("analysis-rate", "Analysis rate",
                                 "Frames looked at per second of running time; 0/1 = every frame. "
                                 "A sample that finds the analysis busy is skipped and counted",
                                 0, 1, G_MAXINT, 1, Settings().analysisRateN,
                                 Settings().analysisRateD, whilePlaying),
         [](Settings &settings, const GValue *value) {
             settings.analysisRateN = gst_value_get_fraction_numerator(value);
             settings.analysisRateD = gst_value_get_fraction_denominator(value);
         },
         [](const Settings &settings, GValue *value) {
             gst_value_set_fraction(value, settings.analysisRateN, settings.analysisRateD);
         }},
        choice(&Settings::detector, detectorType(), "detector", "Detector", "What finds the faces",
               whenReady),
        text(&Settings::model, "model", "Model",
             "Model file of the YuNet detector; else from the environment variable "
             "OOTO_FACE_MODEL, else ooto/models/face_detection_yunet_2023mar.onnx in the XDG data "
             "directories",
             whenReady),
        shownText(text(&Settings::roiType, "roi-type", "ROI type",
                       "With detector=upstream: the type of the regions of interest and of the "
                       "GstAnalytics object detections that are faces",
                       whenReady),
                  &Settings::roiType),
        real(&Settings::detectionThreshold, "detection-threshold", "Detection threshold",
             "Least score of a detection that counts as a face; the cascade has no scores, and "
             "what comes from upstream counts whatever its score",
             0, 1, whilePlaying),
        count(&Settings::minFaceSizePx, "min-face-size", "Min face size",
              "Shorter side in pixels of the frame of a face that is worth a photo. Faces are "
              "tracked from two thirds of it, and frames are scaled down for detection as far as "
              "that allows, at least to 1280 pixels",
              1, 8192, whilePlaying),
        count(
            &Settings::bestShotWindowMs, "best-shot-window", "Best shot window",
            "Milliseconds that a new face may wait for a better shot at most. It goes sooner when "
            "the shot is plainly good (0.7), when nothing better came for 400 ms, or when the "
            "face is leaving",
            0, 60000, whilePlaying),
        real(&Settings::minQuality, "min-quality", "Min quality",
             "Least quality of a photo that is sent. Quality is one number made of the face's "
             "size, sharpness, exposure, frontality, distance to the edge and to neighbours; "
             "pending faces carry it and its parts in the field `shot`",
             0, 1, whilePlaying),
        count(&Settings::maxAttempts, "max-attempts", "Max attempts",
              "Answers that one track may cost before it is left alone", 1, 100, whilePlaying),
        count(&Settings::reidentifyIntervalS, "reidentify-interval", "Reidentify interval",
              "Seconds after which a track that has an answer is asked again; 0 = never", 0,
              G_MAXINT, whilePlaying),
        count(&Settings::relinkTimeMs, "relink-time", "Relink time",
              "Milliseconds within which a track that starts where one ended takes over its answer "
              "without a request, once its face is proven the same; 0 = never",
              0, 600000, whilePlaying),
        count(&Settings::visitTimeoutS, "visit-timeout", "Visit timeout",
              "Seconds within which the same template seen again is the same visit", 0, G_MAXINT,
              whilePlaying),
        real(&Settings::cropMargin, "crop-margin", "Crop margin",
             "Share of the face's box added on each side of the photo; -1 = auto: 0.5, and 0.9 "
             "with check-liveness, which needs the surroundings",
             -1, 4, whilePlaying),
        choice(&Settings::photoFormat, photoFormatType(), "photo-format", "Photo format",
               "File format of the photos", whilePlaying),
        number(&Settings::jpegQuality,
               g_param_spec_int("jpeg-quality", "JPEG quality", "Quality of JPEG photos", 1, 100,
                                Settings().jpegQuality, whilePlaying),
               g_value_get_int, g_value_set_int),
        count(&Settings::maxPhotoSizePx, "max-photo-size", "Max photo size",
              "Longer side of a photo in pixels at most; larger crops are scaled down", 32, 8192,
              whilePlaying),
        real(&Settings::similarityThreshold, "similarity-threshold", "Similarity threshold",
             "Least similarity of the best template that counts as a match", 0, 1, whilePlaying),
        toggle(&Settings::backpressure, "backpressure", "Backpressure",
               "For files: make upstream wait instead of skipping samples, and hold a frame while "
               "requests about its faces are under way. Runs are then repeatable",
               whilePlaying),
        text(&Settings::labelsFile, "labels-file", "Labels file",
             "Key file with a group [labels] and lines `templateId = display name`; read again "
             "when it changes",
             whilePlaying),
        count(&Settings::holdTimeMs, "hold-time", "Hold time",
              "Milliseconds that a face's box outlives its last detection", 0, 60000, whilePlaying),
        {g_param_spec_flags("facts", "Facts", "What is attached to buffers and reported",
                            factsType(), Settings().facts, whilePlaying),
         [](Settings &settings, const GValue *v) { settings.facts = g_value_get_flags(v); },
         [](const Settings &settings, GValue *v) { g_value_set_flags(v, settings.facts); }},
        shownText(text(&Settings::camera, "camera", "Camera",
                       "Names the stream in metadata and messages; the element's name when unset",
                       whilePlaying),
                  &Settings::camera),
        toggle(&Settings::postMessages, "post-messages", "Post messages",
               "Post element messages (ooto-face) when a face appears, is answered, and ends",
               whilePlaying),
        toggle(&Settings::messagePhotos, "message-photos", "Message photos",
               "Add the photo that was sent to `answered` and `end` messages, as a GstSample; "
               "such messages are printed in full by gst-launch-1.0 -m and debug logs",
               whilePlaying),
    };
}

} // namespace

const element::PropertyTable<Settings> &identifyProperties()
{
    // Never destroyed: properties may be set on another thread while the process exits.
    static const auto *const table = [] {
        std::vector<Property> all = serviceProperties();
        for (Property &property : pictureProperties())
            all.push_back(std::move(property));
        for (Property &property : all) {
            if (!property.set)
                continue;
            property.set = [set = std::move(property.set)](Settings &settings,
                                                           const GValue *value) {
                set(settings, value);
                ++settings.revision;
            };
        }
        return new element::PropertyTable<Settings>(std::move(all));
    }();
    return *table;
}

} // namespace ooto::identify
