// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/config_reader.h"
#include "program/command_line.h"
#include "program/program.h"
#include "server/health_check.h"

#include <gst/gst.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

namespace
{

using namespace ooto;

constexpr int failed = 1;
constexpr int wrongArguments = 2;
/** EX_CONFIG of sysexits.h: systemd does not try again. */
constexpr int wrongFile = 78;

std::optional<std::string> environment(const std::string &name)
{
    const char *value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

int check(const std::string &file, const watch::Config &config)
{
    for (const watch::Mistake &warning : config.warnings)
        std::fprintf(stderr, "warning: %s\n", watch::mistakeLine(warning).c_str());
    std::printf("%s: %zu cameras, %zu targets, no mistakes\n", file.c_str(), config.cameras.size(),
                config.targets.size());
    return 0;
}

int health(const std::string &listen)
{
    const std::string problem = watch::checkHealth(listen);
    std::fprintf(stderr, "%s\n", problem.empty() ? "well" : problem.c_str());
    return problem.empty() ? 0 : failed;
}

int run(const watch::CommandLine &line)
{
    if (line.version) {
        std::printf("ooto-watch %s\n", OOTO_VERSION);
        return 0;
    }
    gst_init(nullptr, nullptr);
    auto config = watch::readConfig(line.config, environment);
    if (!config) {
        for (const watch::Mistake &mistake : config.error())
            std::fprintf(stderr, "%s\n", watch::mistakeLine(mistake).c_str());
        return wrongFile;
    }
    if (line.check)
        return check(line.config, *config);
    if (line.health)
        return health((*config).server.listen);
    return watch::Program(line.config, environment, std::move(*config)).run();
}

} // namespace

int main(int argc, char **argv)
{
    try {
        const auto line = watch::readCommandLine(argc, argv);
        if (!line) {
            std::fprintf(stderr, "ooto-watch: %s\n", line.error().c_str());
            return wrongArguments;
        }
        // What was left behind since it hangs must not be waited for, nor be torn down under it.
        const int status = run(*line);
        std::fflush(nullptr);
        std::_Exit(status);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "ooto-watch: %s\n", error.what());
        return failed;
    }
}
