// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mqtt/texts.h"

#include "system/plain_text.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <cerrno>
#include <system_error>

namespace ooto::mqtt
{

namespace
{

Loss down(std::string text)
{
    return {.kind = Loss::Kind::Down, .text = std::move(text), .abrupt = false};
}

std::string named(const ConnectionSettings &settings)
{
    return "The broker " + system::plainText(settings.host);
}

std::string credentialsAdvice(const ConnectionSettings &settings)
{
    if (settings.userId.empty())
        return "set `user-id` and `user-pw` (or `credentials-file`)";
    return "check `user-id` and `user-pw` (or `credentials-file`)";
}

std::string certificateText(TlsTrouble trouble, const ConnectionSettings &settings)
{
    const std::string refused =
        "The certificate of " + system::plainText(settings.host) + " is refused: ";
    switch (trouble) {
    case TlsTrouble::HostName:
        return refused + "it is for another host name; check the host name in `uri`";
    case TlsTrouble::Certificate:
        return refused + "it is signed by an unknown CA, or not valid at this time; set "
                         "`ssl-ca-file` to the CA that signed it, or have it renewed";
    case TlsTrouble::CaFile:
        return "There is no safe connection to " + system::plainText(settings.host) +
               ": the CA certificates cannot be loaded; check `ssl-ca-file`";
    case TlsTrouble::OwnCertificate:
    case TlsTrouble::OwnKey:
        return "There is no safe connection to " + system::plainText(settings.host) +
               ": the client certificate or its key cannot be loaded; check `ssl-cert-file`, "
               "`ssl-key-file` and `ssl-ca-file`";
    case TlsTrouble::None:
        break;
    }
    return "No safe connection to " + system::plainText(settings.host) +
           " came about; check that the port in `uri` speaks mqtts";
}

std::string systemText(int error, const ConnectionSettings &settings)
{
    const std::string who = named(settings);
    if (error == ECONNREFUSED)
        return who + " refuses connections: nothing listens at port " +
               std::to_string(settings.port) + "; check `uri`, or start the broker";
    if (error == 0 || error == EPROTO)
        return who + " cannot be reached; check `uri` and the network";
    return who + " cannot be reached: " + std::generic_category().message(error) +
           "; check `uri` and the network";
}

/** CONNACK of MQTT 3.1.1 in the numbers of MQTT 5. */
int connackReason(int reason, int version)
{
    if (version == 5)
        return reason;
    switch (reason) {
    case CONNACK_REFUSED_PROTOCOL_VERSION:
        return MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
    case CONNACK_REFUSED_IDENTIFIER_REJECTED:
        return MQTT_RC_CLIENTID_NOT_VALID;
    case CONNACK_REFUSED_SERVER_UNAVAILABLE:
        return MQTT_RC_SERVER_UNAVAILABLE;
    case CONNACK_REFUSED_BAD_USERNAME_PASSWORD:
        return MQTT_RC_BAD_USERNAME_OR_PASSWORD;
    case CONNACK_REFUSED_NOT_AUTHORIZED:
        return MQTT_RC_NOT_AUTHORIZED;
    default:
        return MQTT_RC_UNSPECIFIED;
    }
}

std::string reasonText(int reason)
{
    return system::plainText(mosquitto_reason_string(reason));
}

Loss refusedConnection(int reason, const ConnectionSettings &settings)
{
    const std::string who = named(settings);
    switch (reason) {
    case MQTT_RC_BAD_USERNAME_OR_PASSWORD:
    case MQTT_RC_NOT_AUTHORIZED:
    case MQTT_RC_BAD_AUTHENTICATION_METHOD:
        return {.kind = Loss::Kind::Unauthorized,
                .text = who + " does not accept the credentials; " + credentialsAdvice(settings),
                .abrupt = false};
    case MQTT_RC_BANNED:
        return {.kind = Loss::Kind::Unauthorized,
                .text = who + " has banned this client",
                .abrupt = false};
    case MQTT_RC_CLIENTID_NOT_VALID:
        return down(who + " does not accept the client id; set another by `client-id` in `uri`");
    case MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION:
        return down(who + " speaks neither MQTT 5 nor 3.1.1; check `uri`");
    case MQTT_RC_RETAIN_NOT_SUPPORTED:
    case MQTT_RC_QOS_NOT_SUPPORTED:
        return down(who + " does not take a retained last will with QoS 1; it has to support "
                          "retained messages and QoS 1");
    default:
        return down(who + " refuses the connection: " + reasonText(reason));
    }
}

Loss endedConnection(int reason, const ConnectionSettings &settings)
{
    const std::string who = named(settings);
    switch (reason) {
    case MQTT_RC_SESSION_TAKEN_OVER:
        return {.kind = Loss::Kind::TakenOver,
                .text = who + " ended the connection, as another client came with the same client "
                              "id; give each client a `client-id` of its own in `uri`",
                .abrupt = false};
    case MQTT_RC_NOT_AUTHORIZED:
        return {.kind = Loss::Kind::Unauthorized,
                .text =
                    who + " ended the connection: not authorized; " + credentialsAdvice(settings),
                .abrupt = false};
    default:
        return down(who + " ended the connection: " + reasonText(reason));
    }
}

Ack denied(bool forGood, std::string text)
{
    return {.accepted = false, .forGood = forGood, .unauthorized = false, .text = std::move(text)};
}

Ack tooLarge(const Publication &publication, const ConnectionSettings &settings)
{
    return denied(true, named(settings) + " does not take messages as large as " +
                            std::to_string(publication.payload.size()) + " bytes");
}

Ack badTopic(const Publication &publication, const ConnectionSettings &settings)
{
    return denied(true, named(settings) + " does not take the topic " +
                            system::plainText(publication.topic) + ": it is no valid topic");
}

} // namespace

Loss lossOf(const Client &client, const Result &result, const ConnectionSettings &settings)
{
    if (client.disconnectReason() != 0)
        return endedConnection(client.disconnectReason(), settings);
    if (client.connack() && client.connack()->reason != 0)
        return refusedConnection(connackReason(client.connack()->reason, client.version()),
                                 settings);
    if (client.tlsTrouble() != TlsTrouble::None)
        return down(certificateText(client.tlsTrouble(), settings));
    switch (result.code) {
    case MOSQ_ERR_EAI:
    case MOSQ_ERR_LOOKUP:
        return down("The name " + system::plainText(settings.host) +
                    " cannot be resolved; check `uri` and the network");
    case MOSQ_ERR_ERRNO:
        return down(systemText(result.systemError, settings));
    case MOSQ_ERR_TLS:
    case MOSQ_ERR_TLS_HANDSHAKE:
        return down(certificateText(TlsTrouble::None, settings));
    case MOSQ_ERR_KEEPALIVE:
        return down(named(settings) +
                    " does not answer the keep-alive any more; check the network and the broker");
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8:
        return down(named(settings) +
                    " is not asked, as the settings make no valid connection; check `uri`, "
                    "`client-id`, `user-id` and the `ssl-…` files");
    case MOSQ_ERR_PROTOCOL:
    case MOSQ_ERR_MALFORMED_PACKET:
        return down(named(settings) + " does not speak MQTT as it should; check that the port in "
                                      "`uri` is that of a broker");
    default:
        if (!client.connack())
            return down(named(settings) +
                        " ended the connection before it had answered; check "
                        "that the port in `uri` is that of a broker" +
                        (settings.tls ? "" : ", and whether it wants mqtts"));
        return {.kind = Loss::Kind::Down,
                .text = named(settings) + " ended the connection",
                .abrupt = true};
    }
}

Loss silence(const ConnectionSettings &settings)
{
    return down(named(settings) + " did not answer within " +
                std::to_string(settings.timeout.count()) +
                " ms; check the network and the broker, or raise `timeout`");
}

Ack ackOf(int reason, const Publication &publication, const ConnectionSettings &settings)
{
    switch (reason) {
    case MQTT_RC_NOT_AUTHORIZED:
        return {.accepted = false,
                .forGood = true,
                .unauthorized = true,
                .text = named(settings) + " does not allow publishing to the topic " +
                        system::plainText(publication.topic) + "; allow it in the broker's ACL"};
    case MQTT_RC_TOPIC_NAME_INVALID:
        return badTopic(publication, settings);
    case MQTT_RC_PAYLOAD_FORMAT_INVALID:
        return denied(true, named(settings) +
                                " does not take the format of what goes to the "
                                "topic " +
                                system::plainText(publication.topic));
    case MQTT_RC_PACKET_TOO_LARGE:
        return tooLarge(publication, settings);
    default:
        if (reason < MQTT_RC_UNSPECIFIED)
            return {};
        return denied(false, named(settings) + " does not take what goes to the topic " +
                                 system::plainText(publication.topic) + ": " + reasonText(reason));
    }
}

std::optional<Ack> refusalOf(const Result &result, const Publication &publication,
                             const ConnectionSettings &settings)
{
    switch (result.code) {
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8:
        return badTopic(publication, settings);
    case MOSQ_ERR_PAYLOAD_SIZE:
    case MOSQ_ERR_OVERSIZE_PACKET:
        return tooLarge(publication, settings);
    case MOSQ_ERR_RETAIN_NOT_SUPPORTED:
        return denied(true, named(settings) + " does not support retained messages");
    case MOSQ_ERR_QOS_NOT_SUPPORTED:
        return qosRefusal(settings);
    case MOSQ_ERR_NOMEM:
        return denied(false, "There is no memory left for what goes to " +
                                 system::plainText(settings.host));
    default:
        return std::nullopt;
    }
}

Ack qosRefusal(const ConnectionSettings &settings)
{
    return denied(false, named(settings) + " does not support the QoS that is wanted; set another "
                                           "`qos` in `uri`, or have the broker support QoS 1");
}

} // namespace ooto::mqtt
