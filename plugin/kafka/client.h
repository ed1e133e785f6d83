// SPDX-License-Identifier: LGPL-2.1-or-later
// One client of librdkafka, from its start to its first failure.
#pragma once

#include "core/base/expected.h"
#include "kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ooto::kafka
{

/** What became of a record that produce() took. */
struct Report {
    Producer::Token token = 0;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

/** Something that is not about one record. */
struct Trouble {
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    bool fatal = false; ///< the client delivers nothing any more
    std::string text;   ///< librdkafka's own
};

/** In the order in which they came, each kind for itself. */
struct Events {
    std::vector<Report> reports;
    std::vector<Trouble> troubles;
    std::vector<std::string> logs;
};

/** Thread-bound. Only its end may block: when a name is being looked up. */
class Client
{
public:
    /**
     * @param singly one record a batch
     * @param onEvents on a thread of librdkafka: takeEvents() has something; to be left at once
     * @return a client, or what is wrong, for people
     */
    static core::Expected<std::unique_ptr<Client>, std::string>
    make(const ProducerSettings &settings, bool singly, std::function<void()> onEvents);
    /** Takes some ms, once: then librdkafka's libraries are ready, and the end of the process. */
    static void makeReady();
    ~Client();
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    /** Takes a copy. @return what keeps it from being taken; _QUEUE_FULL: not now */
    rd_kafka_resp_err_t produce(Producer::Token token, const Record &record);
    Events takeEvents();
    /** All that is not reported yet is given up: reports come soon. */
    void purge();

private:
    explicit Client(std::function<void()> onEvents) : onEvents_(std::move(onEvents)) {}

    static void wake(rd_kafka_t *, void *client);
    void take(rd_kafka_event_t *event, Events &events);

    const std::function<void()> onEvents_;
    rd_kafka_t *client_ = nullptr;
    rd_kafka_queue_t *queue_ = nullptr;
};

} // namespace ooto::kafka
