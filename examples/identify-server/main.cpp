// SPDX-License-Identifier: LGPL-2.1-or-later
// The local identify server as a program; `identify-server --help` tells its options.
#include "command_line.h"
#include "glib_handles.h"
#include "server.h"

#include <glib-unix.h>

#include <cstdlib>
#include <iostream>

using namespace ooto::server;

int main(int argc, char **argv)
{
    const CommandLine line = readCommandLine(argc, argv);
    if (!line.error.empty()) {
        std::cerr << "identify-server: " << line.error << "; see --help\n";
        return 2;
    }

    const LoopPtr loop(g_main_loop_new(nullptr, FALSE));
    const GSourceFunc quit = [](gpointer running) -> gboolean {
        g_main_loop_quit(static_cast<GMainLoop *>(running));
        return G_SOURCE_CONTINUE;
    };
    g_unix_signal_add(SIGINT, quit, loop.get());
    g_unix_signal_add(SIGTERM, quit, loop.get());

    std::string error;
    const std::unique_ptr<IdentifyServer> server = IdentifyServer::start(line.options, error);
    if (!server) {
        std::cerr << "identify-server: " << error << '\n';
        return EXIT_FAILURE;
    }
    for (const std::string &problem : server->galleryProblems())
        std::cerr << "identify-server: " << problem << '\n';
    std::cerr << "identify-server: faces are found by " << server->detectorName() << '\n';
    // Scripts wait for this line.
    std::cout << "listening on " << server->endpoint() << std::endl;
    g_main_loop_run(loop.get());
    return EXIT_SUCCESS;
}
