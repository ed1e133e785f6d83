// SPDX-License-Identifier: LGPL-2.1-or-later
// loadYunet() and loadCascade() for the plugin: they load the file that has them. Where this is not
// linked, the detectors themselves are.
#include "vision/detector_module.h"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

namespace ooto::vision
{
namespace
{

/** Where this code was loaded from. */
std::filesystem::path ownFolder()
{
    Dl_info own{};
    if (!dladdr(reinterpret_cast<const void *>(&loadYunet), &own) || !own.dli_fname)
        return {};
    std::error_code unknown;
    return std::filesystem::canonical(own.dli_fname, unknown).parent_path();
}

/** Looked up at once: a relative path may lead elsewhere later. */
const std::filesystem::path folder = ownFolder();

/** Null with `error` set; once loaded it stays for good, as plugins do. Thread-safe. */
const DetectorModule *loadModule(std::string &error)
{
    const std::string file = (folder / OOTO_DETECTORS_FILE).string();
    void *const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const void *const symbol = library ? dlsym(library, detectorModuleSymbol) : nullptr;
    if (!symbol) {
        const char *const reason = dlerror();
        error = std::string("The detectors, a file beside the plugin, cannot be loaded: ") +
                (reason ? reason : file.c_str()) + "; install the plugin again";
        return nullptr;
    }
    const auto *const module = static_cast<const DetectorModule *>(symbol);
    if (std::string(module->version) != OOTO_VERSION) {
        error = file + " is of version " + module->version + ", the plugin beside it of " +
                OOTO_VERSION + ": install both again";
        return nullptr;
    }
    return module;
}

} // namespace

LoadedDetector loadYunet(const std::string &modelFile)
{
    std::string error;
    const DetectorModule *const module = loadModule(error);
    return module ? module->loadYunet(modelFile) : LoadedDetector{nullptr, error};
}

LoadedDetector loadCascade(const std::string &cascadeFile)
{
    std::string error;
    const DetectorModule *const module = loadModule(error);
    return module ? module->loadCascade(cascadeFile) : LoadedDetector{nullptr, error};
}

} // namespace ooto::vision
