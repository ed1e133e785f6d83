// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mqtt/client.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string_view>

namespace ooto::mqtt
{

namespace
{

constexpr const char *systemCas = "/etc/ssl/certs";

/** Never cleaned up: a thread that was left behind may still be in there. */
void initializeLibrary()
{
    [[maybe_unused]] static const int once = mosquitto_lib_init();
}

Result resultOf(int code)
{
    return {.code = code, .systemError = code == MOSQ_ERR_ERRNO ? errno : 0};
}

int keepAliveS(std::chrono::seconds wanted)
{
    // libmosquitto takes no less, MQTT no more.
    constexpr std::chrono::seconds::rep least = 5;
    constexpr std::chrono::seconds::rep most = std::numeric_limits<std::uint16_t>::max();
    return static_cast<int>(std::clamp(wanted.count(), least, most));
}

const char *orNull(const std::string &text)
{
    return text.empty() ? nullptr : text.c_str();
}

class Properties
{
public:
    Properties() = default;
    Properties(const Properties &) = delete;
    Properties &operator=(const Properties &) = delete;
    ~Properties() { mosquitto_property_free_all(&list_); }

    mosquitto_property **out() { return &list_; }
    const mosquitto_property *get() const { return list_; }

private:
    mosquitto_property *list_ = nullptr;
};

/** @return MOSQ_ERR_… */
int addProperties(Properties &properties, const Publication &publication)
{
    int code = 0;
    if (publication.expiry) {
        const auto seconds = std::clamp<std::chrono::seconds::rep>(
            publication.expiry->count(), 1, std::numeric_limits<std::uint32_t>::max());
        code = mosquitto_property_add_int32(properties.out(), MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
                                            static_cast<std::uint32_t>(seconds));
    }
    if (code == 0 && !publication.contentType.empty())
        code = mosquitto_property_add_string(properties.out(), MQTT_PROP_CONTENT_TYPE,
                                             publication.contentType.c_str());
    for (const auto &[name, value] : publication.userProperties) {
        if (code == 0)
            code = mosquitto_property_add_string_pair(properties.out(), MQTT_PROP_USER_PROPERTY,
                                                      name.c_str(), value.c_str());
    }
    return code;
}

/** By what libmosquitto and OpenSSL write about it, which is the only place where they say it. */
TlsTrouble troubleOf(std::string_view line)
{
    const auto says = [line](std::string_view part) {
        return line.find(part) != std::string_view::npos;
    };
    if (says("host name verification failed"))
        return TlsTrouble::HostName;
    if (says("certificate verify failed"))
        return TlsTrouble::Certificate;
    if (says("load CA certificates"))
        return TlsTrouble::CaFile;
    if (says("load client certificate"))
        return TlsTrouble::OwnCertificate;
    if (says("load client key") || says("Client certificate/key are inconsistent"))
        return TlsTrouble::OwnKey;
    return TlsTrouble::None;
}

} // namespace

/** What libmosquitto calls, always from within one of our calls of it. */
struct Callbacks {
    static void onConnect(mosquitto *, void *data, int reason, int, const mosquitto_property *list)
    {
        auto *self = static_cast<Client *>(data);
        std::uint8_t highestQos = 2;
        mosquitto_property_read_byte(list, MQTT_PROP_MAXIMUM_QOS, &highestQos, false);
        self->connack_ = Connack{.reason = reason, .highestQos = highestQos};
    }

    static void onDisconnect(mosquitto *, void *data, int reason, const mosquitto_property *)
    {
        // Smaller ones are libmosquitto's own errors, which step() returns.
        if (reason >= 0x80)
            static_cast<Client *>(data)->disconnectReason_ = reason;
    }

    static void onPublish(mosquitto *, void *data, int id, int reason, const mosquitto_property *)
    {
        static_cast<Client *>(data)->receipts_.push_back({.messageId = id, .reason = reason});
    }

    static void onLog(mosquitto *, void *data, int level, const char *line)
    {
        auto *self = static_cast<Client *>(data);
        // The host's name comes first: OpenSSL calls the same a certificate that failed.
        if (level == MOSQ_LOG_ERR && line && self->tlsTrouble_ == TlsTrouble::None)
            self->tlsTrouble_ = troubleOf(line);
    }

    /** libmosquitto would ask at the terminal. */
    static int noPassphrase(char *, int, int, void *) { return 0; }
};

void Client::Destroyer::operator()(mosquitto *client) const
{
    mosquitto_destroy(client);
}

Client::Client(const ConnectionSettings &settings, int version)
    : host_(settings.host),
      port_(settings.port),
      keepAliveS_(keepAliveS(settings.keepAlive)),
      version_(version)
{
    initializeLibrary();
    client_.reset(mosquitto_new(orNull(settings.clientId), true, this));
    prepared_ = client_ ? prepare(settings) : resultOf(MOSQ_ERR_ERRNO);
}

Client::~Client() = default;

Result Client::prepare(const ConnectionSettings &settings)
{
    mosquitto *client = client_.get();
    mosquitto_connect_v5_callback_set(client, Callbacks::onConnect);
    mosquitto_disconnect_v5_callback_set(client, Callbacks::onDisconnect);
    mosquitto_publish_v5_callback_set(client, Callbacks::onPublish);
    if (int code = mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION,
                                        version_ == 5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311))
        return resultOf(code);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    if (!settings.userId.empty()) {
        const char *password = settings.password.empty() ? nullptr : settings.password.reveal();
        if (int code = mosquitto_username_pw_set(client, settings.userId.c_str(), password))
            return resultOf(code);
    }
    if (settings.tls) {
        mosquitto_log_callback_set(client, Callbacks::onLog);
        if (const Result result = prepareTls(settings); !result)
            return result;
    }
    return settings.will.topic.empty() ? Result{} : prepareWill(settings.will);
}

Result Client::prepareTls(const ConnectionSettings &settings)
{
    const std::string &key =
        settings.sslKeyFile.empty() ? settings.sslCertFile : settings.sslKeyFile;
    int code = mosquitto_tls_set(
        client_.get(), orNull(settings.sslCaFile), settings.sslCaFile.empty() ? systemCas : nullptr,
        orNull(settings.sslCertFile), orNull(key), Callbacks::noPassphrase);
    if (code != 0) {
        // It looks whether each file can be read, and does not say which cannot.
        tlsTrouble_ =
            settings.sslCertFile.empty() ? TlsTrouble::CaFile : TlsTrouble::OwnCertificate;
        return resultOf(code);
    }
    if (!settings.sslStrict) {
        code = mosquitto_tls_opts_set(client_.get(), 0, nullptr, nullptr);
        if (code == 0)
            code = mosquitto_tls_insecure_set(client_.get(), true);
    }
    return resultOf(code);
}

Result Client::prepareWill(const Publication &will)
{
    return resultOf(mosquitto_will_set_v5(client_.get(), will.topic.c_str(),
                                          static_cast<int>(will.payload.size()),
                                          will.payload.data(), will.qos, will.retain, nullptr));
}

Result Client::connect()
{
    if (!prepared_)
        return prepared_;
    errno = 0;
    return resultOf(mosquitto_connect(client_.get(), host_.c_str(), port_, keepAliveS_));
}

int Client::socket() const
{
    return mosquitto_socket(client_.get());
}

bool Client::wantsToWrite() const
{
    return mosquitto_want_write(client_.get());
}

Result Client::step(bool readable, bool writable)
{
    errno = 0;
    int code = readable ? mosquitto_loop_read(client_.get(), 1) : 0;
    if (code == 0 && writable && socket() >= 0)
        code = mosquitto_loop_write(client_.get(), 1);
    if (code == 0 && socket() >= 0)
        code = mosquitto_loop_misc(client_.get());
    return resultOf(code == 0 && socket() < 0 ? MOSQ_ERR_CONN_LOST : code);
}

Client::Progress Client::progress() const
{
    tcp_info info{};
    socklen_t size = sizeof(info);
    int inKernel = 0;
    if (getsockopt(socket(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        ioctl(socket(), SIOCOUTQ, &inKernel) != 0)
        return {};
    return {.hasMore = inKernel > 0 || wantsToWrite(), .taken = info.tcpi_bytes_acked};
}

Client::Sent Client::publish(const Publication &publication)
{
    Sent sent;
    Properties properties;
    int code = version_ == 5 ? addProperties(properties, publication) : 0;
    if (code == 0 && publication.payload.size() > std::numeric_limits<int>::max())
        code = MOSQ_ERR_PAYLOAD_SIZE;
    errno = 0;
    if (code == 0)
        code = mosquitto_publish_v5(client_.get(), &sent.messageId, publication.topic.c_str(),
                                    static_cast<int>(publication.payload.size()),
                                    publication.payload.data(), publication.qos, publication.retain,
                                    properties.get());
    sent.result = resultOf(code);
    return sent;
}

Result Client::disconnect()
{
    return resultOf(mosquitto_disconnect(client_.get()));
}

} // namespace ooto::mqtt
