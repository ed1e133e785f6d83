// SPDX-License-Identifier: LGPL-2.1-or-later
// The running program: what cameras tell goes to the log, the metrics and the targets.
#pragma once

#include "camera/errand.h"
#include "config/config_reader.h"
#include "core/base/guarded.h"
#include "program/fleet.h"
#include "program/service_news.h"
#include "report/log.h"
#include "report/metrics.h"
#include "report/notifier.h"
#include "server/active_store.h"
#include "server/controls.h"
#include "server/server.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace ooto::watch
{

class Program : private Controls, private CameraListener
{
public:
    /** @param file where the configuration was read, and is read again on SIGHUP */
    Program(std::string file, Lookup environment, Config config);
    ~Program() override;

    /** Until SIGTERM or SIGINT. @return the exit status: 1 when it cannot serve its addresses */
    int run();

private:
    // Of the server's thread.
    Snapshot snapshot() override;
    std::string metrics() override;
    Switched setActive(const std::string &camera, bool active, const std::string &by) override;
    // Of each camera's thread.
    void stateChanged(const std::string &camera, const CameraStatus &status) override;
    void messagePosted(const std::string &camera, const GstStructure *message) override;
    void troubleTold(const std::string &camera, const std::string &text) override;

    void tellService(const ServiceSnapshot &news);
    void tellTarget(const GstStructure *message);

    bool serve();
    void saveSwitches(std::chrono::steady_clock::time_point now);
    Tokens tokens();
    void tellWarnings();
    // Called by the main loop.
    void reload();
    void quit();
    void tick();

    guint tickMs() const;
    std::string statusLine();

    const std::string file_;
    const Lookup environment_;
    Config config_; ///< main loop only
    Log log_;
    Metrics metrics_;
    const std::shared_ptr<ActiveStore> switches_; ///< shared with who saves them
    Errand saving_;
    std::chrono::steady_clock::time_point nextSave_{};
    ServiceNews news_;
    Notifier notifier_;
    Fleet fleet_;
    std::unique_ptr<Server> server_;
    ServerConfig served_; ///< what it was opened with
    std::atomic<std::chrono::steady_clock::duration> lastTick_{};
    std::atomic<bool> reloadSucceeded_{true};
    system::Handle<GMainLoop, g_main_loop_unref> loop_;
};

} // namespace ooto::watch
