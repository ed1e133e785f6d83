// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/tls_stream.h"

#include "system/handles.h"

namespace ooto::http
{

GTlsCertificateFlags certificateProblems(GTlsConnection *connection)
{
    if (!g_tls_connection_get_peer_certificate(connection))
        return G_TLS_CERTIFICATE_GENERIC_ERROR;
    return g_tls_connection_get_peer_certificate_errors(connection);
}

void cutOff(GIOStream *stream)
{
    // By way of an https proxy it is TLS within TLS.
    system::ObjectHandle<GIOStream> below = system::referTo(stream);
    while (below && G_IS_TLS_CONNECTION(below.get())) {
        GIOStream *base = nullptr;
        g_object_get(below.get(), "base-io-stream", &base, nullptr);
        below.reset(base);
    }
    if (below && G_IS_SOCKET_CONNECTION(below.get()))
        g_socket_shutdown(g_socket_connection_get_socket(G_SOCKET_CONNECTION(below.get())), TRUE,
                          TRUE, nullptr);
}

} // namespace ooto::http
