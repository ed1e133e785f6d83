// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program/fleet.h"

#include <algorithm>
#include <utility>

namespace ooto::watch
{

namespace
{

std::vector<TargetConfig> targetsOf(const Config &config, const CameraConfig &camera)
{
    std::vector<TargetConfig> result;
    for (const std::string &name : camera.targets) {
        const auto found =
            std::find_if(config.targets.begin(), config.targets.end(),
                         [&name](const auto &target) { return target.name == name; });
        if (found != config.targets.end())
            result.push_back(*found);
    }
    return result;
}

const CameraConfig *cameraNamed(const Config &config, const std::string &name)
{
    const auto found = std::find_if(config.cameras.begin(), config.cameras.end(),
                                    [&name](const auto &camera) { return camera.name == name; });
    return found == config.cameras.end() ? nullptr : &*found;
}

/** Scheme and host: a path may hold a secret. */
std::string sourceOf(const CameraConfig &config)
{
    if (config.uri.empty())
        return "launch";
    const system::UriHandle uri(g_uri_parse(config.uri.c_str(), G_URI_FLAGS_NONE, nullptr));
    if (!uri)
        return "unknown";
    const char *host = g_uri_get_host(uri.get());
    return std::string(g_uri_get_scheme(uri.get())) + "://" + (host ? host : "");
}

void waitFor(const std::vector<std::shared_ptr<Camera>> &cameras,
             std::chrono::steady_clock::time_point deadline)
{
    for (const auto &camera : cameras)
        camera->requestStop();
    for (const auto &camera : cameras)
        camera->waitStopped(deadline);
}

} // namespace

Fleet::~Fleet()
{
    stop(std::chrono::steady_clock::now());
}

// Under the lock nothing is done but copying: a camera's thread that tells of itself takes it, too.
void Fleet::apply(const Config &config, const ActiveStore &switches)
{
    Crew crew = *crew_.lock();
    const Leaving leaving = takeOutWhatChanged(crew, config);
    waitFor(leaving, std::chrono::steady_clock::now() + stopPatience);
    replaceTargets(crew, config);
    // Before cameras tell of themselves.
    crew_.lock()->targets = crew.targets;
    addCameras(crew, config, switches);
    std::swap(crew_.lock()->cameras, crew.cameras);
}

/** What stays has been changed to what the configuration says. */
Fleet::Leaving Fleet::takeOutWhatChanged(Crew &crew, const Config &config)
{
    Leaving leaving;
    for (auto it = crew.cameras.begin(); it != crew.cameras.end();) {
        Member &member = it->second;
        const CameraConfig *wanted = cameraNamed(config, it->first);
        if (wanted && member.camera->change(*wanted, targetsOf(config, *wanted))) {
            member.source = sourceOf(*wanted);
            ++it;
            continue;
        }
        if (!wanted)
            tellTargets(it->first, CameraState::Off);
        leaving.push_back(std::move(member.camera));
        it = crew.cameras.erase(it);
    }
    return leaving;
}

/** Old ones go before new ones come: a broker takes two clients of one id for a mistake. */
void Fleet::replaceTargets(Crew &crew, const Config &config)
{
    std::erase_if(crew.targets, [&](const auto &entry) {
        const auto wanted =
            std::find_if(config.targets.begin(), config.targets.end(),
                         [&entry](const auto &target) { return target.name == entry.first; });
        return wanted == config.targets.end() || !entry.second->change(*wanted);
    });
    {
        const auto before = std::exchange(crew_.lock()->targets, crew.targets);
    }
    for (const TargetConfig &target : config.targets) {
        if (!crew.targets.contains(target.name))
            crew.targets.emplace(target.name, std::make_shared<TargetHolder>(target, listener_));
    }
}

void Fleet::addCameras(Crew &crew, const Config &config, const ActiveStore &switches)
{
    for (const CameraConfig &camera : config.cameras) {
        const auto found = crew.cameras.find(camera.name);
        if (found != crew.cameras.end()) {
            found->second.camera->setActive(switches.isActive(camera.name, camera.active));
            continue;
        }
        Member member{sourceOf(camera), std::make_shared<Camera>(camera, targetsOf(config, camera),
                                                                 gate_, listener_)};
        member.camera->setActive(switches.isActive(camera.name, camera.active));
        member.camera->start();
        crew.cameras.emplace(camera.name, std::move(member));
    }
}

void Fleet::stop(std::chrono::steady_clock::time_point deadline)
{
    const Crew crew = *crew_.lock();
    std::vector<std::shared_ptr<Camera>> cameras;
    for (const auto &[name, member] : crew.cameras)
        cameras.push_back(member.camera);
    waitFor(cameras, deadline);
    const Crew leaving = std::exchange(*crew_.lock(), {});
}

bool Fleet::setActive(const std::string &camera, bool active)
{
    std::shared_ptr<Camera> found;
    {
        auto crew = crew_.lock();
        const auto member = crew->cameras.find(camera);
        if (member == crew->cameras.end())
            return false;
        found = member->second.camera;
    }
    found->setActive(active);
    return true;
}

void Fleet::tellTargets(const std::string &camera, CameraState state)
{
    const auto targets = crew_.lock()->targets;
    for (const auto &[name, target] : targets)
        target->tell(camera, state);
}

std::vector<CameraSnapshot> Fleet::cameras()
{
    const auto members = crew_.lock()->cameras;
    std::vector<CameraSnapshot> result;
    for (const auto &[name, member] : members)
        result.push_back({name, member.source, member.camera->status(),
                          std::shared_ptr<const GstStructure>(member.camera->statistics())});
    return result;
}

std::vector<TargetSnapshot> Fleet::targets()
{
    const auto holders = crew_.lock()->targets;
    std::vector<TargetSnapshot> result;
    for (const auto &[name, holder] : holders)
        result.push_back({name, std::shared_ptr<const GstStructure>(holder->statistics())});
    return result;
}

} // namespace ooto::watch
