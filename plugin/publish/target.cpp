// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/target.h"

namespace ooto::publish
{

const char *stateName(TargetState::Kind kind)
{
    switch (kind) {
    case TargetState::Kind::Ok:
        return "ok";
    case TargetState::Kind::Degraded:
        return "degraded";
    case TargetState::Kind::Down:
        return "down";
    case TargetState::Kind::Unauthorized:
        return "unauthorized";
    case TargetState::Kind::Full:
        return "full";
    }
    return "down";
}

} // namespace ooto::publish
