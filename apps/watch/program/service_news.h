// SPDX-License-Identifier: LGPL-2.1-or-later
// How the service is, which all cameras tell in chorus.
#pragma once

#include "core/base/guarded.h"
#include "report/snapshot.h"

#include <gst/gst.h>

#include <optional>

namespace ooto::watch
{

/** Thread-safe. */
class ServiceNews
{
public:
    /** Of an `ooto-service`. @return what to tell; nothing when that is known */
    std::optional<ServiceSnapshot> noteService(const GstStructure *message);

    ServiceSnapshot service();

private:
    core::Guarded<ServiceSnapshot> known_;
};

} // namespace ooto::watch
