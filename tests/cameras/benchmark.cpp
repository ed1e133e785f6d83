// SPDX-License-Identifier: LGPL-2.1-or-later
// What a camera costs: analysis, streaming thread, memory, many of them, and under pressure. By CPU
// time of threads, `identity` beside it in the same run, with raw frames from memory.
#include "cameras/figures.h"
#include "support/elements.h"
#include "support/identify_support.h"
#include "support/scratch_directory.h"
#include "support/web_server.h"
#include "vision/detector.h"

#include <glib.h>
#include <gst/gst.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

using namespace ooto;
using namespace ooto::cameras;

namespace
{

constexpr const char *usage =
    "cameras_benchmark [--detector yunet|cascade] [--clip FILE] [FIGURE]...\n"
    "  default: all figures, with both detectors where it matters\n"
    "  --clip: people of this video rather than those that are made\n"
    "  OOTO_SECONDS: length of each measurement (10)\nfigures:\n";

struct Options {
    std::vector<std::string> figures;
    std::string detector; ///< empty: all
    Circumstances with;
    bool child = false;
    bool understood = true;
};

Options readArguments(int argc, char **argv)
{
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto value = [&]() -> std::string { return i + 1 < argc ? argv[++i] : ""; };
        if (name == "--detector")
            options.detector = value();
        else if (name == "--clip")
            options.with.clip = value();
        else if (name == "--child")
            options.child = true;
        else if (name == "--endpoint")
            options.with.endpoint = value();
        else if (name == "--credentials")
            options.with.credentialsFile = value();
        else if (std::any_of(figures().begin(), figures().end(),
                             [&](const Figure &figure) { return figure.name == name; }))
            options.figures.push_back(name);
        else
            options.understood = false;
    }
    options.with.detector = options.detector;
    if (const char *seconds = std::getenv("OOTO_SECONDS"))
        options.with.length = std::chrono::seconds(std::max(1, std::atoi(seconds)));
    return options;
}

/** Each request is about somebody else: nobody is asked about twice while in view. */
test::WebServer::Handler answers()
{
    return [asked = std::make_shared<std::atomic<int>>(0)](const test::WebRequest &) {
        return test::WebResponse{
            200,
            R"({"transactionId":"t","result":{"search":{"templateId":"person-)" +
                std::to_string(++*asked) + R"(","similarity":0.9}}})",
            {}};
    };
}

/** In a process of its own: what one leaves in memory is none of the next one's. */
bool runApart(const Figure &figure, const std::string &detector, const Options &options)
{
    std::printf("%s: %s, %s\n", figure.name.c_str(), figure.what.c_str(), detector.c_str());
    std::fflush(stdout);
    std::vector<std::string> words{"/proc/self/exe", "--child",
                                   "--detector",     detector,
                                   "--endpoint",     options.with.endpoint,
                                   "--credentials",  options.with.credentialsFile,
                                   figure.name};
    if (!options.with.clip.empty())
        words.insert(words.end(), {"--clip", options.with.clip});
    std::vector<char *> arguments;
    for (std::string &word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int status = 0;
    GError *error = nullptr;
    const bool ran = g_spawn_sync(nullptr, arguments.data(), nullptr, G_SPAWN_CHILD_INHERITS_STDIN,
                                  nullptr, nullptr, nullptr, nullptr, &status, &error) &&
                     g_spawn_check_wait_status(status, &error);
    if (error)
        std::printf("  failed: %s\n", error->message);
    g_clear_error(&error);
    return ran;
}

int measure(const Options &options)
{
    try {
        for (const Figure &figure : figures()) {
            if (figure.name == options.figures.front())
                figure.measure(options.with);
        }
    } catch (const std::exception &error) {
        std::printf("  failed: %s\n", error.what());
        return 1;
    }
    return 0;
}

std::vector<std::string> detectorsFor(const Figure &figure, const Options &options)
{
    if (!options.detector.empty())
        return {options.detector};
    if (!vision::findYunetModel(""))
        return {"cascade"};
    return figure.anyDetector ? std::vector<std::string>{"yunet", "cascade"}
                              : std::vector<std::string>{"yunet"};
}

} // namespace

int main(int argc, char **argv)
{
    Options options = readArguments(argc, argv);
    if (!options.understood || (options.child && options.figures.size() != 1)) {
        std::printf("%s", usage);
        for (const Figure &figure : figures())
            std::printf("  %-12s %s\n", figure.name.c_str(), figure.what.c_str());
        return 2;
    }
    gst_init(nullptr, nullptr);
    test::registerElements();
    if (options.child)
        return measure(options);

    const test::ScratchDirectory folder;
    g_setenv("XDG_STATE_HOME", folder.path().c_str(), TRUE);
    test::WebServer server(answers());
    options.with.endpoint = server.url();
    options.with.credentialsFile = test::writeCredentials(folder.path(), "tester", "key-of-nobody");
    bool ran = true;
    for (const Figure &figure : figures()) {
        if (!options.figures.empty() && std::find(options.figures.begin(), options.figures.end(),
                                                  figure.name) == options.figures.end())
            continue;
        for (const std::string &detector : detectorsFor(figure, options))
            ran &= runApart(figure, detector, options);
    }
    return ran ? 0 : 1;
}
