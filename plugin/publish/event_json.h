// SPDX-License-Identifier: LGPL-2.1-or-later
// Members that an event's JSON gets on its way.
#pragma once

#include <chrono>
#include <string>

namespace ooto::publish
{

/** Waits shorter than this are not told. */
inline constexpr std::chrono::milliseconds shortestDelay{2000};

/** The JSON object with `photo-uri`; as it is where it is none. */
std::string withPhotoUri(std::string json, const std::string &uri);
/** With `frame-uri`, likewise. */
std::string withFrameUri(std::string json, const std::string &uri);
/** With `delayed-ms`, where the event waited longer than `shortestDelay`. */
std::string withDelay(std::string json, std::chrono::milliseconds waited);

} // namespace ooto::publish
