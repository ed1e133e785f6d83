// SPDX-License-Identifier: LGPL-2.1-or-later
// A producer, and what it tells.
#pragma once

#include "core/base/guarded.h"
#include "kafka/producer.h"
#include "support/kafka_cluster.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace ooto::test
{

inline kafka::ProducerSettings settingsFor(const std::string &brokers)
{
    kafka::ProducerSettings settings;
    settings.brokers = brokers;
    settings.clientId = "under-test";
    settings.timeout = std::chrono::seconds(30);
    settings.backoffFactor = std::chrono::milliseconds(20);
    settings.backoffMax = std::chrono::milliseconds(200);
    return settings;
}

inline kafka::Record recordOf(kafka::Producer::Token number, const std::string &key = "door",
                              const std::string &topic = "ooto")
{
    return {.topic = topic,
            .key = key,
            .value = "{\"n\":" + std::to_string(number) + "}",
            .headers = {{"event-id", std::to_string(number)}, {"type", "new"}},
            .time = std::chrono::system_clock::now(),
            .timeLeft = std::chrono::hours(1)};
}

class Producing
{
public:
    using Token = kafka::Producer::Token;
    using Kind = kafka::Outcome::Kind;

    explicit Producing(kafka::ProducerSettings settings)
        : producer_(
              std::move(settings),
              {.onDone =
                   [this](Token token, const kafka::Outcome &outcome) {
                       told_.lock()->done.emplace_back(token, outcome);
                   },
               .onAway = [this](const std::string &text) { told_.lock()->away.push_back(text); },
               .onLog = [this](const std::string &text) { told_.lock()->logs.push_back(text); }})
    {
        producer_.open();
    }
    ~Producing() { producer_.close(std::chrono::milliseconds(1000)); }

    kafka::Producer &producer() { return producer_; }
    void send(Token number, const std::string &key = "door", const std::string &topic = "ooto")
    {
        producer_.send(number, recordOf(number, key, topic));
    }
    void sendMany(Token first, Token last)
    {
        for (Token number = first; number <= last; ++number)
            send(number, "camera-" + std::to_string(number % 5));
    }

    std::vector<std::pair<Token, kafka::Outcome>> done() { return told_.lock()->done; }
    std::vector<std::string> away() { return told_.lock()->away; }
    std::vector<std::string> logs() { return told_.lock()->logs; }
    std::size_t count(Kind kind)
    {
        const auto all = done();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [kind](const auto &one) { return one.second.kind == kind; }));
    }
    bool waitFor(Kind kind, std::size_t number = 1)
    {
        return eventually([&] { return count(kind) >= number; });
    }
    /** The text of the first of the kind. */
    std::string text(Kind kind)
    {
        for (const auto &[token, outcome] : done()) {
            if (outcome.kind == kind)
                return outcome.text;
        }
        return {};
    }

private:
    struct Told {
        std::vector<std::pair<Token, kafka::Outcome>> done;
        std::vector<std::string> away;
        std::vector<std::string> logs;
    };
    core::Guarded<Told> told_;
    kafka::Producer producer_; ///< last: it calls until its end
};

inline bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

/** The numbers of each key, as they came for the first time. */
inline std::map<std::string, std::vector<long>> numbersByKey(KafkaReader &reader)
{
    std::map<std::string, std::vector<long>> numbers;
    for (KafkaMessage &message : reader.firstComings())
        numbers[message.key].push_back(std::stol(message.headers["event-id"]));
    return numbers;
}

inline bool isInOrder(KafkaReader &reader)
{
    const auto numbers = numbersByKey(reader);
    return std::all_of(numbers.begin(), numbers.end(), [](const auto &one) {
        return std::is_sorted(one.second.begin(), one.second.end());
    });
}

} // namespace ooto::test
