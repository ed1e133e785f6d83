// SPDX-License-Identifier: LGPL-2.1-or-later
// The templates that are shipped: what they make, to the letter, and whether it can be read.
#include "publish/template.h"

#include "publish/template_events.h"
#include "support/scratch_directory.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace ooto::publish
{
namespace
{

using test::eventJson;
using test::hostileName;
using test::jsonString;

const std::vector<std::string> names = {"gotify", "milestone", "ntfy", "onvif-event", "zoneminder"};

struct Case {
    std::string name;
    core::Status status = core::Status::Identified;
    TemplateFacts facts;
};

std::vector<Case> cases()
{
    const std::map<std::string, std::string> nobody = {{"name", ""}, {"template-id", ""}};
    std::map<std::string, std::string> unknown = nobody;
    unknown["status"] = "\"unknown\"";
    unknown["similarity"] = "";
    std::map<std::string, std::string> spoof = nobody;
    spoof["status"] = "\"spoof\"";
    spoof["template-id"] = "\"Grace Hopper\"";
    TemplateFacts hostile =
        test::factsOf({{"name", jsonString(hostileName + hostileName + hostileName + hostileName)},
                       {"template-id", jsonString(hostileName)},
                       {"camera", jsonString("d|or \"\U0001F6AA\"\n")}});
    hostile.cameraAlias = "7|\n+/#";
    return {{"identified", core::Status::Identified, test::factsOf()},
            {"unknown", core::Status::Unknown, test::factsOf(unknown)},
            {"spoof", core::Status::Spoof, test::factsOf(spoof)},
            {"hostile", core::Status::Identified, hostile}};
}

std::shared_ptr<const Template> shipped(const std::string &name)
{
    const auto loaded = Template::load(name);
    if (!loaded) {
        ADD_FAILURE() << loaded.error();
        return nullptr;
    }
    return *loaded;
}

/** All that is sent, as one text. */
std::string shown(const Template &format, const Case &event)
{
    if (!format.wants(core::FaceEventType::Answered, event.status))
        return "not sent\n";
    const auto made = format.render(event.facts);
    if (!made)
        return "refused: " + made.error() + "\n";
    const Rendered &rendered = *made;
    return "content-type: " + rendered.contentType + "\ntopic: " + rendered.topic +
           "\npath: " + rendered.path + "\nmethod: " + rendered.method + "\n\n" + rendered.body +
           "\n";
}

TEST(Templates, makeWhatTheGoldenFilesSay)
{
    const std::string folder = std::string(std::getenv("OOTO_TEST_DATA")) + "/publish/";
    for (const std::string &name : names) {
        const auto format = shipped(name);
        ASSERT_TRUE(format);
        for (const Case &event : cases()) {
            const std::string file = folder + name + "-" + event.name + ".golden";
            if (std::getenv("OOTO_WRITE_GOLDEN"))
                std::ofstream(file) << shown(*format, event);
            EXPECT_EQ(shown(*format, event), test::contentOf(file)) << file;
        }
    }
}

struct Element {
    std::string path; ///< `AnalyticsEvent/EventHeader/ID`
    std::string text;
};

/** Elements with text, in their order. */
std::vector<Element> elementsOf(const std::string &xml)
{
    struct State {
        std::vector<std::string> open;
        std::vector<Element> found;
    } state;
    GMarkupParser parser{};
    parser.start_element = [](GMarkupParseContext *, const char *name, const char **, const char **,
                              gpointer data,
                              GError **) { static_cast<State *>(data)->open.emplace_back(name); };
    parser.end_element = [](GMarkupParseContext *, const char *, gpointer data, GError **) {
        static_cast<State *>(data)->open.pop_back();
    };
    parser.text = [](GMarkupParseContext *, const char *text, gsize size, gpointer data,
                     GError **) {
        auto &inside = *static_cast<State *>(data);
        const std::string content(text, size);
        if (content.find_first_not_of(" \n") == std::string::npos || inside.open.empty())
            return;
        std::string path;
        for (const std::string &name : inside.open)
            path += (path.empty() ? "" : "/") + name;
        inside.found.push_back({path, content});
    };
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, GMarkupParseFlags{}, &state, nullptr);
    GError *error = nullptr;
    const bool well = g_markup_parse_context_parse(context, xml.data(),
                                                   static_cast<gssize>(xml.size()), &error) &&
                      g_markup_parse_context_end_parse(context, &error);
    EXPECT_TRUE(well) << (error ? error->message : "") << "\n" << xml;
    g_clear_error(&error);
    g_markup_parse_context_free(context);
    return well ? state.found : std::vector<Element>();
}

TEST(Templates, makeXmlOfTheOrderThatMilestonesSchemaHas)
{
    const auto format = shipped("milestone");
    ASSERT_TRUE(format);
    for (const Case &event : cases()) {
        const auto made = format->render(event.facts);
        ASSERT_TRUE(made);
        std::string order;
        std::string source;
        std::string message;
        for (const auto &[path, text] : elementsOf((*made).body)) {
            order += path.substr(path.rfind('/') + 1) + " ";
            if (path.ends_with("Source/Name"))
                source = text;
            if (path.ends_with("/Message"))
                message = text;
        }
        EXPECT_EQ(order, "ID Timestamp Type Name Message CustomTag Name Description Name Type "
                         "Confidence Top Left Bottom Right Name ");
        EXPECT_EQ(source, event.name == "hostile" ? "7| +/#" : "door");
        EXPECT_EQ(message, "Face " + std::string(core::statusName(event.status)));
    }
}

/** The text at `name` of the object, of `name.inside` with a dot. */
std::string memberOf(const std::string &json, const std::string &path)
{
    JsonParser *parser = json_parser_new();
    GError *error = nullptr;
    EXPECT_TRUE(json_parser_load_from_data(parser, json.data(), -1, &error))
        << (error ? error->message : "") << json;
    g_clear_error(&error);
    JsonNode *node = json_path_query(path.c_str(), json_parser_get_root(parser), nullptr);
    JsonArray *found = node ? json_node_get_array(node) : nullptr;
    const char *text = found && json_array_get_length(found) == 1
                           ? json_array_get_string_element(found, 0)
                           : nullptr;
    const std::string result = text ? text : "(none)";
    if (node)
        json_node_unref(node);
    g_object_unref(parser);
    return result;
}

TEST(Templates, makeJsonThatKeepsNamesAsTheyAre)
{
    const Case hostile = cases().back();
    const std::string onvif = (*shipped("onvif-event")->render(hostile.facts)).body;
    EXPECT_EQ(memberOf(onvif, "$.Data.EnrollmentID"), hostileName);
    EXPECT_EQ(memberOf(onvif, "$.Source.VideoSource"), "7|\n+/#");
    for (const char *name : {"ntfy", "gotify"}) {
        const std::string json = (*shipped(name)->render(hostile.facts)).body;
        EXPECT_TRUE(memberOf(json, "$.title").starts_with(hostileName)) << json;
    }
    EXPECT_EQ(memberOf((*shipped("ntfy")->render(hostile.facts)).body, "$.topic"), "7|\n+/#");
}

TEST(Templates, makeTopicsThatNoNameAddsALevelTo)
{
    for (const Case &event : cases()) {
        const std::string topic = (*shipped("onvif-event")->render(event.facts)).topic;
        EXPECT_EQ(std::count(topic.begin(), topic.end(), '/'), 6) << topic;
        EXPECT_EQ(topic.find_first_of("+#\n|"),
                  event.name == "hostile" ? topic.find('|') : std::string::npos);
    }
}

/** A port of 127.0.0.1 that one client can send to. */
class Listener
{
public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        const bool listens =
            ::bind(socket_.get(), reinterpret_cast<sockaddr *>(&address), size) == 0 &&
            ::listen(socket_.get(), 1) == 0 &&
            ::getsockname(socket_.get(), reinterpret_cast<sockaddr *>(&address), &size) == 0;
        EXPECT_TRUE(listens);
        port_ = ntohs(address.sin_port);
    }
    std::uint16_t port() const { return port_; }

    /** All that one client sends until it ends, 20 s at most. */
    std::string receive() const
    {
        pollfd waiting{socket_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, 20000) != 1)
            return {};
        const system::FileDescriptor client(::accept(socket_.get(), nullptr, nullptr));
        std::string all;
        char part[512];
        pollfd readable{client.get(), POLLIN, 0};
        while (::poll(&readable, 1, 20000) == 1) {
            const auto size = ::read(client.get(), part, sizeof part);
            if (size <= 0)
                break;
            all.append(part, static_cast<std::size_t>(size));
        }
        return all;
    }

private:
    system::FileDescriptor socket_;
    std::uint16_t port_ = 0;
};

void sendTo(std::uint16_t port, const std::string &bytes)
{
    const system::FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
    ASSERT_EQ(::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
}

std::vector<std::string> splitAt(const std::string &text, char separator)
{
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

// It speaks zmtrigger.pl's line protocol as ZoneMinder documents it, not to Debian's own program,
// which takes a database and a running ZoneMinder.
TEST(Templates, makeLinesThatZmtriggerTakes)
{
    const auto format = shipped("zoneminder");
    ASSERT_TRUE(format);
    std::string sent;
    for (Case event : cases()) {
        if (event.name != "hostile")
            event.facts.cameraAlias = "7";
        const auto made = format->render(event.facts);
        ASSERT_TRUE(made);
        sent += (*made).body + "\n";
    }
    const Listener listener;
    std::thread sender([&] { sendTo(listener.port(), sent); });
    const std::vector<std::string> lines = splitAt(listener.receive(), '\n');
    sender.join();
    ASSERT_EQ(lines.size(), cases().size() + 1);
    EXPECT_EQ(lines.back(), "");
    for (std::size_t i = 0; i < cases().size(); ++i) {
        const std::vector<std::string> parts = splitAt(lines[i], '|');
        ASSERT_EQ(parts.size(), 6U) << lines[i];
        EXPECT_EQ(std::atoi(parts[0].c_str()), 7);
        EXPECT_EQ(parts[1], "on+20");
        EXPECT_EQ(parts[2].find_first_not_of("0123456789"), std::string::npos) << parts[2];
        EXPECT_GT(std::atoi(parts[2].c_str()), 0);
        EXPECT_TRUE(parts[3].starts_with("Face ")) << parts[3];
        EXPECT_LE(parts[3].size(), 32U);
        EXPECT_LE(parts[4].size(), 256U);
        EXPECT_LE(parts[5].size(), 32U);
        EXPECT_TRUE(g_utf8_validate(lines[i].c_str(), -1, nullptr)) << lines[i];
    }
}

} // namespace
} // namespace ooto::publish
