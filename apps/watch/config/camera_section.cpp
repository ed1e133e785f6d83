// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/camera_section.h"

#include "config/camera_uri.h"
#include "config/file_access.h"
#include "config/launch_check.h"
#include "config/nearest_name.h"
#include "config/values.h"
#include "system/plain_text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ooto::watch
{

namespace
{

void takeUri(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    const std::string uri = entry.text();
    draft.config.uri = uri;
    if (const auto wrong = wrongInCameraUri(uri)) {
        reading.findings.mistake(entry.origin, *wrong);
        return;
    }
    // It may be on a disk that comes later: the camera is tried again.
    const auto file = fileOfUri(uri);
    if (const auto problem = file ? unreadable(*file) : std::nullopt)
        reading.findings.warning(entry.origin, "names a file that " + *problem);
}

/** A password that was written as it is: `user-pw=…`, and no `${VAR}` in it. */
bool hasPassword(const ExpandedValue &line)
{
    const std::string shown = line.quotedNames();
    const std::size_t place = shown.find("pw=");
    return place != std::string::npos &&
           !std::string_view(shown).substr(place + 3).starts_with('\\');
}

void takeLaunch(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    if (const auto wrong = wrongInLaunch(entry.value, LaunchEnd::Source))
        reading.findings.mistake(entry.origin, *wrong);
    else
        draft.config.launch = *entry.value.quoted();
    if (hasPassword(entry.value))
        warnOfSecret(entry, reading.findings);
}

void takeUserId(CameraDraft &draft, const Entry &entry, Reading &)
{
    draft.config.userId = entry.text();
}

void takeUserPw(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    draft.config.userPw = entry.value.plain();
    warnOfSecret(entry, reading.findings);
}

/** What it says of a name without a target; one that came from a variable is not shown. */
std::string noTarget(const Entry &entry, const std::string &name, const Reading &reading)
{
    if (entry.value.hasVariables())
        return "names a target that has no [publish NAME]";
    return "names a target that is not there: [publish " + system::plainText(name) + "]" +
           meantName(name, reading.targets);
}

void takePublish(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    std::vector<std::string> &chosen = draft.config.targets;
    chosen.clear();
    const std::vector<std::string> named = wordsOf(entry.text());
    for (const std::string &name : named) {
        const auto &all = reading.targets;
        if (std::find(all.begin(), all.end(), name) == all.end())
            reading.findings.mistake(entry.origin, noTarget(entry, name, reading));
    }
    // In the order of the groups, each once.
    for (const std::string &target : reading.targets) {
        if (std::find(named.begin(), named.end(), target) != named.end())
            chosen.push_back(target);
    }
}

void takeTransport(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    constexpr std::array transports{Transport::Tcp, Transport::Udp, Transport::Auto};
    if (const auto choice = readChoice(entry, {"tcp", "udp", "auto"}, reading.findings))
        draft.config.transport = transports.at(*choice);
}

void takeLatency(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    if (const auto value = readMilliseconds(entry, 0, 60000, reading.findings))
        draft.config.latency = *value;
}

void takeStallTimeout(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    if (const auto value = readMilliseconds(entry, 100, 86400000, reading.findings))
        draft.config.stallTimeout = *value;
}

void takeRestartMax(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    if (const auto value = readSeconds(entry, 0.01, 86400, reading.findings))
        draft.config.restartMax = *value;
}

void takePreview(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    if (const auto wrong = wrongInLaunch(entry.value, LaunchEnd::Tail))
        reading.findings.mistake(entry.origin, *wrong);
    else
        draft.config.preview = (*entry.value.quoted()).reveal();
}

constexpr std::array keys{Key<CameraDraft>{"uri", takeUri},
                          Key<CameraDraft>{"launch", takeLaunch},
                          Key<CameraDraft>{"user-id", takeUserId},
                          Key<CameraDraft>{"user-pw", takeUserPw},
                          Key<CameraDraft>{"publish", takePublish},
                          Key<CameraDraft>{"transport", takeTransport},
                          Key<CameraDraft>{"rtsp-latency", takeLatency},
                          Key<CameraDraft>{"stall-timeout", takeStallTimeout},
                          Key<CameraDraft>{"restart-max", takeRestartMax},
                          Key<CameraDraft>{"preview", takePreview}};

void takeIdentifyProperty(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    if (entry.key == "camera")
        reading.findings.mistake(entry.origin, "is the name of the group: [camera NAME]");
    else
        takeProperty(draft.config.identify, entry, reading.identify, reading);
}

void takeCameraKey(CameraDraft &draft, const Entry &entry, Reading &reading)
{
    if (const auto *key = findKey(keys, entry.key)) {
        draft.written[entry.key] = entry.origin;
        if (!entry.broken)
            key->take(draft, entry, reading);
    } else if (reading.identify.has(entry.key)) {
        takeIdentifyProperty(draft, entry, reading);
    } else if (reading.identify.isThere()) {
        reading.findings.mistake(entry.origin, "is no key of a camera, and no property of "
                                               "ootoidentify" +
                                                   meantName(entry.key, cameraKeys(reading)));
    }
}

bool isNetworkUri(const std::string &uri)
{
    return uri.starts_with("rtsp") || uri.starts_with("http");
}

/** What fits together only as a whole. */
void checkWhole(const CameraDraft &draft, const Section &section, Findings &findings)
{
    const auto &written = draft.written;
    const bool hasUri = written.contains("uri");
    const bool hasLaunch = written.contains("launch");
    if (hasUri == hasLaunch)
        findings.mistake(section.origin, hasUri ? "has both uri and launch; one of them is enough"
                                                : "needs uri, or launch");
    for (const Entry &entry : section.entries) {
        const bool login = entry.key == "user-id" || entry.key == "user-pw";
        if (login && hasLaunch && !hasUri)
            findings.mistake(entry.origin, "goes with uri; in launch write it as a property of the "
                                           "source, such as rtspsrc user-pw=${VAR}");
        else if (login && !draft.config.uri.empty() && !isNetworkUri(draft.config.uri))
            findings.mistake(entry.origin, "goes with the uri of a camera in the network");
    }
    if (written.contains("user-pw") && !written.contains("user-id"))
        findings.mistake(written.at("user-pw"), "needs user-id beside it");
}

/** `active` is switched by the program: it is no setting as the others. */
void takeOutActive(CameraConfig &config)
{
    PropertyProbe probe("ootoidentify");
    const Setting *active = findSetting(config.identify, "active");
    if (!active || !probe.isThere())
        return;
    probe.take(*active);
    config.active = probe.boolean("active");
    std::erase_if(config.identify,
                  [](const Setting &setting) { return setting.property == "active"; });
}

} // namespace

std::vector<std::string> cameraKeys(const Reading &reading)
{
    std::vector<std::string> names;
    addNames(keys, names);
    for (std::string &property : reading.identify.names())
        names.push_back(std::move(property));
    return names;
}

void readIdentifySection(const Section &section, CameraDraft &defaults, Reading &reading)
{
    for (const Entry &entry : section.entries) {
        if (reading.identify.has(entry.key))
            takeIdentifyProperty(defaults, entry, reading);
        else if (findKey(keys, entry.key))
            reading.findings.mistake(entry.origin, "belongs in [cameras] or [camera NAME]");
        else if (reading.identify.isThere())
            reading.findings.mistake(entry.origin,
                                     "is no property of ootoidentify" +
                                         meantName(entry.key, reading.identify.names()));
    }
}

void readCamerasSection(const Section &section, CameraDraft &defaults, Reading &reading)
{
    for (const Entry &entry : section.entries) {
        if (entry.key == "uri" || entry.key == "launch")
            reading.findings.mistake(entry.origin, "belongs in [camera NAME]: each has its own");
        else
            takeCameraKey(defaults, entry, reading);
    }
}

CameraConfig readCameraSection(const Section &section, const CameraDraft &defaults,
                               Reading &reading)
{
    CameraDraft draft = defaults;
    draft.config.name = section.name;
    draft.config.origin = section.origin;
    for (const Entry &entry : section.entries)
        takeCameraKey(draft, entry, reading);
    checkWhole(draft, section, reading.findings);
    takeOutActive(draft.config);
    return std::move(draft.config);
}

} // namespace ooto::watch
