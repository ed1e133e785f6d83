// SPDX-License-Identifier: LGPL-2.1-or-later
// Home Assistant's MQTT discovery: one device per camera, one per person.
#pragma once

#include "publish/mqtt_topics.h"

#include <string>

namespace ooto::publish
{

/** Documents of device-based discovery, as Home Assistant takes them from 2024.12 on. */
class HomeAssistant
{
public:
    /** What a camera's document says about its photo. */
    enum class Photo {
        None,
        Shown,
        Gone, ///< it was there: said once, so that the entity is removed
    };

    HomeAssistant(std::string discoveryPrefix, MqttTopics topics, std::string version);

    std::string cameraTopic(const std::string &camera) const;
    std::string personTopic(const std::string &templateId) const;
    std::string cameraDocument(const std::string &camera, Photo photo) const;
    /** @param name for people */
    std::string personDocument(const std::string &templateId, const std::string &name) const;

private:
    std::string cameraId(const std::string &camera) const;
    std::string personId(const std::string &templateId) const;

    const std::string discoveryPrefix_;
    const MqttTopics topics_;
    const std::string version_;
};

} // namespace ooto::publish
