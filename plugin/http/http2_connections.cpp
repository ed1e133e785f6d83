// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/http2_connections.h"

#include "http/tls_stream.h"
#include "system/handles.h"

#include <algorithm>
#include <utility>

namespace ooto::http
{

namespace
{

void forget(GWeakRef *reference)
{
    g_weak_ref_clear(reference);
    g_free(reference);
}

} // namespace

Http2Connections::~Http2Connections()
{
    for (GWeakRef *reference : connections_)
        forget(reference);
}

void Http2Connections::add(GIOStream *stream)
{
    if (!G_IS_TLS_CONNECTION(stream))
        return;
    const char *protocol = g_tls_connection_get_negotiated_protocol(G_TLS_CONNECTION(stream));
    if (g_strcmp0(protocol, "h2") != 0)
        return;
    std::erase_if(connections_, [](GWeakRef *reference) {
        const system::ObjectHandle<GIOStream> there(
            static_cast<GIOStream *>(g_weak_ref_get(reference)));
        if (!there)
            forget(reference);
        return !there;
    });
    GWeakRef *reference = g_new0(GWeakRef, 1);
    g_weak_ref_init(reference, stream);
    connections_.push_back(reference);
}

void Http2Connections::requestEnded(bool givenUp)
{
    --underWay_;
    givenUp_ = givenUp_ || givenUp;
    if (underWay_ == 0 && std::exchange(givenUp_, false))
        closeAll();
}

void Http2Connections::closeAll()
{
    for (GWeakRef *reference : std::exchange(connections_, {})) {
        const system::ObjectHandle<GIOStream> stream(
            static_cast<GIOStream *>(g_weak_ref_get(reference)));
        if (stream)
            cutOff(stream.get());
        forget(reference);
    }
}

} // namespace ooto::http
