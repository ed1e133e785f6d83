// SPDX-License-Identifier: LGPL-2.1-or-later
// From settings to the publisher that works by them.
#include "core/base/guarded.h"
#include "kafka/producer.h"
#include "mqtt/connection.h"
#include "publish/file_target.h"
#include "publish/http_uri_check.h"
#include "publish/publisher.h"
#include "publish/target_maker.h"
#include "system/plain_text.h"
#include "system/regular_file.h"

#include <sys/stat.h>

#include <map>

namespace ooto::publish
{

namespace
{

using Text = std::string;

Text checkReadable(const char *property, const std::string &path)
{
    if (path.empty())
        return {};
    const system::RegularFile file(path);
    if (file.problem().empty())
        return {};
    return "The file of `" + Text(property) + "`, '" + system::plainText(path) + "', " +
           file.problem() + ".";
}

Text checkAbsolute(const char *property, const std::string &path)
{
    const std::string expanded = expandedPath(path);
    if (path.empty() || expanded.starts_with('/'))
        return {};
    return "`" + Text(property) + "` is no absolute path; it may begin with $XDG_STATE_HOME or ~.";
}

/** What to write instead of a scheme without encryption. */
const char *safeKind(Scheme scheme)
{
    return scheme == Scheme::Kafka ? "kafkas" : "mqtts";
}

Text checkTopic(const std::string &topic, Scheme scheme)
{
    if (topic.empty())
        return {};
    if (scheme == Scheme::Kafka)
        return kafka::isTopicName(topic)
                   ? Text()
                   : "`topic` is no topic of Kafka: up to 249 letters, digits and ._-";
    if (scheme != Scheme::Mqtt)
        return "`topic` is for brokers; the uri is of another kind.";
    if (topic.find_first_of("+#") != std::string::npos || !system::isPlainText(topic) ||
        topic.size() > 1024)
        return "`topic` is no topic to publish to: up to 1024 bytes without + and #.";
    return {};
}

Text checkMqtt(const Settings &settings, const TargetUri &uri, bool hasTemplate)
{
    if (uri.scheme == Scheme::Mqtt && !mqtt::isBuiltIn())
        return "This build cannot talk to brokers; build it with libmosquitto-dev installed "
               "(meson's option mqtt).";
    if (!settings.homeAssistant)
        return {};
    if (uri.scheme != Scheme::Mqtt || hasTemplate || !settings.topic.empty())
        return "`home-assistant` takes an mqtt or mqtts uri, format=ooto and no topic.";
    if (settings.discoveryPrefix.empty() || !system::isPlainText(settings.discoveryPrefix) ||
        settings.discoveryPrefix.find_first_of("+#") != std::string::npos)
        return "`discovery-prefix` is no prefix of topics.";
    return {};
}

Text checkKafka(const Settings &settings, const TargetUri &uri, bool hasTemplate)
{
    if (uri.scheme != Scheme::Kafka)
        return {};
    if (!kafka::isBuiltIn())
        return "This build cannot talk to Kafka; build it with librdkafka-dev installed (meson's "
               "option kafka).";
    if (uri.path.empty() && settings.topic.empty() && !hasTemplate)
        return "The uri names no topic: kafka://host/topic.";
    return {};
}

Text checkPlace(const TargetUri &uri, const Settings &settings)
{
    switch (uri.scheme) {
    case Scheme::File:
    case Scheme::Unix: // The socket itself may come later, its folder has to be there.
        return checkFilePath(uri.path);
    case Scheme::Http:
        return checkHttpUri(uri.whole, settings.allowHttp);
    case Scheme::Tcp:
    case Scheme::Mqtt:
    case Scheme::Kafka:
        break;
    }
    const bool isPlain = !uri.tls && !uri.isLocal();
    if (isPlain && settings.wantsMessagePhotos() && !settings.allowHttp)
        return "Photos would go to " + uri.shown() + " for everybody on the way to see; use " +
               safeKind(uri.scheme) + ", or allow-http=true.";
    return {};
}

Text check(const Settings &settings, const TargetUri &uri, bool hasTemplate)
{
    for (const Text &problem :
         {checkMqtt(settings, uri, hasTemplate), checkKafka(settings, uri, hasTemplate),
          checkTopic(settings.topic, uri.scheme), checkPlace(uri, settings),
          checkAbsolute("photo-dir", settings.photoDir), checkAbsolute("spool", settings.spool),
          checkReadable("ssl-ca-file", settings.sslCaFile),
          checkReadable("ssl-cert-file", settings.sslCertFile),
          checkReadable("ssl-key-file", settings.sslKeyFile)}) {
        if (!problem.empty())
            return problem;
    }
    return {};
}

/** What its requests are made of: headers, certificates. */
Text checkHttp(const Settings &settings, const TargetUri &uri)
{
    if (uri.scheme != Scheme::Http)
        return settings.extraHeaders.empty() ? Text()
                                             : "`extra-headers` are for web servers; the uri is of "
                                               "another kind.";
    return checkHttpTarget(httpSettingsOf(settings, uri));
}

std::vector<std::string> warningsOf(const Settings &settings, const TargetUri &uri,
                                    const Credentials &credentials)
{
    std::vector<std::string> warnings;
    const bool isBroker = uri.scheme == Scheme::Mqtt || uri.scheme == Scheme::Kafka;
    if (isBroker && !uri.tls && !uri.isLocal() && !credentials.password.empty())
        warnings.push_back("The password goes to " + uri.shown() +
                           " for everybody on the way to read, or to guess; use " +
                           safeKind(uri.scheme) + ".");
    if (uri.tls && !settings.sslStrict)
        warnings.push_back("With ssl-strict=false any server is believed to be " + uri.shown() +
                           "; trust its certificate authority with ssl-ca-file instead.");
    const bool carriesPhotos = uri.scheme == Scheme::Http || uri.scheme == Scheme::Mqtt;
    if (settings.wantsMessagePhotos() && !carriesPhotos)
        warnings.push_back("Lines and records carry no photos: photos=message does nothing with " +
                           uri.shown() + "; photos=file does.");
    return warnings;
}

core::Expected<std::shared_ptr<Publisher>, std::string> makePublisher(const Settings &settings)
{
    CredentialsSource credentials(settings);
    if (const Text problem = credentials.load(); !problem.empty())
        return problem;
    auto uri = parseTargetUri(credentials.uri());
    if (!uri)
        return uri.error();
    std::shared_ptr<const Template> format;
    if (settings.format != Settings().format) {
        auto loaded = Template::load(settings.format);
        if (!loaded)
            return loaded.error();
        format = *loaded;
    }
    if (const Text problem = check(settings, *uri, format != nullptr); !problem.empty())
        return problem;
    if (const Text problem = checkHttp(settings, *uri); !problem.empty())
        return problem;
    std::vector<std::string> warnings = warningsOf(settings, *uri, credentials.current());
    const auto publisher = std::make_shared<Publisher>(Plan{.settings = settings,
                                                            .uri = std::move(*uri),
                                                            .format = std::move(format),
                                                            .warnings = std::move(warnings)},
                                                       std::move(credentials));
    publisher->open();
    return publisher;
}

} // namespace

core::Expected<std::shared_ptr<Publisher>, std::string> openPublisher(const Settings &settings)
{
    // Never destroyed: threads may go on while the process exits.
    static auto &publishers = *new core::Guarded<std::map<std::string, std::weak_ptr<Publisher>>>();
    auto known = publishers.lock();
    std::erase_if(*known, [](const auto &entry) { return entry.second.expired(); });
    std::weak_ptr<Publisher> &place = (*known)[sharingKey(settings)];
    if (auto there = place.lock(); there && there->expectMember())
        return there;
    auto made = makePublisher(settings);
    if (made) {
        (*made)->expectMember();
        place = *made;
    }
    return made;
}

} // namespace ooto::publish
