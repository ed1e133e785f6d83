// SPDX-License-Identifier: LGPL-2.1-or-later
#include "run_program.h"

#include <gio/gio.h>

namespace ooto::test
{

ProgramResult runProgram(const std::vector<std::string> &arguments,
                         const std::vector<Variable> &environment)
{
    GSubprocessLauncher *launcher = g_subprocess_launcher_new(static_cast<GSubprocessFlags>(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE));
    for (const auto &[name, value] : environment) {
        if (value.empty())
            g_subprocess_launcher_unsetenv(launcher, name.c_str());
        else
            g_subprocess_launcher_setenv(launcher, name.c_str(), value.c_str(), TRUE);
    }
    std::vector<const char *> line;
    for (const std::string &argument : arguments)
        line.push_back(argument.c_str());
    line.push_back(nullptr);

    ProgramResult result;
    GError *error = nullptr;
    GSubprocess *process = g_subprocess_launcher_spawnv(launcher, line.data(), &error);
    g_object_unref(launcher);
    if (!process) {
        result.errors = error->message;
        g_error_free(error);
        return result;
    }
    GBytes *output = nullptr;
    GBytes *errors = nullptr;
    if (g_subprocess_communicate(process, nullptr, nullptr, &output, &errors, nullptr)) {
        const auto text = [](GBytes *bytes) {
            gsize size = 0;
            const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
            return std::string(data ? data : "", size);
        };
        result.output = text(output);
        result.errors = text(errors);
        g_bytes_unref(output);
        g_bytes_unref(errors);
    }
    if (g_subprocess_get_if_exited(process))
        result.exitCode = g_subprocess_get_exit_status(process);
    g_object_unref(process);
    return result;
}

std::vector<Variable> harmlessEnvironment()
{
    return {{"OOTO_APP_ID", "test"},
            {"OOTO_APP_KEY", "test"},
            {"OOTO_CREDENTIALS_FILE", ""},
            {"OOTO_ENDPOINT", "http://127.0.0.1:9/api/v1.0/identify"},
            {"GST_LAUNCH", LAUNCH_LINE}};
}

} // namespace ooto::test
