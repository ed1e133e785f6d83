// SPDX-License-Identifier: LGPL-2.1-or-later
// The topics of `format=ooto`: each one's form once.
#pragma once

#include "core/publishing/slug.h"

#include <string>

namespace ooto::publish
{

/** Names of cameras, people and clients become slugs: no name adds levels or wildcards. */
struct MqttTopics {
    std::string prefix;
    std::string clientId;

    std::string status() const { return prefix + "/status/" + core::slug(clientId); }
    std::string service() const { return prefix + "/service/" + core::slug(clientId); }
    std::string state(const std::string &camera) const { return of(camera, "/state"); }
    std::string event(const std::string &camera) const { return of(camera, "/event"); }
    std::string persons(const std::string &camera) const { return of(camera, "/persons"); }
    std::string photo(const std::string &camera) const { return of(camera, "/photo"); }
    std::string snapshot(const std::string &camera) const { return of(camera, "/snapshot"); }
    std::string person(const std::string &templateId) const
    {
        return prefix + "/person/" + core::slug(templateId);
    }

private:
    std::string of(const std::string &camera, const char *what) const
    {
        return prefix + "/camera/" + core::slug(camera) + what;
    }
};

} // namespace ooto::publish
