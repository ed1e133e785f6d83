// SPDX-License-Identifier: LGPL-2.1-or-later
#include "visits/service.h"

#include "http_request.h"
#include "identify_service.h"

#include <algorithm>

namespace ooto::visits
{

namespace
{

void respond(SoupServerMessage *message, const Oracle::Answer &answer)
{
    soup_server_message_set_status(message, answer.status, nullptr);
    soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY,
                                     answer.json.data(), answer.json.size());
}

void count(Asked &asked, const Verdict &verdict)
{
    ++asked.codes[verdict.sighting.errorCode];
    if (verdict.sighting.errorCode)
        return;
    if (!verdict.fine)
        ++asked.poor;
    if (verdict.person.empty()) {
        ++asked.nobody;
        return;
    }
    ++asked.people[verdict.person];
    asked.unsure += verdict.unsure();
    asked.worstDifference = std::max(asked.worstDifference, verdict.difference);
    asked.leastNext = std::min(asked.leastNext, verdict.next);
}

} // namespace

OracleService::OracleService(Oracle &oracle, double delayS, bool realTime)
    : oracle_(oracle), delayS_(delayS), realTime_(realTime)
{
    thread_.runAndWait([this] {
        server_.reset(soup_server_new(nullptr, nullptr));
        soup_server_add_handler(
            server_.get(), nullptr,
            [](SoupServer *, SoupServerMessage *message, const char *path, GHashTable *,
               gpointer self) { static_cast<OracleService *>(self)->serve(message, path); },
            this, nullptr);
        soup_server_listen_local(server_.get(), 0, SOUP_SERVER_LISTEN_IPV4_ONLY, nullptr);
        GSList *uris = soup_server_get_uris(server_.get());
        if (uris)
            port_ = static_cast<unsigned>(g_uri_get_port(static_cast<GUri *>(uris->data)));
        g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
    });
}

OracleService::~OracleService()
{
    thread_.runAndWait([this] {
        held_.clear();
        soup_server_disconnect(server_.get());
        server_.reset();
        while (g_main_context_iteration(g_main_context_get_thread_default(), FALSE)) {
        }
    });
}

std::string OracleService::endpoint() const
{
    return "http://127.0.0.1:" + std::to_string(port_) + server::identifyPath;
}

bool OracleService::isDown(double timeS) const
{
    return std::any_of(outages_.begin(), outages_.end(), [timeS](const scene::Span &outage) {
        return timeS >= outage.fromS && timeS < outage.untilS;
    });
}

void OracleService::refuse(SoupServerMessage *message)
{
    soup_server_message_set_status(message, SOUP_STATUS_SERVICE_UNAVAILABLE, nullptr);
    {
        auto shared = shared_.lock();
        ++shared->asked.received;
        ++shared->asked.refused;
    }
    arrived_.notify_all();
}

void OracleService::serve(SoupServerMessage *message, const char *path)
{
    const double arrivedS = shared_.lock()->nowS;
    if (isDown(arrivedS)) {
        refuse(message);
        return;
    }
    const server::ReceivedRequest request = server::readRequest(message, path, appId, appKey);
    const server::Part *photo = request.part("photo");
    const Verdict verdict = photo ? oracle_.judge(photo->bytes) : Verdict{};
    held_.push_back({system::referTo(message), Oracle::answerFor(verdict), arrivedS + delayS_, {}});
    soup_server_message_pause(message);
    if (realTime_)
        holdInRealTime(held_.back());
    {
        auto shared = shared_.lock();
        ++shared->asked.received;
        ++shared->asked.held;
        count(shared->asked, verdict);
    }
    arrived_.notify_all();
}

void OracleService::holdInRealTime(Held &held)
{
    struct Call {
        OracleService *self;
        Held *held;
    };
    held.timer = system::SourceHandle(g_timeout_source_new(static_cast<guint>(delayS_ * 1000)));
    g_source_set_callback(
        held.timer.get(),
        [](gpointer data) -> gboolean {
            const Call call = *static_cast<Call *>(data);
            call.self->release(*call.held);
            call.self->held_.remove_if([&](const Held &each) { return &each == call.held; });
            return G_SOURCE_REMOVE;
        },
        new Call{this, &held}, [](gpointer data) { delete static_cast<Call *>(data); });
    g_source_attach(held.timer.get(), g_main_context_get_thread_default());
}

void OracleService::release(Held &held)
{
    soup_server_message_unpause(held.message.get());
    respond(held.message.get(), held.answer);
    --shared_.lock()->asked.held;
}

void OracleService::releaseUntil(std::optional<double> timeS)
{
    for (Held &held : held_) {
        if (!timeS || held.dueS <= *timeS)
            release(held);
    }
    held_.remove_if([&](const Held &held) { return !timeS || held.dueS <= *timeS; });
}

void OracleService::streamIsAt(double timeS)
{
    bool held = false;
    {
        auto shared = shared_.lock();
        shared->nowS = timeS;
        held = shared->asked.held > 0;
    }
    if (held && !realTime_)
        thread_.runAndWait([&] { releaseUntil(timeS); });
}

void OracleService::releaseAll()
{
    thread_.runAndWait([this] { releaseUntil(std::nullopt); });
}

bool OracleService::waitForRequests(std::size_t count, std::chrono::milliseconds longest)
{
    auto shared = shared_.lock();
    return arrived_.wait_for(shared.waitable(), longest,
                             [&] { return shared->asked.received >= count; });
}

} // namespace ooto::visits
