// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/asking/face.h"

namespace ooto::core
{

std::string_view statusName(Status status)
{
    switch (status) {
    case Status::Pending:
        return "pending";
    case Status::Identified:
        return "identified";
    case Status::Unknown:
        return "unknown";
    case Status::Spoof:
        return "spoof";
    case Status::Unavailable:
        return "unavailable";
    }
    return "pending";
}

std::optional<Status> statusNamed(std::string_view name)
{
    for (const Status status : {Status::Pending, Status::Identified, Status::Unknown, Status::Spoof,
                                Status::Unavailable}) {
        if (statusName(status) == name)
            return status;
    }
    return std::nullopt;
}

std::string_view reasonName(Reason reason)
{
    switch (reason) {
    case Reason::None:
        return "";
    case Reason::TooSmall:
        return "too-small";
    case Reason::Blurred:
        return "blurred";
    case Reason::BadlyLit:
        return "badly-lit";
    case Reason::TurnedAway:
        return "turned-away";
    case Reason::Edge:
        return "edge";
    case Reason::Crowded:
        return "crowded";
    case Reason::Waiting:
        return "waiting";
    case Reason::Busy:
        return "busy";
    case Reason::Rate:
        return "rate";
    case Reason::Budget:
        return "budget";
    case Reason::Service:
        return "service";
    case Reason::Unauthorized:
        return "unauthorized";
    case Reason::DryRun:
        return "dry-run";
    case Reason::Refused:
        return "refused";
    case Reason::Doubt:
        return "doubt";
    case Reason::Double:
        return "double";
    case Reason::OtherFace:
        return "other-face";
    case Reason::NoLiveness:
        return "no-liveness";
    case Reason::Forgotten:
        return "forgotten";
    }
    return "";
}

std::string_view eventName(FaceEventType type)
{
    switch (type) {
    case FaceEventType::New:
        return "new";
    case FaceEventType::Answered:
        return "answered";
    case FaceEventType::Updated:
        return "updated";
    case FaceEventType::End:
        return "end";
    }
    return "";
}

std::optional<FaceEventType> eventNamed(std::string_view name)
{
    for (const FaceEventType type : {FaceEventType::New, FaceEventType::Answered,
                                     FaceEventType::Updated, FaceEventType::End}) {
        if (eventName(type) == name)
            return type;
    }
    return std::nullopt;
}

} // namespace ooto::core
