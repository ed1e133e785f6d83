// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kafka/texts.h"

#include "kafka/configuration.h"
#include "system/plain_text.h"

#include <initializer_list>
#include <string_view>

namespace ooto::kafka
{

namespace
{

using Kind = Outcome::Kind;

std::string named(const ProducerSettings &settings)
{
    return "Kafka at " + system::plainText(settings.brokers, 120);
}

std::string mechanismOf(const ProducerSettings &settings)
{
    std::string mechanism;
    for (const auto &[name, value] : settings.options) {
        if (name.starts_with("sasl.mechanism"))
            mechanism = value;
    }
    return mechanism.empty() ? usualMechanism : mechanism;
}

std::string meaning(rd_kafka_resp_err_t error)
{
    return system::plainText(rd_kafka_err2str(error));
}

/** "host:port/id: Connect to … failed: WHY (after 0ms in state CONNECT)" → WHY */
std::string reasonIn(std::string text)
{
    for (const std::string_view mark : {"failed: ", "/bootstrap: "}) {
        if (const std::size_t begin = text.find(mark); begin != std::string::npos)
            text.erase(0, begin + mark.size());
    }
    if (const std::size_t end = text.find(" (after "); end != std::string::npos)
        text.erase(end);
    return system::plainText(text, 160);
}

bool has(const std::string &text, const char *part)
{
    return text.find(part) != std::string::npos;
}

std::string tlsText(const std::string &text, const ProducerSettings &settings)
{
    if (has(text, "certificate verify failed"))
        return "The certificate of " + named(settings) +
               " is refused: it is signed by an unknown CA, for another host name, or not valid at "
               "this time; set `ssl-ca-file` to the CA that signed it, or have it renewed";
    return "No safe connection to " + named(settings) +
           " came about; check that the port in `uri` speaks TLS, and whether it wants a client "
           "certificate";
}

std::string unauthorizedText(rd_kafka_resp_err_t error, const std::string &detail,
                             const ProducerSettings &settings)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return named(settings) +
               " does not let this client write to the topic; give its user the right to write";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return named(settings) +
               " does not let this client write; give its user the right `IdempotentWrite` on the "
               "cluster";
    default:
        break;
    }
    if (settings.userId.empty())
        return named(settings) + " wants credentials; set `user-id` and `user-pw` (or "
                                 "`credentials-file`)";
    const std::string why = detail.empty() ? "" : " (" + reasonIn(detail) + ")";
    return named(settings) + " does not accept the credentials" + why +
           "; check `user-id` and `user-pw` (or `credentials-file`), and whether " +
           mechanismOf(settings) + " is right: `sasl.mechanism` in `uri`";
}

std::string rejectedText(rd_kafka_resp_err_t error, const ProducerSettings &settings)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
        return "The event is larger than " + named(settings) +
               " takes; see `max.message.bytes` of the topic";
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        return named(settings) + " does not take an event of that time; see "
                                 "`message.timestamp.before.max.ms` of the topic, and this "
                                 "machine's clock";
    default:
        return named(settings) + " does not take the event: " + meaning(error);
    }
}

} // namespace

bool isConsequence(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
           error == RD_KAFKA_RESP_ERR__FATAL || error == RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE ||
           error == RD_KAFKA_RESP_ERR__DESTROY;
}

bool isForTheRecord(rd_kafka_resp_err_t error)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        return true;
    default:
        return false;
    }
}

Outcome outcomeOf(rd_kafka_resp_err_t error, const std::string &detail,
                  const ProducerSettings &settings)
{
    if (isForTheRecord(error))
        return {.kind = Kind::Rejected, .text = rejectedText(error, settings)};
    switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return {};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return {.kind = Kind::Unauthorized, .text = unauthorizedText(error, detail, settings)};
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        return {.kind = Kind::NotThere,
                .text =
                    named(settings) + " has no such topic; make it, or check `uri` and `topic`"};
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
        return {.kind = Kind::NotThere,
                .text = named(settings) + " takes no such records: " + meaning(error)};
    default:
        return {.kind = Kind::Failed,
                .text = named(settings) + " did not take an event: " + meaning(error)};
    }
}

Outcome unusable(const std::string &problem, const ProducerSettings &settings)
{
    return {.kind = Kind::Unreached,
            .text = "There is no connection to " + named(settings) + ": " +
                    system::plainText(problem, 160) +
                    "; check `ssl-ca-file`, `ssl-cert-file`, `ssl-key-file` and the options in "
                    "`uri`"};
}

Outcome noPassword(const ProducerSettings &settings)
{
    return {.kind = Kind::Unauthorized,
            .text = "There is no password for the user of " + named(settings) +
                    "; set `user-pw`, or a line password= in `credentials-file`"};
}

std::string awayText(const Trouble &last, const ProducerSettings &settings)
{
    switch (last.error) {
    case RD_KAFKA_RESP_ERR__RESOLVE:
        return "No broker's name in " + system::plainText(settings.brokers, 120) +
               " can be found; check `uri` and the network";
    case RD_KAFKA_RESP_ERR__SSL:
        return tlsText(last.text, settings);
    default:
        break;
    }
    if (has(last.text, "SSL_HANDSHAKE"))
        return tlsText(last.text, settings);
    if (has(last.text, "ApiVersionRequest"))
        return named(settings) + " does not answer as Kafka does; check host and port in `uri`";
    if (has(last.text, "Connection refused"))
        return named(settings) +
               " refuses connections: nothing listens there; check `uri`, or start the brokers";
    if (has(last.text, "Disconnected"))
        return named(settings) + " hangs up; check whether it takes kafka or kafkas, and wants a "
                                 "user";
    const std::string reason = reasonIn(last.text);
    return named(settings) + " cannot be reached" + (reason.empty() ? "" : ": " + reason) +
           "; check `uri` and the network";
}

std::string silenceText(std::chrono::nanoseconds time, const ProducerSettings &settings)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(time);
    return named(settings) + " acknowledged nothing for " + std::to_string(seconds.count()) +
           " s; check `uri`, and whether enough replicas of the topic are in sync";
}

} // namespace ooto::kafka
