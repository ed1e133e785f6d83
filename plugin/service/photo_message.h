// SPDX-License-Identifier: LGPL-2.1-or-later
// The HTTP request for one photo, as the service wants it.
#pragma once

#include "http/request.h"
#include "service/connection_settings.h"
#include "service/request.h"

namespace ooto::service
{

/** A POST of multipart/form-data around the photo, which it copies. */
http::Request makePhotoMessage(const ConnectionSettings &settings, const Request &request,
                               const system::Secret &key);

} // namespace ooto::service
