// SPDX-License-Identifier: LGPL-2.1-or-later
// Asking a service from a test's thread, and waiting for what the network thread says.
#pragma once

#include "service/caller.h"
#include "support/inbox.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ooto::test
{

inline constexpr const char *matchBody =
    R"({"transactionId":"t","result":{"search":{"templateId":"someone","similarity":0.9}}})";

service::ConnectionSettings settingsFor(const std::string &endpoint);

inline constexpr const char *testKey = "the-key-of-this-test";

service::Request photoRequest(std::chrono::milliseconds timeout = std::chrono::seconds(5));

/** A caller with testKey that must come about, without limits to its rate and day. */
std::unique_ptr<service::Caller> openCaller(const service::ConnectionSettings &settings,
                                            unsigned maxInFlight = 4,
                                            const service::StateHandler &onStateChange = nullptr);

/** Limits to what is in flight only. */
inline core::Limits inFlightOnly(unsigned maxInFlight = 4)
{
    return {.maxInFlight = maxInFlight, .maxRate = 0, .maxRequestsPerDay = 0};
}
inline core::Limits rateOnly(double maxRate, unsigned maxInFlight = 4)
{
    return {.maxInFlight = maxInFlight, .maxRate = maxRate, .maxRequestsPerDay = 0};
}
inline core::Limits dayOnly(std::uint64_t maxRequests, const core::BackoffRules &backoff = {},
                            unsigned maxInFlight = 4)
{
    return {.maxInFlight = maxInFlight,
            .maxRate = 0,
            .maxRequestsPerDay = maxRequests,
            .backoff = backoff};
}

/** How the service was each time that a caller was told. */
using States = std::shared_ptr<Inbox<core::ServiceCondition>>;
inline service::StateHandler into(const States &states)
{
    return [states](const core::ServiceState &state) { states->put(state.condition); };
}

/** A permit as soon as there is one, or nothing after `patience`. */
std::optional<service::Permit>
waitForPermit(service::Caller &caller,
              std::chrono::milliseconds patience = std::chrono::seconds(5));

/**
 * Reserves, sends, waits; an outcome of Cancelled means that nothing came.
 * @param onRestart as that of Caller::send()
 */
core::Reply ask(service::Caller &caller, service::Request request = photoRequest(),
                service::RestartHandler onRestart = nullptr);

/** As ask() with a caller made for it. */
core::Reply askOnce(const std::string &endpoint, service::Request request = photoRequest(),
                    const std::string &key = testKey);

} // namespace ooto::test
