// SPDX-License-Identifier: LGPL-2.1-or-later
// ooto-demo: people walk through a picture and are named, with nothing but this machine.
#include "clip.h"
#include "contact_sheet.h"
#include "identify_server_process.h"
#include "run.h"

#include "scene/script.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace ooto::demo
{

namespace fs = std::filesystem;

namespace
{

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
constexpr double kLiveDurationS = 20;
constexpr int kSheetPictures = 9;

struct Options {
    std::string uri; ///< empty: the demo's own clip
    std::string endpoint;
    std::string credentialsFile;
    std::string me;
    fs::path output = "demo-output";
    double durationS = 0;
    bool allowHttp = false;
    bool display = false;
};

/** What the command line asks for, or a text that says what is wrong with it. */
struct ParsedOptions {
    Options options;
    std::string error;
};

/** A file's name, a device's, or a URI, made a URI. */
std::string asUri(const std::string &given, std::string &error)
{
    if (given.empty() || gst_uri_is_valid(given.c_str()))
        return given;
    if (given.rfind("/dev/video", 0) == 0)
        return "v4l2://" + given;
    std::error_code ignored;
    if (!fs::is_regular_file(given, ignored)) {
        error = "--uri " + given + " is neither a file nor a URI like rtsp://camera/stream";
        return {};
    }
    const CharsHandle uri(gst_filename_to_uri(given.c_str(), nullptr));
    return uri.get();
}

std::string contradiction(const Options &options)
{
    const bool environment = std::getenv("OOTO_APP_ID") && std::getenv("OOTO_APP_KEY");
    if (!options.endpoint.empty() && options.credentialsFile.empty() && !environment) {
        return "--endpoint needs your account: give --credentials-file FILE (a key file with the "
               "group [ooto] and the keys app-id and app-key), or set OOTO_APP_ID and "
               "OOTO_APP_KEY in the environment";
    }
    if (options.endpoint.empty() && !options.credentialsFile.empty())
        return "--credentials-file is for a service of your own: give --endpoint URL too";
    if (!options.endpoint.empty() && !options.me.empty())
        return "--me works with the local server only: leave --endpoint out";
    if (options.durationS < 0)
        return "--duration is a number of seconds";
    return {};
}

ParsedOptions parse(int argc, char **argv)
{
    struct Raw {
        char *uri, *endpoint, *credentialsFile, *me, *output;
        double durationS;
        gboolean allowHttp, display;
    } raw = {};
    // Names are taken as file names: strings are refused where the locale is C and they are UTF-8.
    const GOptionEntry entries[] = {
        {"uri", 'u', 0, G_OPTION_ARG_FILENAME, &raw.uri,
         "Play this instead of the demo's own clip: a file, rtsp://..., /dev/video0", "URI"},
        {"endpoint", 'e', 0, G_OPTION_ARG_FILENAME, &raw.endpoint,
         "Ask this identify service instead of the local server", "URL"},
        {"allow-http", 0, 0, G_OPTION_ARG_NONE, &raw.allowHttp,
         "Let --endpoint be plain http to another host", nullptr},
        {"credentials-file", 'c', 0, G_OPTION_ARG_FILENAME, &raw.credentialsFile,
         "Your account, for --endpoint; else OOTO_APP_ID and OOTO_APP_KEY", "FILE"},
        {"me", 'm', 0, G_OPTION_ARG_FILENAME, &raw.me,
         "The local server enrols the first good face it sees, and then names it so", "NAME"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &raw.output, "Where the files go (demo-output)",
         "DIR"},
        {"duration", 'd', 0, G_OPTION_ARG_DOUBLE, &raw.durationS,
         "Stop after so many seconds of video (20 for a live source, else to its end)", "S"},
        {"display", 0, 0, G_OPTION_ARG_NONE, &raw.display, "Also show the picture", nullptr},
        {}};
    const Handle<GOptionContext, g_option_context_free> context(g_option_context_new(nullptr));
    g_option_context_set_summary(
        context.get(), "Plays a video in real time through ootoidentify and ootooverlay against a\n"
                       "local identify server, and says who was seen when.");
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    ErrorHandle problem;
    ParsedOptions result;
    if (!g_option_context_parse(context.get(), &argc, &argv, ErrorOut(problem)))
        result.error = problem->message;
    else if (argc > 1)
        result.error = std::string("unexpected argument ") + argv[1];

    const auto take = [](char *text) {
        const CharsHandle owned(text);
        return std::string(text ? text : "");
    };
    Options &options = result.options;
    const std::string uri = take(raw.uri);
    options.endpoint = take(raw.endpoint);
    options.credentialsFile = take(raw.credentialsFile);
    options.me = take(raw.me);
    const std::string output = take(raw.output);
    if (!output.empty())
        options.output = output;
    options.durationS = raw.durationS;
    options.allowHttp = raw.allowHttp;
    options.display = raw.display;
    if (result.error.empty())
        options.uri = asUri(uri, result.error);
    if (result.error.empty())
        result.error = contradiction(options);
    if (result.error.empty() && options.durationS == 0 && !options.uri.empty() &&
        isLive(options.uri))
        options.durationS = kLiveDurationS;
    return result;
}

/** The demo from its clip to its table, for options that make sense. */
class Demo
{
public:
    explicit Demo(const Options &options) : options_(options) {}

    /** @return empty, or a text for people that says what went wrong */
    std::string play();

private:
    std::string prepareClip();
    std::string prepareGallery();
    std::string startServer();
    std::string output(const char *name) const { return (options_.output / name).string(); }

    const Options &options_;
    RunOptions run_;
    IdentifyServerProcess server_;
};

std::string Demo::prepareClip()
{
    run_.uri = options_.uri;
    if (!run_.uri.empty())
        return {};
    const std::string clip = output("clip.mp4");
    if (!isFresh(clip)) {
        std::cout << "making the clip " << clip << std::endl;
        const std::string error = makeClip(scene::demoScript(), clip);
        if (!error.empty())
            return error;
    }
    ErrorHandle problem;
    const CharsHandle uri(gst_filename_to_uri(clip.c_str(), ErrorOut(problem)));
    if (!uri)
        return problem->message;
    run_.uri = uri.get();
    return {};
}

std::string Demo::prepareGallery()
{
    const fs::path gallery = output("gallery");
    std::error_code failed;
    fs::remove_all(gallery, failed); // whom an earlier run enrolled
    if (!failed)
        fs::create_directories(gallery, failed);
    for (const scene::Portrait &portrait : {scene::graceHopper(), scene::eileenCollins()}) {
        if (!options_.me.empty() || failed)
            break;
        const fs::path photo = portrait.file;
        const fs::path copy = gallery / (portrait.name + photo.extension().string());
        fs::copy_file(photo, copy, failed);
        if (failed) {
            return "cannot copy " + photo.string() + " into the gallery: " + failed.message() +
                   " (the packages facedetect and python3-skimage bring the photographs)";
        }
    }
    return failed ? "cannot make " + gallery.string() + ": " + failed.message() : std::string();
}

std::string Demo::startServer()
{
    run_.endpoint = options_.endpoint;
    run_.allowHttp = options_.allowHttp;
    run_.credentialsFile = options_.credentialsFile;
    if (!options_.endpoint.empty())
        return {};

    std::string error = prepareGallery();
    if (!error.empty())
        return error;
    IdentifyServerOptions server;
    server.program = findIdentifyServer();
    server.gallery = output("gallery");
    server.enrolFirst = options_.me;
    server.logFile = output("identify-server.log");
    server.credentials = randomCredentials();
    run_.credentialsFile = output("credentials");
    error = writeCredentials(server.credentials, run_.credentialsFile);
    if (error.empty())
        error = server_.start(server);
    run_.endpoint = server_.endpoint();
    return error;
}

std::string Demo::play()
{
    std::error_code failed;
    fs::create_directories(options_.output, failed);
    if (failed)
        return "cannot make " + options_.output.string() + ": " + failed.message();
    std::string error = prepareClip();
    if (error.empty())
        error = startServer();
    if (!error.empty())
        return error;

    run_.annotatedFile = output("annotated.mp4");
    run_.durationS = options_.durationS;
    run_.display = options_.display;
    Report report;
    if (!report.open(output("events.jsonl")))
        return "cannot write " + output("events.jsonl");
    std::cout << "playing " << withoutPassword(run_.uri) << ", asking " << run_.endpoint
              << std::endl;
    const RunResult result = run(run_, report);
    if (!result.error.empty())
        return withoutPassword(run_.uri) + ": " + result.error;

    const std::vector<TrackRecord> tracks = report.tracks();
    error = writePictures(run_.annotatedFile, chooseMoments(tracks, result.counts, kSheetPictures),
                          output("contact-sheet.png"), chooseBestMoment(tracks, result.counts),
                          output("demo.png"));
    printTable(std::cout, tracks, result.counts, result.stats.get());
    for (const std::string &trouble : report.serviceTroubles())
        std::cout << "service       " << trouble << '\n';
    std::cout << '\n';
    for (const char *name : {"annotated.mp4", "contact-sheet.png", "demo.png", "events.jsonl"})
        std::cout << fs::absolute(options_.output / name).lexically_normal().string() << '\n';
    std::cout << std::flush;
    return error;
}

} // namespace

} // namespace ooto::demo

int main(int argc, char **argv)
{
    using namespace ooto::demo;
    gst_init(nullptr, nullptr);
    const ParsedOptions parsed = parse(argc, argv);
    if (!parsed.error.empty()) {
        std::cerr << "ooto-demo: " << parsed.error << "\nTry ooto-demo --help\n";
        return kExitUsage;
    }
    const std::string error = Demo(parsed.options).play();
    if (!error.empty()) {
        std::cerr << "ooto-demo: " << error << '\n';
        return kExitFailure;
    }
    return EXIT_SUCCESS;
}
