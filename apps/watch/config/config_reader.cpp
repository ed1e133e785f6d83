// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/config_reader.h"

#include "config/camera_section.h"
#include "config/credentials_check.h"
#include "config/findings.h"
#include "config/group_name.h"
#include "config/nearest_name.h"
#include "config/publish_section.h"
#include "config/reading.h"
#include "config/sections.h"
#include "config/watch_section.h"
#include "core/publishing/slug.h"

#include <algorithm>
#include <map>

namespace ooto::watch
{

namespace
{

const std::vector<std::string> kinds{"watch", "identify", "publish", "cameras", "camera"};

bool isNamed(const std::string &kind)
{
    return kind == "publish" || kind == "camera";
}

/** What is wrong with the head of a group, or nothing. */
std::string wrongInHead(const Section &section)
{
    if (std::find(kinds.begin(), kinds.end(), section.kind) == kinds.end()) {
        // [camera-door] and [camera/door] are near enough to what was meant.
        const bool camera = section.kind.starts_with("camera");
        return "is no group that is known: [watch], [identify], [publish NAME], [cameras] and "
               "[camera NAME] are" +
               (camera ? std::string() : meantName(section.kind, kinds));
    }
    if (!isNamed(section.kind))
        return section.name.empty() ? "" : "has no name here: write [" + section.kind + "]";
    return (section.kind == "camera" ? wrongInCameraName(section.name)
                                     : wrongInTargetName(section.name))
        .value_or("");
}

/** Groups that are none are told, and left out. */
std::vector<Section> knownGroups(std::vector<Section> groups, Findings &findings)
{
    std::vector<Section> known;
    for (Section &section : groups) {
        const std::string wrong = wrongInHead(section);
        if (!wrong.empty())
            findings.mistake(section.origin, wrong);
        else
            known.push_back(std::move(section));
    }
    return known;
}

const Section *findGroup(const std::vector<Section> &groups, const std::string &kind)
{
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const Section &section) { return section.kind == kind; });
    return found == groups.end() ? nullptr : &*found;
}

/** Topics, ids and files go by slugs. */
void tellSameSlugs(const std::vector<CameraConfig> &cameras, Findings &findings)
{
    std::map<std::string, std::string> names;
    for (const CameraConfig &camera : cameras) {
        const auto [known, isNew] = names.emplace(core::slug(camera.name), camera.name);
        if (!isNew)
            findings.mistake(camera.origin, "has a name that makes the same topic as [camera " +
                                                known->second + "]; choose another");
    }
}

void tellMissingPlugin(const std::string &file, const Reading &reading)
{
    for (const PropertyProbe *probe : {&reading.identify, &reading.publish}) {
        if (!probe->isThere())
            reading.findings.mistake({.file = file}, "needs the element " + probe->factory() +
                                                         ", which is not installed; see: "
                                                         "gst-inspect-1.0 ooto");
    }
}

/** Told for the first camera that lacks them: mostly all do. */
void tellMissingCredentials(const std::vector<CameraConfig> &cameras, bool unknown,
                            Reading &reading)
{
    for (const CameraConfig &camera : cameras) {
        const auto missing = missingCredentials(camera.identify, reading.environment);
        if (missing && !unknown) {
            reading.findings.mistake(camera.origin, *missing);
            return;
        }
    }
}

/** Whether some value of a credential could not be read or taken, so that it only seems missing. */
bool hasDoubtfulCredentials(const std::vector<Mistake> &mistakes)
{
    return std::any_of(mistakes.begin(), mistakes.end(), [](const Mistake &mistake) {
        const std::string &key = mistake.origin.key;
        return key == "credentials-file" || key == "app-id" || key == "app-key" || key == "dry-run";
    });
}

std::vector<CameraConfig> readCameras(const std::vector<Section> &groups, Reading &reading)
{
    CameraDraft defaults;
    defaults.config.targets = reading.targets;
    if (const Section *identify = findGroup(groups, "identify"))
        readIdentifySection(*identify, defaults, reading);
    if (const Section *all = findGroup(groups, "cameras"))
        readCamerasSection(*all, defaults, reading);
    std::vector<CameraConfig> cameras;
    for (const Section &section : groups) {
        if (section.kind == "camera")
            cameras.push_back(readCameraSection(section, defaults, reading));
    }
    return cameras;
}

} // namespace

core::Expected<Config, std::vector<Mistake>> readConfig(const std::string &file,
                                                        const Lookup &environment)
{
    Findings findings;
    Sections sections = readSections(file, environment, findings);
    const bool wereRead = findings.mistakes().empty();
    const std::vector<Section> groups = knownGroups(std::move(sections.groups), findings);
    Reading reading{.environment = environment, .findings = findings};
    tellMissingPlugin(file, reading);
    Config config;
    config.server = readWatchSection(findGroup(groups, "watch"), reading);
    for (const Section &section : groups) {
        if (section.kind != "publish")
            continue;
        reading.targets.push_back(section.name);
        config.targets.push_back(readPublishSection(section, reading));
    }
    config.cameras = readCameras(groups, reading);
    tellSameSlugs(config.cameras, findings);
    tellMissingCredentials(config.cameras, hasDoubtfulCredentials(findings.mistakes()), reading);
    // What could not be read may have had one.
    if (config.cameras.empty() && wereRead)
        findings.mistake({.file = file}, "has no [camera NAME], so that there is nothing to watch");
    std::vector<Mistake> mistakes = findings.mistakes();
    if (!mistakes.empty())
        return mistakes;
    config.warnings = findings.warnings();
    return config;
}

} // namespace ooto::watch
