// SPDX-License-Identifier: LGPL-2.1-or-later
// One run that shares a state with others, with a state directory of its own: another machine.
#pragma once

#include "http/network_thread.h"
#include "service/budget_file.h"
#include "service/shared_state.h"
#include "support/inbox.h"
#include "support/redis_server.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ooto::test
{

inline const std::string sharedPrefix =
    "ooto:{" + service::BudgetFile::hashOf("http://127.0.0.1:9/", "shared").substr(0, 16) + "}:";

class SharedRun
{
public:
    using Take = core::SharedBudget::Take;

    struct Options {
        std::uint64_t limit = 12;
        double rate = 0;
        std::string password{};
        std::string user{};
        service::SharedState::Calendar calendar = service::localDay;
        std::string folder{}; ///< empty: one of its own
        std::string caFile{}; ///< not empty: over TLS
    };

    SharedRun(unsigned port, const Options &options)
    {
        service::SharedStateSettings settings;
        settings.server.host = "127.0.0.1";
        settings.server.port = static_cast<std::uint16_t>(port);
        settings.server.userId = options.user;
        settings.server.password = system::Secret(options.password);
        settings.server.tls = !options.caFile.empty();
        settings.server.sslCaFile = options.caFile;
        settings.shown = "redis://127.0.0.1:" + std::to_string(port);
        settings.prefix = sharedPrefix;
        settings.budgetPath =
            (options.folder.empty() ? directory_.path() : options.folder) + "/budget";
        state_ =
            std::make_shared<service::SharedState>(std::move(settings), network_, options.calendar);
        state_->setLimits(options.limit, options.rate);
        state_->open({.onTrouble =
                          [troubles = troubles_](const std::optional<std::string> &text) {
                              troubles->put(text.value_or(""));
                          },
                      .onWarning = [warnings = warnings_](
                                       const std::string &text) { warnings->put(text); }});
    }
    ~SharedRun()
    {
        if (state_)
            network_.runAndWait([this] { state_->close(); });
    }

    service::SharedState &operator*() { return *state_; }
    service::SharedState *operator->() { return state_.get(); }

    /** Until it is not only asked for. */
    core::SharedBudget::Taken take()
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        for (;;) {
            const auto taken = state_->take();
            if (taken.what != Take::Asked || std::chrono::steady_clock::now() > end)
                return taken;
            std::this_thread::sleep_for(taken.tryAgainIn);
        }
    }
    /** Waits for what others give. @return false where there is none */
    bool takeOne()
    {
        return eventually([this] { return take().what == Take::Go; });
    }
    /** As many permits as there are until `why` is said; gives up after a while. */
    int takeAllUntil(Take why, std::chrono::seconds longest = 2 * patience)
    {
        const auto end = std::chrono::steady_clock::now() + longest;
        int count = 0;
        while (std::chrono::steady_clock::now() < end) {
            const auto taken = take();
            count += taken.what == Take::Go;
            if (taken.what == why)
                break;
            if (taken.what != Take::Go)
                std::this_thread::sleep_for(
                    std::min(taken.tryAgainIn, std::chrono::milliseconds(100)));
        }
        return count;
    }
    int takeAll() { return takeAllUntil(Take::Spent); }
    /** What it was told of the server: empty texts where it is back. */
    std::vector<std::string> troubles(std::size_t awaited)
    {
        return troubles_->waitFor(awaited, patience);
    }
    std::vector<std::string> warnings(std::size_t awaited)
    {
        return warnings_->waitFor(awaited, patience);
    }
    service::SharedVisit visit(const std::string &templateId, const std::string &visitId,
                               std::chrono::seconds timeout = std::chrono::seconds(60))
    {
        const auto answer = std::make_shared<Inbox<service::SharedVisit>>();
        network_.post([=, state = state_] {
            state->claimVisit(templateId, system::Secret("key"), visitId, timeout,
                              [answer](const service::SharedVisit &visit) { answer->put(visit); });
        });
        const auto all = answer->waitFor(1, patience);
        return all.empty() ? service::SharedVisit{} : all[0];
    }

private:
    ScratchDirectory directory_;
    const std::shared_ptr<Inbox<std::string>> troubles_ = std::make_shared<Inbox<std::string>>();
    const std::shared_ptr<Inbox<std::string>> warnings_ = std::make_shared<Inbox<std::string>>();
    std::shared_ptr<service::SharedState> state_;
    http::NetworkThread network_;
};

/** Skips where there is no server. */
class SharedStateTest : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!RedisServer::installed())
            GTEST_SKIP() << "neither redis-server nor valkey-server is installed";
    }
    /** A server that has known everybody for a while. */
    static std::unique_ptr<RedisServer> knownServer(std::vector<std::string> options = {})
    {
        auto server = std::make_unique<RedisServer>(std::move(options));
        server->makeKnown(sharedPrefix, service::localDay().zone);
        return server;
    }
};

} // namespace ooto::test
