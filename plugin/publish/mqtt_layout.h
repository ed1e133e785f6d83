// SPDX-License-Identifier: LGPL-2.1-or-later
// The topics of `format=ooto`, and Home Assistant's discovery: retained states, remembered.
#pragma once

#include "metadata/faces_reader.h"
#include "metadata/labels_file.h"
#include "mqtt/publication.h"
#include "spool/record.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::publish
{

struct MqttLayoutSettings {
    std::string prefix = "ooto"; ///< may have levels: `site/ooto`
    std::string clientId;
    bool homeAssistant = false;
    std::string discoveryPrefix = "homeassistant";
    std::chrono::seconds presenceHold{120};
    std::chrono::hours keepIdentified{168}; ///< `last` of persons ends with it
    bool photos = false;                    ///< the topic `photo` is used
    std::string version;                    ///< of this software
};

enum class CameraState { Live, Stalled, Ended, Off };
/** "live", "stalled", "ended", "off". */
const char *cameraStateName(CameraState state);
/** Nothing when there is no state of that name. */
std::optional<CameraState> cameraStateOf(const std::string &name);

/** The topic `service/<client-id>`. */
struct ServiceFacts {
    std::string state = "ok";
    std::string reason{};
    std::string since{}; ///< ISO 8601
    std::optional<std::uint64_t> callsToday{};
    std::optional<std::uint64_t> budgetLeft{};

    bool operator==(const ServiceFacts &) const = default;
};

/**
 * Thread-bound, and told the time. Each call returns what has to be published for it now; all of it
 * may be lost (there is no connection), since everything() says it again.
 */
class MqttLayout
{
public:
    using Publications = std::vector<mqtt::Publication>;
    /** Running time of a clock that only goes on. */
    using Time = std::chrono::milliseconds;

    explicit MqttLayout(MqttLayoutSettings settings);
    ~MqttLayout();

    /** Retained `offline` at `status/<client-id>`. */
    mqtt::Publication will() const;
    /** At the normal end: cameras that are `off` and see nobody, then `stopped`. */
    Publications farewells() const;
    /**
     * At each CONNACK: each retained topic of today, what was emptied since the last one, and
     * `online` at the end, when the others are right.
     */
    Publications everything(Time now);

    /** Where an event goes, not retained. */
    mqtt::Publication event(const std::string &camera, const std::string &json) const;
    /** JPEG or PNG bytes, QoS 0, not retained. @param frame the topic `snapshot`, else `photo` */
    mqtt::Publication photo(const std::string &camera, const spool::Picture &picture,
                            bool frame) const;

    Publications noteCamera(const std::string &camera, CameraState state, Time now);
    /** The camera is used no more: its retained topics and its device go. */
    Publications dropCamera(const std::string &camera);
    /** An event, in its order; the wall clock is for `last`. */
    Publications noteEvent(const std::string &camera, const metadata::FaceMessage &event, Time now,
                           std::chrono::system_clock::time_point wall);
    /** What a buffer shows is what is true: for events that were lost on the way. */
    Publications noteFaces(const std::string &camera, const std::vector<metadata::ReadFace> &faces,
                           Time now, std::chrono::system_clock::time_point wall);
    Publications noteService(const ServiceFacts &service);
    /** The people with a state of their own, at most 200; who is gone or renamed is emptied. */
    Publications setLabels(std::shared_ptr<const metadata::Labels> labels, Time now);
    void setPresenceHold(std::chrono::seconds hold);
    void setKeepIdentified(std::chrono::hours hours);
    /** Names leave by `presence-hold`. */
    Publications advance(Time now);
    /** When advance() has something to do; nothing when never. */
    std::optional<Time> nextChange() const;
    /** Names, `last` and topics of the person. */
    Publications forget(const spool::Person &person, Time now);

    /** Whether the topic `photo` is used from now on. */
    Publications setPhotos(bool photos);
    /** What people should know, on one line, such as labels beyond those 200; empty: nothing. */
    std::string notice() const;

    /** A camera whose slug another one has already; empty: none. For an element error. */
    std::string slugClash(const std::string &camera) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace ooto::publish
