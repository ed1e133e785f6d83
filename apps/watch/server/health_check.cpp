// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/health_check.h"

#include "server/listen_address.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <libsoup/soup.h>

namespace ooto::watch
{

namespace
{

/** An answer that is larger is not ours. */
constexpr gsize maxAnswerBytes = 4096;

struct Call {
    system::ObjectHandle<SoupMessage> message;
    system::BytesHandle answer;
    system::ErrorHandle error;
    bool ended = false;
};

/** The main loop's turn with a message; returns when it has an answer, or none in time. */
void send(Call &call, std::chrono::milliseconds timeout)
{
    const system::ContextHandle context(g_main_context_new());
    g_main_context_push_thread_default(context.get());
    {
        const system::ObjectHandle<GCancellable> late(g_cancellable_new());
        const system::ObjectHandle<SoupSession> session(soup_session_new());
        // Never by way of others: it is this machine.
        soup_session_set_proxy_resolver(session.get(), nullptr);
        system::SourceHandle timer(g_timeout_source_new(static_cast<guint>(timeout.count())));
        g_source_set_callback(
            timer.get(),
            [](gpointer cancellable) -> gboolean {
                g_cancellable_cancel(static_cast<GCancellable *>(cancellable));
                return G_SOURCE_REMOVE;
            },
            late.get(), nullptr);
        g_source_attach(timer.get(), context.get());
        soup_session_send_and_read_async(
            session.get(), call.message.get(), G_PRIORITY_DEFAULT, late.get(),
            [](GObject *from, GAsyncResult *result, gpointer data) {
                auto *ended = static_cast<Call *>(data);
                ended->answer.reset(soup_session_send_and_read_finish(
                    SOUP_SESSION(from), result, system::ErrorOut(ended->error)));
                ended->ended = true;
            },
            &call);
        while (!call.ended)
            g_main_context_iteration(context.get(), TRUE);
    }
    while (g_main_context_iteration(context.get(), FALSE)) {
    }
    g_main_context_pop_thread_default(context.get());
}

std::string answerText(GBytes *answer)
{
    gsize size = 0;
    const auto *bytes = static_cast<const char *>(g_bytes_get_data(answer, &size));
    return size > 0 ? system::plainText({bytes, std::min(size, maxAnswerBytes)}) : std::string();
}

} // namespace

std::string checkHealth(const std::string &listen, std::chrono::milliseconds timeout)
{
    if (listen.empty())
        return "nobody can be asked: `listen` is empty";
    const auto parsed = parseListenAddress(listen);
    if (!parsed)
        return parsed.error();
    const std::string address = addressText(reachableAddress(*parsed));
    Call call;
    call.message.reset(soup_message_new("GET", ("http://" + address + "/healthz").c_str()));
    if (!call.message)
        return address + " is no address";
    soup_message_add_flags(call.message.get(), SOUP_MESSAGE_NO_REDIRECT);
    send(call, timeout);
    if (!call.answer)
        return address + ": " +
               (g_error_matches(call.error.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED)
                    ? "no answer in " + std::to_string(timeout.count()) + " ms"
                    : std::string(call.error->message));
    if (soup_message_get_status(call.message.get()) != SOUP_STATUS_OK)
        return address + ": " + answerText(call.answer.get());
    return {};
}

} // namespace ooto::watch
