// SPDX-License-Identifier: LGPL-2.1-or-later
// A server with every kind of trouble in it, at random but the same in every run.
#pragma once

#include "support/raw_server.h"

#include <cstdint>

namespace ooto::test
{

/** A script of RawServer: its moods depend on the seed and the number of the connection. */
void misbehave(RawConnection &connection, std::uint32_t seed);

} // namespace ooto::test
