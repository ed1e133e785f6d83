// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts the identify server and reads from its first line where it listens.
#include "identify_server_process.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/prctl.h>
#include <vector>

namespace ooto::demo
{

namespace
{

constexpr guint kStartLimitS = 15; // a detector's model is loaded before it listens
constexpr char kGreeting[] = "listening on ";

/** What comes of waiting for one line. */
struct FirstLine {
    LoopHandle loop{g_main_loop_new(nullptr, FALSE)};
    std::string text;
};

void onLine(GObject *stream, GAsyncResult *result, gpointer data)
{
    auto *line = static_cast<FirstLine *>(data);
    const CharsHandle text(g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(stream), result,
                                                                nullptr, nullptr));
    if (text)
        line->text = text.get();
    g_main_loop_quit(line->loop.get());
}

gboolean onLimit(gpointer cancellable)
{
    g_cancellable_cancel(static_cast<GCancellable *>(cancellable));
    return G_SOURCE_CONTINUE;
}

std::string firstLine(GDataInputStream *stream)
{
    FirstLine line;
    const ObjectHandle<GCancellable> limit(g_cancellable_new());
    const SourceHandle timer(g_timeout_source_new_seconds(kStartLimitS));
    g_source_set_callback(timer.get(), onLimit, limit.get(), nullptr);
    g_source_attach(timer.get(), nullptr);
    g_data_input_stream_read_line_async(stream, G_PRIORITY_DEFAULT, limit.get(), onLine, &line);
    g_main_loop_run(line.loop.get());
    return line.text;
}

std::string lastLine(const std::string &file)
{
    std::ifstream text(file);
    std::string last = "it said nothing";
    for (std::string line; std::getline(text, line);)
        last = line;
    return last;
}

// Between fork and exec: only what is safe in a signal handler.
void dieWithParent(gpointer /*data*/)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

} // namespace

IdentifyServerProcess::~IdentifyServerProcess()
{
    if (!process_)
        return;
    g_subprocess_send_signal(process_.get(), SIGTERM);
    g_subprocess_wait(process_.get(), nullptr, nullptr);
}

std::string IdentifyServerProcess::start(const IdentifyServerOptions &options)
{
    const ObjectHandle<GSubprocessLauncher> launcher(
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE));
    // A command line can be read by everybody on the machine, an environment by its owner only.
    g_subprocess_launcher_setenv(launcher.get(), "OOTO_APP_ID", options.credentials.appId.c_str(),
                                 TRUE);
    g_subprocess_launcher_setenv(launcher.get(), "OOTO_APP_KEY", options.credentials.appKey.c_str(),
                                 TRUE);
    g_subprocess_launcher_set_stderr_file_path(launcher.get(), options.logFile.c_str());
    g_subprocess_launcher_set_child_setup(launcher.get(), dieWithParent, nullptr, nullptr);

    std::vector<const char *> arguments = {options.program.c_str(), "--port", "0", "--gallery",
                                           options.gallery.c_str()};
    if (!options.enrolFirst.empty())
        arguments.insert(arguments.end(), {"--enrol-first", options.enrolFirst.c_str()});
    arguments.push_back(nullptr);

    ErrorHandle problem;
    process_.reset(
        g_subprocess_launcher_spawnv(launcher.get(), arguments.data(), ErrorOut(problem)));
    if (!process_) {
        return "cannot start the identify server " + options.program + ": " + problem->message +
               ". Build it with: meson compile -C build";
    }
    output_.reset(g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
    const std::string line = firstLine(output_.get());
    if (line.rfind(kGreeting, 0) != 0) {
        return "the identify server " + options.program +
               " did not come up: " + lastLine(options.logFile);
    }
    endpoint_ = line.substr(std::strlen(kGreeting));
    return {};
}

std::string findIdentifyServer()
{
    if (const char *named = std::getenv("OOTO_IDENTIFY_SERVER"))
        return named;
    std::error_code ignored;
    const auto here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    return (here.parent_path() / "identify-server" / "identify-server").string();
}

} // namespace ooto::demo
