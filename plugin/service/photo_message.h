// SPDX-License-Identifier: LGPL-2.1-or-later
// The HTTP request for one photo, as the service wants it.
#pragma once

#include "service/connection_settings.h"
#include "service/request.h"
#include "system/handles.h"

#include <libsoup/soup.h>

namespace ooto::service
{

/** The multipart/form-data body around one photo; may be sent more than once. */
struct PhotoBody {
    system::BytesHandle bytes;
    system::CharsHandle contentType;
};

PhotoBody makePhotoBody(const Request &request);

/** The POST of such a body; null when the endpoint is no URL. */
system::ObjectHandle<SoupMessage> makePhotoMessage(const ConnectionSettings &settings,
                                                   const Request &request,
                                                   const system::Secret &key,
                                                   const PhotoBody &body);

} // namespace ooto::service
