// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/target_uri.h"

#include "http/host_list.h"
#include "http/http_uri.h"
#include "kafka/producer.h"
#include "system/handles.h"
#include "system/plain_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

namespace ooto::publish
{

namespace
{

struct SchemeName {
    const char *name;
    Scheme scheme;
    bool tls;
    std::uint16_t port;
};
constexpr std::array schemes{
    SchemeName{"file", Scheme::File, false, 0},     SchemeName{"unix", Scheme::Unix, false, 0},
    SchemeName{"tcp", Scheme::Tcp, false, 0},       SchemeName{"mqtt", Scheme::Mqtt, false, 1883},
    SchemeName{"mqtts", Scheme::Mqtt, true, 8883},  SchemeName{"http", Scheme::Http, false, 80},
    SchemeName{"https", Scheme::Http, true, 443},   SchemeName{"kafka", Scheme::Kafka, false, 9092},
    SchemeName{"kafkas", Scheme::Kafka, true, 9092}};

constexpr const char *known =
    "file:///path.jsonl, unix:///path, tcp://host:port, mqtt://host/prefix, mqtts://host/prefix, "
    "http://host/path, https://host/path, kafka://host,host/topic and kafkas://host,host/topic are "
    "known";

using Text = std::string;

const SchemeName *schemeNamed(const char *name)
{
    for (const SchemeName &scheme : schemes) {
        if (g_strcmp0(scheme.name, name) == 0)
            return &scheme;
    }
    return nullptr;
}

template<typename Number>
std::optional<Number> wholeNumber(std::string_view text, Number least, Number most)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
        return std::nullopt;
    return value;
}

/** @return a text for people where the option cannot be used */
Text setKafkaOption(TargetUri &target, const std::string &name, const std::string &value)
{
    if (name != "client-id") {
        target.options.emplace_back(name, value);
        return kafka::mistakeInOption(name, value);
    }
    if (value.empty() || value.size() > 128 || !system::isPlainText(value))
        return "The uri's client-id cannot be '" + system::plainText(value, 40) +
               "'; it is 1 to 128 characters.";
    target.clientId = value;
    return {};
}

/** @return a text for people where the option cannot be used */
Text setMqttOption(TargetUri &target, const std::string &name, const std::string &value)
{
    const auto wrong = [&](const char *right) {
        return "The uri's " + name + " cannot be '" + system::plainText(value, 40) + "'; it is " +
               right + ".";
    };
    if (name == "client-id") {
        // MQTT 3.1.1 grants these and 23 characters only; brokers take more of both.
        if (value.empty() || value.size() > 128 || !system::isPlainText(value) ||
            value.find_first_of("/+#") != std::string::npos)
            return wrong("1 to 128 characters without / + #");
        target.clientId = value;
    } else if (name == "qos") {
        const auto qos = wholeNumber<int>(value, 0, 2);
        if (!qos)
            return wrong("0, 1 or 2");
        target.qos = *qos;
    } else if (name == "keepalive") {
        const auto seconds = wholeNumber<int>(value, 5, 65535);
        if (!seconds)
            return wrong("a number of seconds, 5 to 65535");
        target.keepAlive = std::chrono::seconds(*seconds);
    } else if (name == "version") {
        if (value != "5" && value != "3.1.1" && value != "4")
            return wrong("5 or 3.1.1");
        target.version = value == "5" ? 5 : 4;
    } else {
        return "The uri has an unknown option '" + system::plainText(name, 40) +
               "'; client-id, qos, keepalive and version are known.";
    }
    return {};
}

Text setOptions(TargetUri &target, const char *query)
{
    if (!query)
        return {};
    GUriParamsIter iter;
    g_uri_params_iter_init(&iter, query, -1, "&", G_URI_PARAMS_NONE);
    char *name = nullptr;
    char *value = nullptr;
    system::ErrorHandle error;
    while (g_uri_params_iter_next(&iter, &name, &value, system::ErrorOut(error))) {
        const system::CharsHandle ownedName(name);
        const system::CharsHandle ownedValue(value);
        const Text problem = target.scheme == Scheme::Kafka ? setKafkaOption(target, name, value)
                                                            : setMqttOption(target, name, value);
        if (!problem.empty())
            return problem;
    }
    return error ? "The uri's options cannot be read; they are written name=value&name=value."
                 : Text();
}

Text takeFilePath(TargetUri &target, GUri *uri)
{
    if (!target.host.empty() && target.host != "localhost")
        return "A " + Text(g_uri_get_scheme(uri)) +
               " uri has three slashes before its path: " + g_uri_get_scheme(uri) + ":///path.";
    const system::CharsHandle path(g_uri_unescape_string(g_uri_get_path(uri), nullptr));
    if (!path || path.get()[0] != '/' || path.get()[1] == '\0')
        return "The uri names no file; it is written " + Text(g_uri_get_scheme(uri)) + ":///path.";
    if (g_uri_get_query(uri) || g_uri_get_fragment(uri))
        return "The uri of a file has no ? and no #; write them as %3F and %23.";
    target.path = path.get();
    target.host.clear();
    return {};
}

Text takePrefix(TargetUri &target, GUri *uri)
{
    const system::CharsHandle path(g_uri_unescape_string(g_uri_get_path(uri), nullptr));
    std::string prefix = path ? path.get() : "";
    while (!prefix.empty() && prefix.front() == '/')
        prefix.erase(0, 1);
    while (!prefix.empty() && prefix.back() == '/')
        prefix.pop_back();
    if (!path || !system::isPlainText(prefix) || prefix.find_first_of("+#") != std::string::npos ||
        prefix.starts_with('$') || prefix.find("//") != std::string::npos || prefix.size() > 256)
        return "The uri's path is the prefix of topics: up to 256 characters without + # and //.";
    target.path = prefix.empty() ? "ooto" : prefix;
    return setOptions(target, g_uri_get_query(uri));
}

Text takeTopic(TargetUri &target, GUri *uri)
{
    const system::CharsHandle path(g_uri_unescape_string(g_uri_get_path(uri), nullptr));
    const std::string topic = path && path.get()[0] == '/' ? path.get() + 1 : "";
    if (!path || (!topic.empty() && !kafka::isTopicName(topic)))
        return "The uri's path is a topic of Kafka: up to 249 letters, digits and ._-";
    if (g_uri_get_fragment(uri))
        return "The uri of a cluster has no #.";
    target.path = topic;
    return setOptions(target, g_uri_get_query(uri));
}

/** The uri names one broker here: takes that of each. */
Text takeBrokers(TargetUri &target, std::uint16_t usualPort)
{
    for (const std::string &one : http::uriPerHost(target.whole)) {
        const system::UriHandle parsed = http::parseHttpUri(one);
        const char *host = parsed ? g_uri_get_host(parsed.get()) : nullptr;
        const int port = parsed ? g_uri_get_port(parsed.get()) : 0;
        if (!host || !*host || port == 0)
            return "The uri's brokers are written host:port, with commas between them.";
        target.brokers.push_back({host, port > 0 ? static_cast<std::uint16_t>(port) : usualPort});
    }
    return {};
}

Text takeParts(TargetUri &target, GUri *uri)
{
    const char *user = g_uri_get_user(uri);
    // A colon that is written %3A makes none the less a password of what follows.
    if (g_uri_get_password(uri) || (user && std::strchr(user, ':')))
        return "A password in a uri is seen by everyone who sees a list of processes; set "
               "`user-pw`, or a line password= in `credentials-file`.";
    if (user && *user && target.scheme != Scheme::Mqtt && target.scheme != Scheme::Kafka)
        return "Only the uri of a broker may name a user; set `user-id` and `user-pw`.";
    target.userId = user ? user : "";
    switch (target.scheme) {
    case Scheme::File:
    case Scheme::Unix:
        return takeFilePath(target, uri);
    case Scheme::Tcp:
        if (target.port == 0)
            return "A tcp uri names a port: tcp://host:port.";
        break;
    case Scheme::Mqtt:
        if (const Text problem = takePrefix(target, uri); !problem.empty())
            return problem;
        break;
    case Scheme::Http:
        if (g_uri_get_fragment(uri))
            return "The uri of a web server has no #.";
        break;
    case Scheme::Kafka:
        if (const Text problem = takeTopic(target, uri); !problem.empty())
            return problem;
        break;
    }
    return target.host.empty() ? "The uri names no host." : Text();
}

std::string shownBroker(const BrokerAddress &broker, std::uint16_t usualPort)
{
    const std::string &host = broker.host;
    const std::string where = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return system::plainText(where) +
           (broker.port == usualPort ? "" : ":" + std::to_string(broker.port));
}

} // namespace

std::string TargetUri::shown() const
{
    for (const SchemeName &name : schemes) {
        if (name.scheme != scheme || name.tls != tls)
            continue;
        if (scheme == Scheme::File || scheme == Scheme::Unix)
            return std::string(name.name) + "://" + system::plainText(path);
        std::string where;
        for (const BrokerAddress &broker : brokers)
            where += (where.empty() ? "" : ",") + shownBroker(broker, name.port);
        return std::string(name.name) + "://" +
               (brokers.empty() ? shownBroker({host, port}, name.port) : where);
    }
    return {};
}

bool TargetUri::isLocal() const
{
    const auto isHere = [](const BrokerAddress &broker) {
        return http::isLoopback(broker.host.c_str());
    };
    return scheme == Scheme::File || scheme == Scheme::Unix ||
           (http::isLoopback(host.c_str()) && std::all_of(brokers.begin(), brokers.end(), isHere));
}

core::Expected<TargetUri, std::string> parseTargetUri(const std::string &uri)
{
    if (uri.empty())
        return "No target is set; set `uri`, or a line uri= in `credentials-file`. " + Text(known) +
               ".";
    // Where it names several hosts, all else is parsed with the first.
    const bool isCluster = uri.starts_with("kafka");
    const system::UriHandle parsed =
        http::parseHttpUri(isCluster ? http::uriPerHost(uri).front() : uri);
    if (!parsed)
        return "The uri is none: " + Text(known) + ".";
    const SchemeName *scheme = schemeNamed(g_uri_get_scheme(parsed.get()));
    if (!scheme)
        return "The uri has an unknown scheme, '" +
               system::plainText(g_uri_get_scheme(parsed.get()), 40) + "': " + known + ".";
    TargetUri target;
    target.scheme = scheme->scheme;
    target.tls = scheme->tls;
    target.whole = uri;
    target.host = g_uri_get_host(parsed.get()) ? g_uri_get_host(parsed.get()) : "";
    const int port = g_uri_get_port(parsed.get());
    target.port = port > 0 ? static_cast<std::uint16_t>(port) : scheme->port;
    if (const Text problem = takeParts(target, parsed.get()); !problem.empty())
        return problem;
    if (target.scheme == Scheme::Kafka) {
        if (const Text problem = takeBrokers(target, scheme->port); !problem.empty())
            return problem;
    }
    return target;
}

std::string shownUri(const std::string &uri)
{
    if (uri.empty())
        return {};
    const auto target = parseTargetUri(uri);
    if (target)
        return (*target).shown();
    const system::UriHandle parsed = http::parseHttpUri(http::uriPerHost(uri).front());
    if (!parsed)
        return "(no uri)";
    const char *host = g_uri_get_host(parsed.get());
    return system::plainText(g_uri_get_scheme(parsed.get()), 40) + "://" +
           system::plainText(host ? host : "", 80);
}

} // namespace ooto::publish
