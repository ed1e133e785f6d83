// SPDX-License-Identifier: LGPL-2.1-or-later
// Templates on their way: over each kind of target, with names that try to be more than names.
#include "publish_support.h"

#include "mqtt/connection.h"
#include "support/inbox.h"
#include "support/mosquitto_broker.h"
#include "support/raw_server.h"
#include "support/web_server.h"
#include "system/handles.h"
#include "template_events.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

using namespace ooto;
using namespace ooto::test;

namespace
{

using Texts = std::vector<std::string>;

const std::string mean =
    "Zo\u00eb \"O'Neil\" \\ <img src=x onerror=\"alert(1)\"></Name>|{{label}}"
    "{{{name}}}{{#x}}\r\n\n2|on+20|1|a|b|c\t+/#$ & \u202eRTL\u202c \u05d0\u05d1 "
    "\U0001F600";

/** Of a notification of it. */
const std::string meanTitle = mean + " at " + mean;

/** An identified face whose name, id and camera are all of that kind. */
Face meanFace(const std::string &eventId = "run-1")
{
    return {.type = "answered",
            .eventId = eventId,
            .status = "identified",
            .camera = mean,
            .templateId = mean,
            .json = eventJson({{"event-id", jsonString(eventId)},
                               {"name", jsonString(mean)},
                               {"template-id", jsonString(mean)},
                               {"camera", jsonString(mean)}})};
}

Properties toHook(const WebServer &server, const std::string &format, const Properties &more = {})
{
    Properties properties = {{"uri", server.url() + "?room=1"},
                             {"format", format},
                             {"retry-backoff-factor", "0.02"},
                             {"retry-backoff-max", "0.1"}};
    properties.insert(properties.end(), more.begin(), more.end());
    return properties;
}

/** A text inside of JSON, by the names of its objects. */
std::string textAt(const std::string &json, const Texts &path)
{
    const system::ObjectHandle<JsonParser> parser(json_parser_new());
    system::ErrorHandle error;
    if (!json_parser_load_from_data(parser.get(), json.data(), static_cast<gssize>(json.size()),
                                    system::ErrorOut(error))) {
        ADD_FAILURE() << error->message << ": " << json;
        return {};
    }
    JsonNode *node = json_parser_get_root(parser.get());
    for (const std::string &name : path) {
        node = node && JSON_NODE_HOLDS_OBJECT(node)
                   ? json_object_get_member(json_node_get_object(node), name.c_str())
                   : nullptr;
    }
    const char *text = node ? json_node_get_string(node) : nullptr;
    return text ? text : "(none)";
}

/** The text of the first element of this name. */
std::string textIn(const std::string &xml, const std::string &name)
{
    struct Search {
        std::string name;
        int depth = 0; ///< of the element, and of what is in it; 0: elsewhere
        bool found = false;
        std::string text;
    } search;
    search.name = name;
    GMarkupParser parser{};
    parser.start_element = [](GMarkupParseContext *, const char *element, const char **,
                              const char **, gpointer data, GError **) {
        auto *into = static_cast<Search *>(data);
        if (into->depth > 0 || (into->name == element && !std::exchange(into->found, true)))
            ++into->depth;
    };
    parser.end_element = [](GMarkupParseContext *, const char *, gpointer data, GError **) {
        auto *into = static_cast<Search *>(data);
        into->depth -= into->depth > 0;
    };
    parser.text = [](GMarkupParseContext *, const char *text, gsize size, gpointer data,
                     GError **) {
        auto *into = static_cast<Search *>(data);
        EXPECT_LE(into->depth, 1) << "an element that no template has";
        if (into->depth > 0)
            into->text.append(text, size);
    };
    const system::Handle<GMarkupParseContext, g_markup_parse_context_unref> context(
        g_markup_parse_context_new(&parser, GMarkupParseFlags{}, &search, nullptr));
    system::ErrorHandle error;
    const bool well =
        g_markup_parse_context_parse(context.get(), xml.data(), static_cast<gssize>(xml.size()),
                                     system::ErrorOut(error)) &&
        g_markup_parse_context_end_parse(context.get(), system::ErrorOut(error));
    EXPECT_TRUE(well) << (error ? error->message : "") << "\n" << xml;
    return search.text;
}

Texts splitAt(const std::string &text, char separator)
{
    Texts parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

/** Reads lines from each client in turn. */
class LineReader
{
public:
    /** @param path of a Unix socket; empty: a port of 127.0.0.1 */
    explicit LineReader(const std::string &path = {})
        : listener_(g_socket_listener_new()), cancellable_(g_cancellable_new())
    {
        const system::ObjectHandle<GSocketAddress> address(
            path.empty() ? g_inet_socket_address_new_from_string("127.0.0.1", 0)
                         : g_unix_socket_address_new(path.c_str()));
        GSocketAddress *bound = nullptr;
        system::ErrorHandle error;
        EXPECT_TRUE(g_socket_listener_add_address(listener_.get(), address.get(),
                                                  G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                  nullptr, &bound, system::ErrorOut(error)));
        if (path.empty() && bound)
            port_ = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
        if (bound)
            g_object_unref(bound);
        reader_ = std::thread([this] { read(); });
    }
    ~LineReader()
    {
        g_cancellable_cancel(cancellable_.get());
        reader_.join();
    }
    LineReader(const LineReader &) = delete;
    LineReader &operator=(const LineReader &) = delete;

    unsigned port() const { return port_; }
    Texts waitFor(std::size_t count) { return lines_.waitFor(count, patience); }

private:
    void read()
    {
        while (!g_cancellable_is_cancelled(cancellable_.get())) {
            const system::ObjectHandle<GSocketConnection> client(
                g_socket_listener_accept(listener_.get(), nullptr, cancellable_.get(), nullptr));
            if (!client)
                continue;
            std::string unread;
            char part[4096];
            GInputStream *stream = g_io_stream_get_input_stream(G_IO_STREAM(client.get()));
            for (gssize size; (size = g_input_stream_read(stream, part, sizeof part,
                                                          cancellable_.get(), nullptr)) > 0;) {
                unread.append(part, static_cast<std::size_t>(size));
                for (std::size_t end; (end = unread.find('\n')) != std::string::npos;) {
                    lines_.put(unread.substr(0, end));
                    unread.erase(0, end + 1);
                }
            }
        }
    }

    const system::ObjectHandle<GSocketListener> listener_;
    const system::ObjectHandle<GCancellable> cancellable_;
    unsigned port_ = 0;
    Inbox<std::string> lines_;
    std::thread reader_;
};

std::string written(const std::string &path, const std::string &text)
{
    std::ofstream(path) << text;
    return path;
}

/** The error that a start with this template ends with. */
std::string mistakeIn(const std::string &text)
{
    const ScratchDirectory scratch;
    GstElement *element =
        makePublisher(scratch, {{"uri", "http://127.0.0.1:9/"},
                                {"format", written(scratch / "door.mustache", text)}});
    std::string told;
    {
        Told messages(element);
        EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
        const Texts errors = messages.errors();
        told = errors.size() == 1 ? errors.front() : "";
        gst_element_set_state(element, GST_STATE_NULL);
    }
    gst_object_unref(element);
    const std::string place = scratch / "door.mustache";
    EXPECT_NE(told.find(place), std::string::npos) << told;
    return told;
}

} // namespace

TEST(TemplatesToHttp, areNotificationsWithTheNameAsItIs)
{
    for (const auto &[format, path] :
         std::vector<std::pair<std::string, std::string>>{{"ntfy", "/"}, {"gotify", "/message"}}) {
        SCOPED_TRACE(format);
        const ScratchDirectory scratch;
        WebServer server([](const WebRequest &) { return WebResponse{}; });
        Publish publish(scratch, toHook(server, format, {{"camera-alias", "door-k3v9q"}}));
        publish.push({.eventId = "run-0", .json = eventJson()});
        publish.push(meanFace());
        ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
        const auto requests = server.requests();
        ASSERT_EQ(requests.size(), 1U) << "`new` is not among `on`";
        EXPECT_EQ(requests[0].method, "POST");
        EXPECT_EQ(requests[0].path, path);
        EXPECT_EQ(requests[0].query, "room=1");
        EXPECT_EQ(requests[0].headers.at("Content-Type"), "application/json");
        EXPECT_EQ(requests[0].headers.at("webhook-id"), "run-1");
        EXPECT_EQ(textAt(requests[0].body, {"title"}), meanTitle);
        if (format == "ntfy") {
            EXPECT_EQ(textAt(requests[0].body, {"topic"}), "door-k3v9q");
        } else {
            EXPECT_EQ(textAt(requests[0].body, {"extras", "ooto::event", "camera"}), mean);
        }
    }
}

TEST(TemplatesToHttp, areAnalyticsEventsWithTheNameInOneElement)
{
    const ScratchDirectory scratch;
    WebServer server([](const WebRequest &) { return WebResponse{}; });
    Publish publish(scratch, toHook(server, "milestone", {{"camera-alias", "192.168.1.20"}}));
    publish.push(meanFace());
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    const WebRequest request = server.requests().front();
    EXPECT_EQ(request.headers.at("Content-Type"), "text/xml; charset=utf-8");
    const std::string tag = textIn(request.body, "CustomTag");
    EXPECT_TRUE(tag.starts_with("Zo\u00eb \"O'Neil\" \\ <img src=x onerror=\"alert(1)\"></Name>|"
                                "{{label}}{{{name}}}{{#x}}"))
        << tag;
    EXPECT_TRUE(tag.ends_with("\U0001F600"));
    EXPECT_EQ(tag.find('\n'), std::string::npos);
    EXPECT_EQ(textIn(request.body, "Message"), "Face identified");
}

TEST(TemplatesToHttp, ofOnesOwnSayMethodPathAndWhatAGoodAnswerHas)
{
    const ScratchDirectory scratch;
    const std::string format =
        written(scratch / "door.mustache",
                "on: answered\nmethod: PUT\npath: /doors/{{camera}}/{{name}}\nanswer: accepted\n"
                "content-type: application/x-www-form-urlencoded\n\n"
                "who={{name}}&photo={{photo-base64}}\n");
    Inbox<std::string> requests;
    RawServer server([&](RawConnection &connection) {
        for (std::string request; !(request = connection.readRequest()).empty();) {
            requests.put(request);
            connection.write(RawServer::response(
                "200 OK", requests.all().size() == 1 ? "error: busy" : "<ok>accepted</ok>"));
        }
    });
    Publish publish(scratch, {{"uri", server.url() + "?room=1"},
                              {"format", format},
                              {"photos", "message"},
                              {"retry-backoff-factor", "0.02"}});
    Face face = meanFace();
    face.photo = {0xff, 0xd8, 0xff};
    publish.push(face);
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    const Texts all = requests.all();
    ASSERT_EQ(all.size(), 2U) << "a 200 with an error in it is none";
    for (const std::string &request : all) {
        // Neither name has made a level of the path, a header, or a field of the form.
        const std::string line = request.substr(0, request.find("\r\n"));
        const Texts levels = splitAt(line.substr(0, line.find('?')), '/');
        ASSERT_EQ(levels.size(), 4U) << line;
        EXPECT_EQ(levels[0] + levels[1], "PUT doors");
        const system::CharsHandle name(g_uri_unescape_string(levels[3].c_str(), nullptr));
        EXPECT_STREQ(name.get(), mean.c_str());
        EXPECT_TRUE(line.ends_with("?room=1 HTTP/1.1")) << line;
        EXPECT_NE(request.find("\r\nContent-Type: application/x-www-form-urlencoded\r\n"),
                  std::string::npos)
            << request;
        GHashTable *form = soup_form_decode(request.substr(request.find("\r\n\r\n") + 4).c_str());
        EXPECT_EQ(g_hash_table_size(form), 2U);
        EXPECT_STREQ(static_cast<const char *>(g_hash_table_lookup(form, "who")), mean.c_str());
        EXPECT_STREQ(static_cast<const char *>(g_hash_table_lookup(form, "photo")), "/9j/");
        g_hash_table_destroy(form);
    }
}

TEST(TemplatesToTcp, areZoneMindersLinesAndNoOthers)
{
    const ScratchDirectory scratch;
    LineReader zmtrigger;
    Publish publish(scratch, {{"uri", "tcp://127.0.0.1:" + std::to_string(zmtrigger.port())},
                              {"format", "zoneminder"},
                              {"camera-alias", "7"}});
    publish.push(meanFace());
    publish.push({.type = "answered",
                  .eventId = "run-2",
                  .status = "identified",
                  .json = eventJson({{"name", "\"Last\""}})});
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }));
    const Texts lines = zmtrigger.waitFor(2);
    ASSERT_EQ(lines.size(), 2U) << "no name has made a line";
    for (const std::string &line : lines) {
        const Texts parts = splitAt(line, '|');
        ASSERT_EQ(parts.size(), 6U) << line;
        EXPECT_EQ(parts[0], "7");
        EXPECT_EQ(parts[1], "on+20");
        EXPECT_EQ(parts[2], "98");
        EXPECT_LE(parts[3].size(), 32U);
        EXPECT_LE(parts[4].size(), 256U);
        EXPECT_EQ(line.find("\u202e"), std::string::npos);
        EXPECT_TRUE(g_utf8_validate(line.c_str(), -1, nullptr)) << line;
    }
    EXPECT_TRUE(lines[0].find("Face Zo\u00eb \"O'Neil\"") != std::string::npos) << lines[0];
    EXPECT_TRUE(lines[1].find("Face Last|Last at door") != std::string::npos) << lines[1];
}

TEST(TemplatesToASocket, areOneLineEachWhateverTheTemplateHas)
{
    const ScratchDirectory scratch;
    LineReader reader(scratch / "socket");
    for (const std::string format : {"gotify", "onvif-event"}) {
        const ScratchDirectory own;
        Publish publish(own, {{"uri", "unix://" + scratch / "socket"}, {"format", format}});
        publish.push(meanFace());
        EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    }
    const Texts lines = reader.waitFor(2);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(textAt(lines[0], {"title"}), meanTitle);
    EXPECT_EQ(textAt(lines[1], {"Data", "EnrollmentID"}), mean);
}

class TemplatesToMqtt : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!mqtt::isBuiltIn() || !MosquittoBroker::installed())
            GTEST_SKIP() << "mosquitto is not installed, or this build has no MQTT";
    }
};

TEST_F(TemplatesToMqtt, areOnvifsEventsOnOneLevelEach)
{
    const ScratchDirectory scratch;
    const MosquittoBroker broker;
    MosquittoSubscriber subscriber(broker, "#");
    Publish publish(scratch,
                    {{"uri", "mqtt://127.0.0.1:" + std::to_string(broker.port()) + "/site"},
                     {"format", "onvif-event"}});
    publish.push(meanFace());
    // Who is not identified has no EnrollmentID.
    publish.push({.type = "answered",
                  .eventId = "run-2",
                  .status = "unknown",
                  .json = eventJson({{"status", "\"unknown\""}})});
    publish.push({.type = "answered",
                  .eventId = "run-3",
                  .status = "identified",
                  .json = eventJson({{"event-id", "\"run-3\""}})});
    const std::string last = "site/onvif-ej/RuleEngine/Recognition/Face/&door/ooto";
    ASSERT_EQ(subscriber.waitFor(last).size(), 1U);
    const auto all = subscriber.all();
    ASSERT_EQ(all.size(), 2U);
    const Texts levels = splitAt(all[0].topic, '/');
    ASSERT_EQ(levels.size(), 7U) << all[0].topic;
    EXPECT_TRUE(levels[5].starts_with("&Zo\u00eb")) << levels[5];
    EXPECT_EQ(levels[6], "ooto");
    EXPECT_EQ(textAt(all[0].payload, {"Data", "EnrollmentID"}), mean);
    EXPECT_EQ(textAt(all[0].payload, {"Source", "VideoSource"}), mean);
    for (const BrokerMessage &message : all) {
        EXPECT_FALSE(message.retained);
        EXPECT_EQ(message.qos, 1);
        EXPECT_EQ(message.contentType, "application/json");
    }
    EXPECT_EQ(publish.stat("events"), 2U);
}

TEST_F(TemplatesToMqtt, ofOnesOwnMayBeRetained)
{
    const ScratchDirectory scratch;
    const MosquittoBroker broker;
    const std::string format =
        written(scratch / "last.mustache", "topic: {{prefix}}/last/{{camera-slug}}/{{name}}\n"
                                           "retain: true\n\n{{label}} at {{camera}}\n");
    Publish publish(scratch, {{"uri", "mqtt://127.0.0.1:" + std::to_string(broker.port())},
                              {"format", format}});
    publish.push(meanFace());
    ASSERT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    MosquittoSubscriber late(broker, "ooto/last/#");
    ASSERT_TRUE(eventually([&] { return late.all().size() == 1; }));
    const BrokerMessage message = late.all().front();
    EXPECT_TRUE(message.retained);
    EXPECT_EQ(splitAt(message.topic, '/').size(), 4U) << message.topic;
    EXPECT_EQ(message.payload.find_first_of("\r\n|\t"), std::string::npos) << message.payload;
    EXPECT_TRUE(message.payload.starts_with("Zo\u00eb \"O'Neil\" \\ <img src=x "));
}

TEST(BrokenTemplates, sayFileAndLine)
{
    const std::string head = "content-type: application/json\n\n";
    struct Case {
        std::string text;
        std::string told;
    };
    for (const Case &broken : std::vector<Case>{
             {head + "{\n\"a\": \"{{nmae}}\"\n}\n", "door.mustache, line 4: there is no field "
                                                    "`nmae`"},
             {head + "{\n\n{{{name}}}\n}\n", "door.mustache, line 5: "},
             {head + "{\n{{&name}}\n}\n", "door.mustache, line 4: "},
             {head + "{\"a\": {{#name}}1\n}\n", "door.mustache, line 3: "},
             {head + "{\"a\":\n1{{/name}}\n}\n", "door.mustache, line 4: "},
             {head + "{\"a\": \"{{name\"\n}\n", "door.mustache, line 3: "},
             {head + "{{>other}}\n", "door.mustache, line 3: "},
             {head + "{{=<% %>=}}\n", "door.mustache, line 3: "},
             {"on: answered\nwhen: always\n\nx\n", "door.mustache, line 2: "},
             {"on: arrived\n\nx\n", "door.mustache, line 1: "},
             {"# one\n# two\nmethod: DELETE\n\nx\n", "door.mustache, line 3: "},
             {"content-type: text/html\n\nx\n", "door.mustache, line 1: "}}) {
        const std::string told = mistakeIn(broken.text);
        EXPECT_NE(told.find(broken.told), std::string::npos) << broken.text << told;
    }
    // Of the whole there is no line to name.
    EXPECT_NE(mistakeIn(head + "{\"a\": {{name}}}\n").find("no JSON"), std::string::npos);
}
