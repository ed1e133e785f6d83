// SPDX-License-Identifier: LGPL-2.1-or-later
// What is secret shows nowhere: not in logs at the highest level, graphs, messages, events, or
// where the system shows processes.
#include "publish_support.h"

#include "kafka/producer.h"
#include "mqtt/connection.h"
#include "pipelines/run_program.h"
#include "support/c11_threads.h"
#include "support/mosquitto_broker.h"
#include "support/strict_broker.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

using namespace ooto::test;

namespace
{

// All have this in them, so that parts show up, too.
constexpr const char *mark = "s3cr3t";
constexpr const char *hook = "/s3cr3t-hook";
constexpr const char *password = "s3cr3t-password";
constexpr const char *token = "s3cr3t-token";
constexpr const char *header = "s3cr3t-header";
// "s3cr3t" four times.
constexpr const char *signingSecret = "whsec_czNjcjN0czNjcjN0czNjcjN0czNjcjN0";

std::string basicAuthorization()
{
    const std::string pair = std::string("me:") + password;
    gchar *encoded = g_base64_encode(reinterpret_cast<const guchar *>(pair.data()), pair.size());
    std::string text = encoded;
    g_free(encoded);
    return text;
}

std::string valueOf(const WebRequest &request, const std::string &name)
{
    for (const auto &[key, value] : request.headers) {
        if (g_ascii_strcasecmp(key.c_str(), name.c_str()) == 0)
            return value;
    }
    return {};
}

std::string writtenCredentials(const ScratchDirectory &scratch, const std::string &lines)
{
    const std::string file = scratch / "ooto.conf";
    std::ofstream(file) << "[publish]\n" << lines;
    ::chmod(file.c_str(), 0600);
    return file;
}

bool isConnected(GstElement *element)
{
    GstStructure *stats = nullptr;
    g_object_get(element, "stats", &stats, nullptr);
    gboolean connected = FALSE;
    gst_structure_get_boolean(stats, "connected", &connected);
    gst_structure_free(stats);
    return connected != FALSE;
}

/** What `ps` shows of this process: its command line, and the names of its threads. */
void printProcess()
{
    std::string line = contentOf("/proc/self/cmdline");
    std::replace(line.begin(), line.end(), '\0', ' ');
    std::cout << "process: " << line << "\n";
    for (const auto &thread : std::filesystem::directory_iterator("/proc/self/task"))
        std::cout << "thread: " << contentOf(thread.path() / "comm");
}

/** The element in a pipeline that plays, and all that the bus and properties say. */
class Playing
{
public:
    explicit Playing(GstElement *element) : element_(element), pipeline_(gst_pipeline_new("line"))
    {
        GstElement *source = gst_element_factory_make("fakesrc", nullptr);
        GstElement *sink = gst_element_factory_make("fakesink", nullptr);
        g_object_set(source, "is-live", TRUE, "do-timestamp", TRUE, "format", GST_FORMAT_TIME,
                     nullptr);
        gst_bin_add_many(GST_BIN(pipeline_), source, element, sink, nullptr);
        gst_object_unref(element);
        EXPECT_TRUE(gst_element_link_many(source, element, sink, nullptr));
        gst_element_set_state(pipeline_, GST_STATE_PLAYING);
        EXPECT_NE(gst_element_get_state(pipeline_, nullptr, nullptr, 20 * GST_SECOND),
                  GST_STATE_CHANGE_FAILURE);
    }
    ~Playing()
    {
        gst_element_set_state(pipeline_, GST_STATE_NULL);
        gst_object_unref(pipeline_);
    }
    Playing(const Playing &) = delete;
    Playing &operator=(const Playing &) = delete;

    void push(const Face &face)
    {
        GstPad *pad = gst_element_get_static_pad(element_, "sink");
        EXPECT_TRUE(gst_pad_send_event(pad, faceEvent(face)));
        gst_object_unref(pad);
    }
    bool comesTo(bool connected)
    {
        return eventually([&] { return isConnected(element_) == connected; });
    }
    /** Ends it. */
    void print()
    {
        GST_DEBUG_BIN_TO_DOT_FILE(GST_BIN(pipeline_), GST_DEBUG_GRAPH_SHOW_ALL, "pipeline");
        printProcess();
        // At NULL the bus is emptied.
        gst_element_set_state(pipeline_, GST_STATE_READY);
        GstBus *bus = gst_element_get_bus(pipeline_);
        while (GstMessage *message = gst_bus_pop(bus)) {
            gchar *text = gst_message_get_structure(message)
                              ? gst_structure_to_string(gst_message_get_structure(message))
                              : nullptr;
            std::cout << GST_MESSAGE_TYPE_NAME(message) << " " << (text ? text : "") << "\n";
            g_free(text);
            gst_message_unref(message);
        }
        gst_object_unref(bus);
    }

private:
    GstElement *const element_; ///< the pipeline's
    GstElement *const pipeline_;
};

/** To a server in this process, which refuses the second event. */
void publishToServer(bool inFile)
{
    const ScratchDirectory scratch;
    WebServer server([](const WebRequest &request) {
        const bool isFirst = request.body.find("event-1\"") != std::string::npos;
        return WebResponse{.status = isFirst ? 200 : 401, .body = "no", .headers = {}};
    });
    const std::string url = server.url() + hook;
    GstElement *element = makePublisher(scratch, {});
    if (inFile) {
        const std::string file = writtenCredentials(
            scratch, "uri=" + url + "\ntoken=" + token + "\npassword=" + password +
                         "\nsecret=" + signingSecret + "\n");
        g_object_set(element, "credentials-file", file.c_str(), nullptr);
    } else {
        g_object_set(element, "uri", url.c_str(), "user-id", "me", "user-pw", password, nullptr);
    }
    GstStructure *headers = gst_structure_new("headers", "X-Key", G_TYPE_STRING, header, nullptr);
    g_object_set(element, "extra-headers", headers, nullptr);
    gst_structure_free(headers);

    Playing playing(element);
    // The stream has begun, or there would be nobody to send it.
    playing.push({.eventId = "event-1"});
    EXPECT_TRUE(eventually([&] { return server.requests().size() >= 1; }));
    playing.push({.type = "updated", .eventId = "event-2"});
    EXPECT_TRUE(eventually([&] { return server.requests().size() >= 2; }));
    // The answer was heard, and told.
    EXPECT_TRUE(playing.comesTo(false));
    playing.print();

    // They were really there.
    const WebRequest request = server.requests().front();
    EXPECT_TRUE(request.path.ends_with(hook));
    EXPECT_EQ(valueOf(request, "X-Key"), header);
    EXPECT_EQ(valueOf(request, "Authorization"),
              inFile ? std::string("Bearer ") + token : "Basic " + basicAuthorization());
    EXPECT_EQ(valueOf(request, "webhook-signature").empty(), !inFile);
    EXPECT_EQ(request.body.find(mark), std::string::npos);
}

/** To a broker that knows the password, and after it was started again does not. */
void publishToBroker(bool inFile)
{
    const ScratchDirectory scratch;
    MosquittoBroker broker({.users = {{"me", password}}});
    MosquittoSubscriber subscriber(broker, "#", "me", password);
    const std::string uri = "mqtt://me@127.0.0.1:" + std::to_string(broker.port());
    GstElement *element = makePublisher(
        scratch, {{"uri", uri}, {"retry-backoff-factor", "0.05"}, {"retry-backoff-max", "0.2"}});
    if (inFile) {
        const std::string file =
            writtenCredentials(scratch, std::string("password=") + password + "\n");
        g_object_set(element, "credentials-file", file.c_str(), nullptr);
    } else {
        g_object_set(element, "user-pw", password, nullptr);
    }
    Playing playing(element);
    playing.push({.eventId = "event-1"});
    EXPECT_EQ(subscriber.waitFor("ooto/camera/door/event").size(), 1U) << "the password is right";
    EXPECT_TRUE(playing.comesTo(true));
    broker.setUsers({{"me", "another one"}});
    broker.kill();
    ASSERT_TRUE(broker.start());
    const auto refused = [&] { return broker.log().find("not authorised") != std::string::npos; };
    EXPECT_TRUE(eventually(refused)) << broker.log();
    EXPECT_TRUE(playing.comesTo(false));
    playing.push({.type = "updated", .eventId = "event-2"});
    playing.print();
    for (const auto &file : std::filesystem::directory_iterator(scratch / "spool"))
        EXPECT_EQ(contentOf(file.path()).find(mark), std::string::npos) << file.path();
    for (const BrokerMessage &message : subscriber.all())
        EXPECT_EQ((message.topic + message.payload + message.properties).find(mark),
                  std::string::npos)
            << message.topic;
}

std::uint64_t sent(GstElement *element)
{
    GstStructure *stats = nullptr;
    g_object_get(element, "stats", &stats, nullptr);
    guint64 count = 0;
    gst_structure_get_uint64(stats, "sent", &count);
    gst_structure_free(stats);
    return count;
}

/** To a cluster that refuses it, once without showing it and once with it in the request. */
void publishToCluster(const char *mechanism)
{
    const ScratchDirectory scratch;
    StrictBroker broker(mechanism);
    GstElement *element = makePublisher(
        scratch, {{"uri", "kafka://me@" + broker.address() + "/faces?sasl.mechanism=" + mechanism},
                  {"user-pw", password},
                  {"retry-backoff-factor", "0.05"},
                  {"retry-backoff-max", "0.2"}});
    Playing playing(element);
    playing.push({.eventId = "event-1"});
    EXPECT_TRUE(eventually([&] { return sent(element) > 1; })) << "it was refused, and tries again";
    playing.print();
    const bool isShownThere = broker.heard().find(password) != std::string::npos;
    EXPECT_EQ(isShownThere, std::string(mechanism) == "PLAIN");
}

std::vector<std::string> secretsIn(const std::string &text)
{
    std::vector<std::string> found;
    for (const std::string &secret :
         {std::string(mark), std::string("czNjcjN0"), basicAuthorization()}) {
        const std::size_t at = text.find(secret);
        if (at != std::string::npos)
            found.push_back(text.substr(at < 300 ? 0 : at - 300, 400));
    }
    return found;
}

void expectNothingShows(const std::string &test)
{
    const ScratchDirectory scratch;
    const ProgramResult run =
        runProgram({"/proc/self/exe", "--gtest_also_run_disabled_tests", "--gtest_filter=" + test},
                   {{"GST_DEBUG", "*:9"},
                    {"GST_DEBUG_NO_COLOR", "1"},
                    {"GST_DEBUG_FILE", scratch / "log"},
                    {"GST_DEBUG_DUMP_DOT_DIR", scratch.path()},
                    {"G_MESSAGES_DEBUG", "all"},
                    {"GTEST_OUTPUT", ""}});
    EXPECT_EQ(run.exitCode, 0) << run.output << run.errors;
    EXPECT_NE(run.output.find("ooto-publish"), std::string::npos) << "the bus told of the target";
    EXPECT_NE(run.output.find("unauthorized"), std::string::npos);
    EXPECT_NE(run.output.find("process: "), std::string::npos);
    EXPECT_EQ(secretsIn(run.output), std::vector<std::string>{});
    EXPECT_EQ(secretsIn(run.errors), std::vector<std::string>{});
    bool graph = false;
    for (const auto &entry : std::filesystem::directory_iterator(scratch.path())) {
        graph = graph || entry.path().extension() == ".dot";
        EXPECT_EQ(secretsIn(contentOf(entry.path())), std::vector<std::string>{}) << entry.path();
    }
    EXPECT_TRUE(graph);
    EXPECT_NE(contentOf(scratch / "log").find("ootopublish"), std::string::npos);
}

} // namespace

// Not tests: what the others run in a process of its own.
TEST(Secrets, DISABLED_inAFile)
{
    publishToServer(true);
}
TEST(Secrets, DISABLED_inProperties)
{
    publishToServer(false);
}
TEST(Secrets, DISABLED_inAFileForABroker)
{
    publishToBroker(true);
}
TEST(Secrets, DISABLED_inPropertiesForABroker)
{
    publishToBroker(false);
}

TEST(Secrets, DISABLED_inPropertiesForACluster)
{
    publishToCluster("SCRAM-SHA-512");
}
TEST(Secrets, DISABLED_inPropertiesForAPlainCluster)
{
    publishToCluster("PLAIN");
}

TEST(Secrets, ofACredentialsFileShowNowhere)
{
    expectNothingShows("Secrets.DISABLED_inAFile");
}

TEST(Secrets, ofPropertiesShowNowhere)
{
    expectNothingShows("Secrets.DISABLED_inProperties");
}

TEST(BrokerSecrets, ofACredentialsFileShowNowhere)
{
    if (!ooto::mqtt::isBuiltIn() || !MosquittoBroker::installed())
        GTEST_SKIP() << "mosquitto is not installed, or this build has no MQTT";
    expectNothingShows("Secrets.DISABLED_inAFileForABroker");
}

TEST(BrokerSecrets, ofPropertiesShowNowhere)
{
    if (!ooto::mqtt::isBuiltIn() || !MosquittoBroker::installed())
        GTEST_SKIP() << "mosquitto is not installed, or this build has no MQTT";
    expectNothingShows("Secrets.DISABLED_inPropertiesForABroker");
}

TEST(ClusterSecrets, showNowhere)
{
    if (!ooto::kafka::isBuiltIn())
        GTEST_SKIP() << "this build has no Kafka";
    expectNothingShows("Secrets.DISABLED_inPropertiesForACluster");
    expectNothingShows("Secrets.DISABLED_inPropertiesForAPlainCluster");
}
