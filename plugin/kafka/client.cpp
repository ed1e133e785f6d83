// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kafka/client.h"

#include "kafka/configuration.h"
#include "kafka/ending.h"
#include "system/plain_text.h"

#include <array>
#include <utility>

namespace ooto::kafka
{

namespace
{

struct EventDestroyer {
    void operator()(rd_kafka_event_t *event) const { rd_kafka_event_destroy(event); }
};
using EventHandle = std::unique_ptr<rd_kafka_event_t, EventDestroyer>;

struct HeadersDestroyer {
    void operator()(rd_kafka_headers_t *headers) const { rd_kafka_headers_destroy(headers); }
};
using HeadersHandle = std::unique_ptr<rd_kafka_headers_t, HeadersDestroyer>;

struct ErrorDestroyer {
    void operator()(rd_kafka_error_t *error) const { rd_kafka_error_destroy(error); }
};
using ErrorHandle = std::unique_ptr<rd_kafka_error_t, ErrorDestroyer>;

HeadersHandle headersOf(const Record &record)
{
    HeadersHandle headers(rd_kafka_headers_new(record.headers.size()));
    for (const auto &[name, value] : record.headers)
        rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                            value.data(), static_cast<ssize_t>(value.size()));
    return headers;
}

/** Milliseconds since 1970. */
std::int64_t timestampOf(const Record &record)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(record.time.time_since_epoch())
        .count();
}

rd_kafka_vu_t attribute(rd_kafka_vtype_t type)
{
    rd_kafka_vu_t attribute{};
    attribute.vtype = type;
    return attribute;
}

rd_kafka_vu_t bytesAttribute(rd_kafka_vtype_t type, const std::string &bytes)
{
    rd_kafka_vu_t all = attribute(type);
    all.u.mem.ptr = const_cast<char *>(bytes.data());
    all.u.mem.size = bytes.size();
    return all;
}

} // namespace

core::Expected<std::unique_ptr<Client>, std::string>
Client::make(const ProducerSettings &settings, bool singly, std::function<void()> onEvents)
{
    std::string problem;
    Configuration configuration = configurationOf(settings, singly, problem);
    if (!problem.empty())
        return problem;
    rd_kafka_conf_set_events(configuration.get(),
                             RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
    std::array<char, 512> text{};
    std::unique_ptr<Client> client(new Client(std::move(onEvents)));
    // It takes the configuration only where it succeeds.
    client->client_ =
        rd_kafka_new(RD_KAFKA_PRODUCER, configuration.get(), text.data(), text.size());
    if (!client->client_)
        return system::plainText(text.data());
    configuration.release();
    client->queue_ = rd_kafka_queue_get_main(client->client_);
    rd_kafka_set_log_queue(client->client_, client->queue_);
    rd_kafka_queue_cb_event_enable(client->queue_, &Client::wake, client.get());
    // It is called for what comes into an empty queue, and something may be there.
    client->onEvents_();
    return client;
}

void Client::makeReady()
{
    // OpenSSL gets ready with the first client that wants it, and notes then what it does when the
    // process ends. What has to come before that is noted after it. A client without a cipher is
    // none, but has come as far as that.
    [[maybe_unused]] static const bool ready = [] {
        Configuration configuration;
        configuration.set("log_level", "0");
        configuration.set("security.protocol", "ssl");
        configuration.set("ssl.cipher.suites", "none");
        std::array<char, 512> text{};
        if (rd_kafka_t *client =
                rd_kafka_new(RD_KAFKA_PRODUCER, configuration.get(), text.data(), text.size())) {
            configuration.release();
            rd_kafka_destroy(client);
        }
        Ending::lookAfterTheProcess();
        return true;
    }();
}

Client::~Client()
{
    if (!client_)
        return;
    rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
    purge();
    rd_kafka_queue_destroy(queue_);
    rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void Client::wake(rd_kafka_t *, void *client)
{
    static_cast<Client *>(client)->onEvents_();
}

rd_kafka_resp_err_t Client::produce(Producer::Token token, const Record &record)
{
    HeadersHandle headers = headersOf(record);
    rd_kafka_vu_t topic = attribute(RD_KAFKA_VTYPE_TOPIC);
    topic.u.cstr = record.topic.c_str();
    rd_kafka_vu_t flags = attribute(RD_KAFKA_VTYPE_MSGFLAGS);
    flags.u.i = RD_KAFKA_MSG_F_COPY;
    rd_kafka_vu_t time = attribute(RD_KAFKA_VTYPE_TIMESTAMP);
    time.u.i64 = timestampOf(record);
    rd_kafka_vu_t all = attribute(RD_KAFKA_VTYPE_HEADERS);
    all.u.headers = headers.get();
    rd_kafka_vu_t opaque = attribute(RD_KAFKA_VTYPE_OPAQUE);
    opaque.u.ptr = reinterpret_cast<void *>(static_cast<std::uintptr_t>(token));
    const std::array<rd_kafka_vu_t, 7> attributes{
        topic,
        bytesAttribute(RD_KAFKA_VTYPE_KEY, record.key),
        bytesAttribute(RD_KAFKA_VTYPE_VALUE, record.value),
        flags,
        time,
        all,
        opaque};
    const ErrorHandle error(rd_kafka_produceva(client_, attributes.data(), attributes.size()));
    if (error)
        return rd_kafka_error_code(error.get());
    headers.release(); // librdkafka's now
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

Events Client::takeEvents()
{
    Events events;
    while (const EventHandle event{rd_kafka_queue_poll(queue_, 0)})
        take(event.get(), events);
    return events;
}

void Client::take(rd_kafka_event_t *event, Events &events)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
        while (const rd_kafka_message_t *message = rd_kafka_event_message_next(event))
            events.reports.push_back({.token = static_cast<Producer::Token>(
                                          reinterpret_cast<std::uintptr_t>(message->_private)),
                                      .error = message->err});
        break;
    case RD_KAFKA_EVENT_ERROR: {
        const char *text = rd_kafka_event_error_string(event);
        events.troubles.push_back({.error = rd_kafka_event_error(event),
                                   .fatal = rd_kafka_event_error_is_fatal(event) != 0,
                                   .text = system::plainText(text ? text : "")});
        break;
    }
    case RD_KAFKA_EVENT_LOG: {
        const char *facility = nullptr;
        const char *text = nullptr;
        int level = 0;
        if (rd_kafka_event_log(event, &facility, &text, &level) == 0)
            events.logs.push_back(std::string(facility) + ": " + system::plainText(text));
        break;
    }
    default:
        break;
    }
}

void Client::purge()
{
    rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                RD_KAFKA_PURGE_F_NON_BLOCKING);
}

} // namespace ooto::kafka
