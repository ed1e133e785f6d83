// SPDX-License-Identifier: LGPL-2.1-or-later
// The HTTP request for one photo, as the service wants it.
#pragma once

#include "service/client.h"
#include "service/handles.h"

#include <libsoup/soup.h>

namespace ooto::service
{

/** A request's message, and its body for when it has to be sent again. */
struct PhotoMessage {
    ObjectHandle<SoupMessage> message;
    BytesHandle body;
    CharsHandle contentType;
};

/** A POST of the photo as multipart/form-data; its message is null when the endpoint is no URL. */
PhotoMessage makePhotoMessage(const ConnectionSettings &settings, const Request &request);

} // namespace ooto::service
