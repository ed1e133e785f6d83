// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program/command_line.h"

#include "system/handles.h"

#include <array>

namespace ooto::watch
{

namespace
{

using OptionsHandle = system::Handle<GOptionContext, g_option_context_free>;

constexpr const char *description =
    "The file has one group per camera; docs/running.md begins at zero, and docs/watch-config.md\n"
    "has all keys. SIGHUP reads it again, SIGTERM ends the program within 5 seconds.\n"
    "\n"
    "Exit status: 0 all well, 1 it failed, 2 wrong arguments, 78 a mistake in the file.";

} // namespace

core::Expected<CommandLine, std::string> readCommandLine(int argc, char **argv)
{
    CommandLine line;
    char *config = nullptr;
    gboolean check = FALSE;
    gboolean health = FALSE;
    gboolean version = FALSE;
    const std::array<GOptionEntry, 5> entries = {{
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config,
         "The file (/etc/ooto/watch.conf); after it, each *.conf of the folder of its name with .d",
         "FILE"},
        {"check", 0, 0, G_OPTION_ARG_NONE, &check,
         "Do everything but start: say what is wrong with the file, by line and key", nullptr},
        {"health", 0, 0, G_OPTION_ARG_NONE, &health,
         "Ask the program that runs with this file whether it is well", nullptr},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Say which version this is", nullptr},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr},
    }};
    const OptionsHandle options(
        g_option_context_new("- names who is in front of cameras, for years"));
    g_option_context_add_main_entries(options.get(), entries.data(), nullptr);
    g_option_context_set_description(options.get(), description);
    system::ErrorHandle error;
    const bool parsed =
        g_option_context_parse(options.get(), &argc, &argv, system::ErrorOut(error));
    const system::CharsHandle given(config);
    if (!parsed)
        return std::string(error->message);
    if (argc > 1)
        return std::string("There is nothing to do with '") + argv[1] + "'.";
    if (given)
        line.config = given.get();
    line.check = check;
    line.health = health;
    line.version = version;
    return line;
}

} // namespace ooto::watch
