// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_line.h"
#include "glib_handles.h"

#include <array>
#include <cmath>

namespace ooto::server
{
namespace
{

constexpr const char *summary =
    "A local stand-in for the OOTO identify service: the same requests and answers\n"
    "under /api/v1.0/identify, /add and /delete, from a real face detector and a\n"
    "simple matcher. For demos and tests; it is no face recognition product.";

constexpr const char *description =
    "Credentials: requests need the headers APP-ID and APP-KEY. What they have to be\n"
    "is said by the options, else by the environment variables OOTO_APP_ID and\n"
    "OOTO_APP_KEY, else it is \"demo\" and \"demo-key\". (Others can read a key that is\n"
    "given as an option in the list of processes.)\n"
    "\n"
    "Trouble is made on purpose, for /identify only.\n"
    "\n"
    "Example:\n"
    "  identify-server --port 8080 --gallery photos/ &\n"
    "  curl -H 'APP-ID: demo' -H 'APP-KEY: demo-key' -F 'photo=@me.jpg;type=image/jpeg' \\\n"
    "      'http://127.0.0.1:8080/api/v1.0/identify?check_liveness=true'";

/** What GOption fills. Its strings are owned here. */
struct Raw {
    int port = 8080;
    int delayMs = 0;
    int status = 0;
    int failFirst = -1;
    gboolean galleryWritable = FALSE;
    gboolean olderShape = FALSE;
    gboolean drop = FALSE;
    gboolean trickle = FALSE;
    CharsPtr host, certificate, gallery, appId, appKey, detector, model, enrolFirst, noMatch,
        retryAfter, body, liveness, deepfake, log, savePhotos;
};

/** The option's value, else the environment's, else the default. */
std::string chosen(const CharsPtr &option, const char *variable, const std::string &otherwise)
{
    if (option)
        return option.get();
    const char *value = variable ? g_getenv(variable) : nullptr;
    return value && *value ? value : otherwise;
}

std::optional<SaidVerdict> readVerdict(const CharsPtr &text, const char *option, std::string &error)
{
    if (!text)
        return std::nullopt;
    char *rest = nullptr;
    const double score = g_ascii_strtod(text.get(), &rest);
    const std::string fine = rest;
    if (rest == text.get() || !std::isfinite(score) || (fine != ",true" && fine != ",false")) {
        error = std::string(option) + " takes SCORE,FINE such as 0.97,true";
        return std::nullopt;
    }
    return SaidVerdict{score, fine == ",true"};
}

void readChoices(const Raw &raw, ServerOptions &options, std::string &error)
{
    const std::string detector = chosen(raw.detector, nullptr, "auto");
    if (detector == "yunet")
        options.detector = DetectorChoice::Yunet;
    else if (detector == "cascade")
        options.detector = DetectorChoice::Cascade;
    else if (detector != "auto")
        error = "--detector is auto, yunet or cascade";

    const std::string noMatch = chosen(raw.noMatch, nullptr, "");
    if (noMatch == "absent")
        options.style.noMatch = NoMatch::Absent;
    else if (noMatch == "null")
        options.style.noMatch = NoMatch::Null;
    else if (noMatch == "empty")
        options.style.noMatch = NoMatch::Empty;
    else if (raw.noMatch)
        error = "--no-match is absent, null or empty";

    options.style.olderShape = raw.olderShape;
    options.style.liveness = readVerdict(raw.liveness, "--say-liveness", error);
    options.style.deepfake = readVerdict(raw.deepfake, "--say-deepfake", error);
}

void readTrouble(const Raw &raw, Trouble &trouble, std::string &error)
{
    trouble.delay = std::chrono::milliseconds(raw.delayMs);
    if (raw.delayMs < 0)
        error = "--delay-ms is not negative";
    if (raw.status)
        trouble.status = static_cast<unsigned>(raw.status);
    if (raw.status && (raw.status < 200 || raw.status > 599))
        error = "--status is 200 to 599";
    if (raw.retryAfter)
        trouble.retryAfter = raw.retryAfter.get();
    if (raw.body) {
        const std::optional<BodyTrouble> body = bodyTroubleNamed(raw.body.get());
        if (!body)
            error = "--body is truncated, malformed, empty, html, huge or deep";
        trouble.body = body.value_or(BodyTrouble::None);
    }
    trouble.drop = raw.drop;
    trouble.trickle = raw.trickle;
    if (raw.failFirst >= 0)
        trouble.onlyFirst = static_cast<unsigned>(raw.failFirst);
}

/** GOption writes to plain pointers; hands each over to its owner when parsing is done. */
class Texts
{
public:
    char **of(CharsPtr &owner)
    {
        owners_[used_] = &owner;
        return &texts_[used_++];
    }
    ~Texts()
    {
        for (std::size_t i = 0; i < used_; ++i)
            owners_[i]->reset(texts_[i]);
    }

private:
    std::array<char *, 16> texts_{};
    std::array<CharsPtr *, 16> owners_{};
    std::size_t used_ = 0;
};

std::string parse(int argc, char **argv, Raw &raw)
{
    Texts texts;
    const auto text = [&](const char *name, CharsPtr &value, const char *help, const char *what) {
        // As file names: strings would be refused where the locale is C and the name is UTF-8.
        return GOptionEntry{name, 0, 0, G_OPTION_ARG_FILENAME, texts.of(value), help, what};
    };
    const auto number = [](const char *name, int &value, const char *help, const char *what) {
        return GOptionEntry{name, 0, 0, G_OPTION_ARG_INT, &value, help, what};
    };
    const auto flag = [](const char *name, gboolean &value, const char *help) {
        return GOptionEntry{name, 0, 0, G_OPTION_ARG_NONE, &value, help, nullptr};
    };
    const std::array entries = {
        number("port", raw.port, "Port to listen on; 0 takes a free one (8080)", "PORT"),
        text("host", raw.host, "Address to listen on (127.0.0.1)", "ADDRESS"),
        text("certificate", raw.certificate,
             "Serve https with the certificate and the key in this PEM file", "FILE"),
        text("gallery", raw.gallery,
             "Folder of JPEG and PNG photos of one face each; file name without suffix = "
             "templateId",
             "DIR"),
        flag("gallery-writable", raw.galleryWritable,
             "Let /add and /delete change the gallery's folder too"),
        text("enrol-first", raw.enrolFirst,
             "Enrol the first face of at least 60 px that is posted to /identify, in memory",
             "NAME"),
        text("app-id", raw.appId, "What APP-ID has to be (demo)", "ID"),
        text("app-key", raw.appKey, "What APP-KEY has to be (demo-key)", "KEY"),
        text("detector", raw.detector, "auto, yunet or cascade (auto)", "NAME"),
        text("model", raw.model, "The YuNet model (else OOTO_FACE_MODEL, else XDG data dirs)",
             "FILE"),
        flag("older-shape", raw.olderShape, "Answer as the previous API generation did"),
        text("no-match", raw.noMatch,
             "Match nobody, and say so by search being absent, null, or an empty templateId",
             "absent|null|empty"),
        text("say-liveness", raw.liveness,
             "Say this about liveness instead of null; this server cannot judge it",
             "SCORE,true|false"),
        text("say-deepfake", raw.deepfake, "Likewise about deepfake", "SCORE,true|false"),
        text("log", raw.log, "Append one JSON line per request to this file", "FILE"),
        text("save-photos", raw.savePhotos, "Keep the photos that are posted in this folder",
             "DIR"),
        number("delay-ms", raw.delayMs, "Trouble: wait so long before each answer", "MS"),
        number("status", raw.status, "Trouble: answer with this HTTP status", "200-599"),
        text("retry-after", raw.retryAfter, "Trouble: send this header: seconds, or an HTTP date",
             "VALUE"),
        text("body", raw.body, "Trouble: spoil the answer's body",
             "truncated|malformed|empty|html|huge|deep"),
        flag("drop", raw.drop, "Trouble: read the request, then reset the connection"),
        flag("trickle", raw.trickle, "Trouble: send the answer's body at one byte per second"),
        number("fail-first", raw.failFirst, "Trouble only the first N requests to /identify", "N"),
        GOptionEntry{},
    };

    const OptionContextPtr context(g_option_context_new(nullptr));
    g_option_context_set_summary(context.get(), summary);
    g_option_context_set_description(context.get(), description);
    g_option_context_add_main_entries(context.get(), entries.data(), nullptr);

    GError *failed = nullptr;
    if (!g_option_context_parse(context.get(), &argc, &argv, &failed)) {
        const ErrorPtr error(failed);
        return error->message;
    }
    return argc > 1 ? std::string("unexpected argument ") + argv[1] : std::string();
}

} // namespace

CommandLine readCommandLine(int argc, char **argv)
{
    CommandLine line;
    Raw raw;
    line.error = parse(argc, argv, raw);
    if (!line.error.empty())
        return line;

    if (raw.port < 0 || raw.port > 65535)
        line.error = "--port is 0 to 65535";
    ServerOptions &options = line.options;
    options.port = static_cast<std::uint16_t>(raw.port);
    options.host = chosen(raw.host, nullptr, options.host);
    options.certificateFile = chosen(raw.certificate, nullptr, "");
    options.appId = chosen(raw.appId, "OOTO_APP_ID", options.appId);
    options.appKey = chosen(raw.appKey, "OOTO_APP_KEY", options.appKey);
    options.model = chosen(raw.model, nullptr, "");
    options.galleryFolder = chosen(raw.gallery, nullptr, "");
    options.galleryWritable = raw.galleryWritable;
    if (options.galleryWritable && options.galleryFolder.empty())
        line.error = "--gallery-writable needs --gallery";
    options.enrolFirst = chosen(raw.enrolFirst, nullptr, "");
    options.logFile = chosen(raw.log, nullptr, "");
    options.photoFolder = chosen(raw.savePhotos, nullptr, "");
    readChoices(raw, options, line.error);
    readTrouble(raw, options.trouble, line.error);
    return line;
}

} // namespace ooto::server
