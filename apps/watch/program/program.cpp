// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program/program.h"

#include "metadata/face_fields.h"
#include "system/iso_time.h"
#include "system/plain_text.h"

#include <glib-unix.h>

#include <utility>

namespace ooto::watch
{

namespace
{

using namespace std::chrono_literals;

constexpr std::chrono::seconds longestTick{1};
constexpr std::chrono::seconds saveAgainIn{30};

std::string textOf(const GstStructure *message, const char *field)
{
    const char *text = gst_structure_get_string(message, field);
    return text ? system::plainText(text) : std::string();
}

/** A source of the default main context that calls `call(owner)` and stays. */
template<auto call, typename Owner>
system::SourceHandle attach(GSource *source, Owner *owner)
{
    g_source_set_callback(
        source,
        [](gpointer data) -> gboolean {
            (static_cast<Owner *>(data)->*call)();
            return G_SOURCE_CONTINUE;
        },
        owner, nullptr);
    g_source_attach(source, nullptr);
    return system::SourceHandle(source);
}

void addReason(LogFields &fields, const std::string &reason)
{
    if (!reason.empty())
        fields.push_back({metadata::field::reason, reason});
}

LogLevel levelOf(CameraState state)
{
    return state == CameraState::Live || state == CameraState::Off ? LogLevel::Info
                                                                   : LogLevel::Warning;
}

LogLevel levelOf(const std::string &state)
{
    return state == "ok" ? LogLevel::Info : LogLevel::Warning;
}

/** As systemd's StateDirectory=ooto with XDG_STATE_HOME=%S has it. */
std::string stateDirectory()
{
    return std::string(g_get_user_state_dir()) + "/ooto";
}

std::string count(std::size_t number, const std::string &one)
{
    return std::to_string(number) + ' ' + one + (number == 1 ? "" : "s");
}

} // namespace

Program::Program(std::string file, Lookup environment, Config config)
    : file_(std::move(file)),
      environment_(std::move(environment)),
      config_(std::move(config)),
      log_(config_.server.log),
      switches_(std::make_shared<ActiveStore>(stateDirectory() + "/cameras-active")),
      fleet_(*this),
      loop_(g_main_loop_new(nullptr, FALSE))
{
}

Program::~Program() = default;

int Program::run()
{
    // Before anybody can hear that it is there: without a handler a signal would end it at once.
    const auto hangUp = attach<&Program::reload>(g_unix_signal_source_new(SIGHUP), this);
    const auto term = attach<&Program::quit>(g_unix_signal_source_new(SIGTERM), this);
    const auto interrupt = attach<&Program::quit>(g_unix_signal_source_new(SIGINT), this);
    tellWarnings();
    if (!serve())
        return 1;
    fleet_.apply(config_, *switches_);
    log_.write(LogLevel::Info, "started",
               {{"version", OOTO_VERSION}, {"cameras", std::to_string(config_.cameras.size())}});
    tick();
    notifier_.ready(statusLine());
    {
        const auto ticks = attach<&Program::tick>(g_timeout_source_new(tickMs()), this);
        g_main_loop_run(loop_.get());
    }
    notifier_.stopping("ending");
    fleet_.stop(std::chrono::steady_clock::now() + Fleet::stopPatience);
    server_.reset();
    log_.write(LogLevel::Info, "ended");
    return 0;
}

void Program::quit()
{
    g_main_loop_quit(loop_.get());
}

/** @return false when the address cannot be served, which was told: what was served still is */
bool Program::serve()
{
    const ServerConfig &wanted = config_.server;
    // Tokens in the same file may be others.
    if (server_ && wanted == served_ && wanted.tokenFile.empty())
        return true;
    // An address is free for a new server only when the old one left it.
    if (wanted.listen.empty() || wanted.listen == served_.listen)
        server_.reset();
    if (wanted.listen.empty())
        return true;
    auto server = Server::open({.listen = wanted.listen,
                                .allowedHosts = wanted.allowedHosts,
                                .tokens = tokens(),
                                .limits = {}},
                               *this);
    if (!server) {
        log_.write(LogLevel::Error, "cannot serve", {{"reason", server.error()}});
        return false;
    }
    server_ = std::move(*server);
    served_ = wanted;
    return true;
}

/** Whoever has one may switch cameras. Without any all else works. */
Tokens Program::tokens()
{
    if (!config_.server.tokenFile.empty()) {
        auto tokens = Tokens::read(config_.server.tokenFile);
        if (tokens)
            return std::move(*tokens);
        log_.write(LogLevel::Error, "nobody can switch cameras", {{"reason", tokens.error()}});
        return {};
    }
    auto own = ownTokens(stateDirectory());
    if (!own) {
        log_.write(LogLevel::Error, "nobody can switch cameras", {{"reason", own.error()}});
        return {};
    }
    if ((*own).made)
        log_.write(LogLevel::Info, "a token to switch cameras was made, and is shown this once",
                   {{"token", (*own).made->reveal()}});
    return (*own).tokens;
}

void Program::tellWarnings()
{
    if (const std::string problem = switches_->problem(); !problem.empty())
        log_.writeChange("switches", LogLevel::Error, problem);
    for (const Mistake &warning : config_.warnings)
        log_.writeChange("configuration " + warning.origin.file + warning.origin.key,
                         LogLevel::Warning, mistakeLine(warning));
}

void Program::reload()
{
    notifier_.reloading();
    auto config = readConfig(file_, environment_);
    reloadSucceeded_ = bool(config);
    if (config) {
        config_ = std::move(*config);
        tellWarnings();
        log_.setFormat(config_.server.log);
        reloadSucceeded_ = serve();
        fleet_.apply(config_, *switches_);
        log_.write(LogLevel::Info, "reloaded",
                   {{"cameras", std::to_string(config_.cameras.size())}});
    } else {
        for (const Mistake &mistake : config.error())
            log_.write(LogLevel::Error, mistakeLine(mistake));
        log_.write(LogLevel::Error, "not reloaded: nothing was changed",
                   {{"mistakes", std::to_string(config.error().size())}});
    }
    tick();
    notifier_.ready(statusLine());
}

guint Program::tickMs() const
{
    const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(longestTick);
    const auto watchdog = notifier_.watchdogInterval();
    const auto half =
        watchdog ? std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog / 2) : longest;
    return static_cast<guint>(std::max(10ms, std::min(longest, half)).count());
}

void Program::tick()
{
    const auto now = std::chrono::steady_clock::now();
    lastTick_ = now.time_since_epoch();
    notifier_.tick(now);
    notifier_.status(statusLine());
    saveSwitches(now);
}

/** What the disk did not take, again; not here, where the disk could hold the ticks up. */
void Program::saveSwitches(std::chrono::steady_clock::time_point now)
{
    if (now < nextSave_ || saving_.isUnderWay() || !switches_->unsaved())
        return;
    nextSave_ = now + saveAgainIn;
    saving_ = Errand([switches = switches_] { switches->saveAgain(); }, [] {});
}

/** As `3 cameras live, 1 stalled; service ok`. */
std::string Program::statusLine()
{
    std::size_t live = 0;
    std::size_t off = 0;
    const auto cameras = fleet_.cameras();
    for (const CameraSnapshot &camera : cameras) {
        live += camera.status.state == CameraState::Live;
        off += camera.status.state == CameraState::Off;
    }
    std::string line = std::to_string(live) + " of " + count(cameras.size(), "camera") + " live";
    if (off > 0)
        line += ", " + std::to_string(off) + " off";
    const std::string service = news_.service().state;
    return service.empty() ? line : line + "; service " + service;
}

Snapshot Program::snapshot()
{
    return {.cameras = fleet_.cameras(),
            .targets = fleet_.targets(),
            .service = news_.service(),
            .lastTick = std::chrono::steady_clock::time_point(lastTick_.load()),
            .reloadSucceeded = reloadSucceeded_};
}

std::string Program::metrics()
{
    return metrics_.text(snapshot(), log_.dropped());
}

Switched Program::setActive(const std::string &camera, bool active, const std::string &by)
{
    if (!fleet_.setActive(camera, active))
        return Switched::NoSuchCamera;
    log_.write(LogLevel::Info, active ? "switched on" : "switched off",
               {{"camera", camera}, {"by", by}});
    const std::string problem = switches_->set(camera, active);
    if (problem.empty())
        return Switched::Kept;
    log_.write(LogLevel::Error, "the switch will not outlive a restart",
               {{"camera", camera}, {"reason", problem}});
    return Switched::NotKept;
}

void Program::stateChanged(const std::string &camera, const CameraStatus &status)
{
    // One line per change, as JSON the message `ooto-camera` with the same fields.
    LogFields fields = {{metadata::field::camera, camera},
                        {metadata::field::state, cameraStateName(status.state)},
                        {metadata::field::since, system::iso8601(status.since)}};
    addReason(fields, status.reason);
    log_.write(levelOf(status.state), metadata::cameraMessageName, fields);
    fleet_.tellTargets(camera, status.state);
}

void Program::messagePosted(const std::string &camera, const GstStructure *message)
{
    metrics_.observeMessage(camera, message);
    if (gst_structure_has_name(message, metadata::serviceMessageName)) {
        if (const auto news = news_.noteService(message))
            tellService(*news);
    } else if (gst_structure_has_name(message, metadata::publishMessageName)) {
        tellTarget(message);
    } else if (gst_structure_has_name(message, metadata::noticeMessageName)) {
        log_.writeChange("notice " + camera, LogLevel::Warning, metadata::noticeMessageName,
                         {{metadata::field::camera, camera},
                          {metadata::field::text, textOf(message, metadata::field::text)}});
    }
}

void Program::tellService(const ServiceSnapshot &news)
{
    LogFields fields = {{metadata::field::state, news.state}};
    addReason(fields, news.reason);
    log_.write(levelOf(news.state), metadata::serviceMessageName, fields);
}

void Program::tellTarget(const GstStructure *message)
{
    const std::string uri = textOf(message, metadata::field::uri);
    const std::string state = textOf(message, metadata::field::state);
    LogFields fields = {{metadata::field::uri, uri}, {metadata::field::state, state}};
    addReason(fields, textOf(message, metadata::field::reason));
    log_.writeChange("target " + uri, levelOf(state), metadata::publishMessageName, fields);
}

void Program::troubleTold(const std::string &camera, const std::string &text)
{
    log_.writeChange("trouble " + camera, LogLevel::Warning, text,
                     {{metadata::field::camera, camera}});
}

} // namespace ooto::watch
