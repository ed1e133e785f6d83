// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/properties.h"

#include "core/asking/face.h"
#include "publish/target_uri.h"

#include <gst/gst.h>

#include <array>
#include <iterator>

namespace ooto::publish
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

constexpr unsigned bit(core::FaceEventType type)
{
    return 1U << static_cast<unsigned>(type);
}

constexpr unsigned bit(core::Status status)
{
    return 1U << static_cast<unsigned>(status);
}

GType eventsType()
{
    using enum core::FaceEventType;
    static const GFlagsValue values[] = {
        {bit(New), "A face came", "new"},
        {bit(Answered), "The service answered", "answered"},
        {bit(Updated), "A name was taken over, withheld, given back or changed", "updated"},
        {bit(End), "It left", "end"},
        {0, nullptr, nullptr}};
    static const GType type = element::flagsType("GstOotoEvents", values);
    return type;
}

GType statusesType()
{
    using enum core::Status;
    static const GFlagsValue values[] = {
        {bit(Pending), "An answer can still come", "pending"},
        {bit(Identified), "A known person", "identified"},
        {bit(Unknown), "Nobody that the service knows", "unknown"},
        {bit(Spoof), "Liveness or deepfake was judged not fine", "spoof"},
        {bit(Unavailable), "No answer could be used", "unavailable"},
        {0, nullptr, nullptr}};
    static const GType type = element::flagsType("GstOotoStatuses", values);
    return type;
}

GType photosType()
{
    static const GEnumValue values[] = {
        {static_cast<int>(Photos::None), "Nowhere", "none"},
        {static_cast<int>(Photos::Message), "To the target, with the event (MQTT, HTTP)",
         "message"},
        {static_cast<int>(Photos::File), "Into photo-dir; the event has its photo-uri", "file"},
        {static_cast<int>(Photos::Both), "Both", "both"},
        {0, nullptr, nullptr}};
    static const GType type = element::enumType("GstOotoPhotos", values);
    return type;
}

Property flags(unsigned Settings::*field, GType type, const char *name, const char *nick,
               const char *blurb)
{
    return number(field,
                  g_param_spec_flags(name, nick, blurb, type, Settings().*field, whilePlaying),
                  g_value_get_flags, g_value_set_flags);
}

/** What is read back shows scheme and host only: the path of a webhook is a secret more often than
 * not, and graphs and logs print properties. */
Property uriProperty()
{
    Property property =
        text(&Settings::uri, "uri", "Target",
             "Where events go: file:///path.jsonl, unix:///path, tcp://host:port, "
             "mqtt://[user@]host[:1883][/prefix], mqtts://…, http://…, https://…, "
             "kafka://[user@]host[:9092][,host]/topic, kafkas://… (docs/publishing.md). Needed, "
             "here or in credentials-file. Reads back "
             "as scheme and host",
             whenReady);
    property.get = [](const Settings &settings, GValue *value) {
        if (settings.uri.empty())
            g_value_set_string(value, nullptr);
        else
            g_value_set_string(value, shownUri(settings.uri).c_str());
    };
    return property;
}

void takeHeaders(ExtraHeaders &headers, const GstStructure *from)
{
    headers.clear();
    for (gint i = 0; from && i < gst_structure_n_fields(from); ++i) {
        const char *name = gst_structure_nth_field_name(from, static_cast<guint>(i));
        const GValue *value = gst_structure_get_value(from, name);
        GValue asText = G_VALUE_INIT;
        g_value_init(&asText, G_TYPE_STRING);
        if (g_value_transform(value, &asText) && g_value_get_string(&asText))
            headers.emplace_back(name, g_value_get_string(&asText));
        g_value_unset(&asText);
    }
}

Property extraHeadersProperty()
{
    return {g_param_spec_boxed("extra-headers", "Extra HTTP headers",
                               "HTTP headers for each request, a structure with strings: "
                               "\"headers,X-Site=(string)north\". Never read back",
                               GST_TYPE_STRUCTURE, writeOnlyWhenReady),
            [](Settings &settings, const GValue *value) {
                takeHeaders(settings.extraHeaders,
                            static_cast<const GstStructure *>(g_value_get_boxed(value)));
            },
            nullptr};
}

std::vector<Property> deliveryProperties()
{
    return {
        uriProperty(),
        textWithDefault(&Settings::format, "format", "Format",
                        "`ooto`: JSON as in docs/json.md, with MQTT's layout of topics; else the "
                        "name or path of a template (docs/templates.md)",
                        whenReady),
        text(&Settings::topic, "topic", "Topic",
             "Brokers: everything goes to this topic, instead of MQTT's layout of format=ooto, or "
             "of "
             "the topic in a kafka uri",
             whenReady),
        text(&Settings::cameraAlias, "camera-alias", "Camera alias",
             "The target's own name for the camera, as an address for Milestone or a number for "
             "ZoneMinder; empty: the camera's",
             whilePlaying),
        flags(&Settings::events, eventsType(), "events", "Events",
              "Which events are sent; MQTT's states are not filtered"),
        flags(&Settings::statuses, statusesType(), "statuses", "Statuses",
              "Events of faces with which status are sent; MQTT's states are not filtered"),
        choice(&Settings::photos, photosType(), "photos", "Photos",
               "Where the photo of an `answered` goes, the one that was sent to the service. "
               "Lines (file, unix, tcp) carry none",
               whilePlaying),
        toggle(&Settings::framePhotos, "frame-photos", "Frame photos",
               "Along with photos: also the whole frame of that moment, at most 1280 px wide, with "
               "all other faces painted over",
               whilePlaying),
        textWithDefault(
            &Settings::photoDir, "photo-dir", "Photo folder",
            "Where photos=file puts them, as `<camera>/<date>/<event-id>.jpg`, mode 0600",
            whenReady),
        count(&Settings::keepIdentifiedH, "keep-identified", "Keep photos of known people",
              "Photos of known people older than this many hours go, also those that wait in the "
              "spool; 0: they are never stored",
              0, 876000, whilePlaying),
        count(&Settings::keepUnknownH, "keep-unknown", "Keep photos of unknown people",
              "Likewise, in hours, of all that are neither known nor judged not live or genuine", 0,
              876000, whilePlaying),
        count(&Settings::keepSpoofH, "keep-spoof", "Keep photos of attempted fraud",
              "Likewise, in hours, of those that were judged not live or a deepfake", 0, 876000,
              whilePlaying),
    };
}

std::vector<Property> targetProperties()
{
    return {
        toggle(&Settings::homeAssistant, "home-assistant", "Home Assistant",
               "MQTT: announces cameras and people to Home Assistant (docs/home-assistant.md)",
               whenReady),
        textWithDefault(&Settings::discoveryPrefix, "discovery-prefix", "Discovery prefix",
                        "Home Assistant's prefix of topics for discovery", whenReady),
        count(&Settings::presenceHoldS, "presence-hold", "Presence hold",
              "MQTT: a name leaves the states this many seconds after its last face ended, since "
              "people look away",
              0, 86400, whilePlaying),
        text(&Settings::labelsFile, "labels-file", "Labels file",
             "MQTT: the people who have a state of their own, 200 at most; a key file with the "
             "group [labels], as that of ootoidentify. Read again when it changes",
             whilePlaying),
        text(&Settings::userId, "user-id", "User",
             "For brokers, and for web servers (Basic); empty: as credentials-file or "
             "OOTO_PUBLISH_USER say",
             whilePlaying),
        secret(&Settings::userPassword, "user-pw", "Password",
               "Cannot be read back. On a launch line everybody on the machine sees it: better in "
               "credentials-file, or in OOTO_PUBLISH_PASSWORD",
               writeOnly),
        text(&Settings::credentialsFile, "credentials-file", "Credentials file",
             "A key file, group [publish HOST] or [publish], with uri, user, password, token and "
             "secret; read again when it changes. Else OOTO_PUBLISH_USER and "
             "OOTO_PUBLISH_PASSWORD",
             whilePlaying),
        extraHeadersProperty(),
        toggle(
            &Settings::sslStrict, "ssl-strict", "Strict TLS",
            "Whether the certificate of the server or broker is checked; without, anybody can be "
            "it",
            whenReady),
        text(&Settings::sslCaFile, "ssl-ca-file", "CA file",
             "PEM, the authorities to trust; empty: the system's", whenReady),
        text(&Settings::sslCertFile, "ssl-cert-file", "Client certificate",
             "PEM, what to show to servers that ask for a certificate", whenReady),
        text(&Settings::sslKeyFile, "ssl-key-file", "Client key",
             "PEM, its key; empty: it is in ssl-cert-file", whenReady),
        toggle(&Settings::allowHttp, "allow-http", "Allow plain text",
               "Lets http go to other hosts, and photos over plain mqtt: everybody on the way can "
               "read them",
               whenReady),
        count(&Settings::timeoutS, "timeout", "Timeout",
              "Seconds that one attempt may take, from connecting to the acknowledgement, and that "
              "the end of the stream may be held back",
              1, 600, whilePlaying),
        real(&Settings::retryBackoffFactorS, "retry-backoff-factor", "Back-off",
             "Seconds to pause after the first failure, at most; it doubles with each one, and "
             "chance shortens it",
             0, 3600, whilePlaying),
        real(&Settings::retryBackoffMaxS, "retry-backoff-max", "Longest back-off",
             "No pause is longer than so many seconds, but one that the server asks for "
             "(Retry-After)",
             0, 86400, whilePlaying),
        textWithDefault(&Settings::spool, "spool", "Spool folder",
                        "Where events wait for the target, so that neither an outage nor a crash "
                        "loses them; on a local disk. Empty: in memory only",
                        whenReady),
        number(&Settings::spoolBytes,
               g_param_spec_uint64("spool-size", "Spool size",
                                   "Bytes that may wait; over it photos go first, then the oldest "
                                   "events, counted and told",
                                   1U << 16, G_MAXINT64, Settings().spoolBytes, whilePlaying),
               g_value_get_uint64, g_value_set_uint64),
        count(&Settings::maxAgeS, "max-age", "Longest wait",
              "Events that waited more seconds than this are not delivered any more; for a door "
              "set 5",
              1, 31536000, whilePlaying),
    };
}

} // namespace

const element::PropertyTable<Settings> &publishProperties()
{
    static const element::PropertyTable<Settings> table = [] {
        std::vector<Property> all = deliveryProperties();
        std::vector<Property> more = targetProperties();
        all.insert(all.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
        return element::PropertyTable<Settings>(std::move(all));
    }();
    return table;
}

} // namespace ooto::publish
