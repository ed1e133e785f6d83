// SPDX-License-Identifier: LGPL-2.1-or-later
// What a TLS connection of libsoup's lets be known and done.
#pragma once

#include <gio/gio.h>

namespace ooto::http
{

/** What is wrong with the certificate of the peer, G_TLS_CERTIFICATE_NO_FLAGS if nothing. */
GTlsCertificateFlags certificateProblems(GTlsConnection *connection);

/** Closes the TCP connection below TLS, so that nothing more goes out on it. */
void cutOff(GIOStream *stream);

} // namespace ooto::http
