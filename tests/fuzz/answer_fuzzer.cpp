// SPDX-License-Identifier: LGPL-2.1-or-later
// Feeds whatever libFuzzer thinks of to everything that reads an HTTP answer.
#include "http/retry_after.h"
#include "service/json_guard.h"
#include "service/verdict.h"
#include "system/plain_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

namespace
{

using namespace ooto;

constexpr int statuses[] = {200, 200, 200, 201, 302, 400, 401, 404, 413, 429, 503};
const system::Secret key("a-key-that-nobody-may-see");

void require(bool condition)
{
    if (!condition)
        std::abort();
}

/** What the rest of the plugin takes for granted. */
void check(const core::Reply &reply)
{
    require(system::isPlainText(reply.text));
    require(reply.text.find(key.reveal()) == std::string::npos);
    require(!reply.retryAfter ||
            (reply.retryAfter->count() >= 0 && *reply.retryAfter <= std::chrono::hours(24)));
    for (const auto *fact : {&reply.answer.templateId, &reply.answer.transactionId,
                             &reply.answer.gender, &reply.answer.race}) {
        require(!*fact || ((*fact)->size() <= system::maxTextBytes && system::isPlainText(**fact)));
    }
    require(!reply.answer.similarity || std::isfinite(*reply.answer.similarity));
}

} // namespace

/** The first byte chooses the status, the first line is both headers, and the rest is the body. */
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    std::string_view text(reinterpret_cast<const char *>(data), size);
    http::Response response;
    response.status = statuses[0];
    if (!text.empty() && text.front() != '{') {
        response.status = statuses[static_cast<std::uint8_t>(text.front()) % std::size(statuses)];
        const auto end = std::min(text.find('\n'), text.size());
        response.location = text.substr(1, end - 1);
        response.retryAfter = response.location;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    response.body = text;
    const auto now = std::chrono::system_clock::time_point(std::chrono::hours(490000));
    check(service::judgeResponse(response, {"service.example", "https://service.example/identify"},
                                 {key}, now));
    http::parseRetryAfter(response.retryAfter, now);
    return 0;
}
