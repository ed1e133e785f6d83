// SPDX-License-Identifier: LGPL-2.1-or-later
// How a receiver knows that a request is ours and whole: Standard Webhooks, version 1.
#pragma once

#include "system/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ooto::publish
{

/** Whether it is `whsec_` and the base64 of at least one byte; padding may be missing. */
bool isWebhookSecret(const system::Secret &secret);

/**
 * The header `webhook-signature` (standardwebhooks.com): base64 of the HMAC-SHA256 of
 * `id.timestamp.body`, one for each secret in their order, so that a receiver can exchange its own.
 * @param secrets     at least one
 * @param unixSeconds when the attempt is made
 * @param body        the bytes as they are sent
 * @return nothing when one of the secrets is none, as isWebhookSecret() has it
 */
std::optional<std::string> webhookSignature(const std::vector<system::Secret> &secrets,
                                            std::string_view id, std::int64_t unixSeconds,
                                            std::string_view body);

} // namespace ooto::publish
