// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/held_back.h"

namespace ooto::core
{

std::string_view heldBackName(HeldBack why)
{
    switch (why) {
    case HeldBack::InFlight:
        return "in-flight";
    case HeldBack::Rate:
        return "rate";
    case HeldBack::Budget:
        return "budget";
    case HeldBack::Service:
        return "service";
    case HeldBack::Unauthorized:
        return "unauthorized";
    }
    return "unknown";
}

} // namespace ooto::core
