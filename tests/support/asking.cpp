// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/asking.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>

namespace ooto::test
{

using namespace std::chrono_literals;

service::ConnectionSettings settingsFor(const std::string &endpoint)
{
    service::ConnectionSettings settings;
    settings.endpoint = endpoint;
    settings.appId = "the-id-of-this-test";
    settings.userAgent = "ooto-test";
    return settings;
}

service::Request photoRequest(std::chrono::milliseconds timeout)
{
    service::Request request;
    request.photo = std::make_shared<const std::vector<std::uint8_t>>(
        std::vector<std::uint8_t>{0xff, 0xd8, 0, '\r', '\n', '-', '-', 1, 2, 0xff, 0xd9});
    request.timeout = timeout;
    return request;
}

std::unique_ptr<service::Caller> openCaller(const service::ConnectionSettings &settings,
                                            unsigned maxInFlight,
                                            const service::StateHandler &onStateChange)
{
    std::string error;
    auto caller = service::Caller::open(settings, inFlightOnly(maxInFlight),
                                        system::Secret(testKey), onStateChange, error);
    EXPECT_TRUE(caller) << error;
    return caller;
}

std::optional<service::Permit> waitForPermit(service::Caller &caller,
                                             std::chrono::milliseconds patience)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    do {
        if (auto permit = caller.reserve())
            return std::move(*permit);
        std::this_thread::sleep_for(2ms);
    } while (std::chrono::steady_clock::now() < end);
    return std::nullopt;
}

core::Reply ask(service::Caller &caller, service::Request request,
                service::RestartHandler onRestart)
{
    auto permit = waitForPermit(caller);
    if (!permit)
        return {};
    const auto inbox = std::make_shared<Inbox<core::Reply>>();
    const auto patience = request.timeout + 5s;
    caller.send(
        std::move(*permit), std::move(request),
        [inbox](const core::Reply &reply) { inbox->put(reply); }, std::move(onRestart));
    const auto replies = inbox->waitFor(1, patience);
    return replies.empty() ? core::Reply() : replies.front();
}

core::Reply askOnce(const std::string &endpoint, service::Request request, const std::string &key)
{
    const auto caller = openCaller(settingsFor(endpoint));
    caller->setAppKey(system::Secret(key));
    return ask(*caller, std::move(request));
}

} // namespace ooto::test
