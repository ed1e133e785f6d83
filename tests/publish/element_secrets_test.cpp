// SPDX-License-Identifier: LGPL-2.1-or-later
// What is secret shows nowhere: not in logs at the highest level, graphs, messages or events.
#include "publish_support.h"

#include "pipelines/run_program.h"
#include "support/web_server.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

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

/** Publishes to a server in this process, and prints all that the bus and properties say. */
void publishWithSecrets(bool inFile)
{
    const ScratchDirectory scratch;
    WebServer server([](const WebRequest &request) {
        const bool isFirst = request.body.find("event-1\"") != std::string::npos;
        return WebResponse{.status = isFirst ? 200 : 401, .body = "no", .headers = {}};
    });
    const std::string url = server.url() + hook;
    GstElement *element = makePublisher(scratch, {});
    if (inFile) {
        const std::string file = scratch / "ooto.conf";
        std::ofstream(file) << "[publish]\nuri=" << url << "\ntoken=" << token
                            << "\npassword=" << password << "\nsecret=" << signingSecret << "\n";
        ::chmod(file.c_str(), 0600);
        g_object_set(element, "credentials-file", file.c_str(), nullptr);
    } else {
        g_object_set(element, "uri", url.c_str(), "user-id", "me", "user-pw", password, nullptr);
    }
    GstStructure *headers = gst_structure_new("headers", "X-Key", G_TYPE_STRING, header, nullptr);
    g_object_set(element, "extra-headers", headers, nullptr);
    gst_structure_free(headers);

    GstElement *pipeline = gst_pipeline_new("pipeline");
    GstElement *source = gst_element_factory_make("fakesrc", nullptr);
    GstElement *sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(source, "is-live", TRUE, "do-timestamp", TRUE, "format", GST_FORMAT_TIME, nullptr);
    gst_bin_add_many(GST_BIN(pipeline), source, element, sink, nullptr);
    gst_object_unref(element);
    ASSERT_TRUE(gst_element_link_many(source, element, sink, nullptr));
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    ASSERT_NE(gst_element_get_state(pipeline, nullptr, nullptr, 20 * GST_SECOND),
              GST_STATE_CHANGE_FAILURE);
    GstPad *pad = gst_element_get_static_pad(element, "sink");
    // The stream has begun, or there would be nobody to send it.
    EXPECT_TRUE(gst_pad_send_event(pad, faceEvent({.eventId = "event-1"})));
    EXPECT_TRUE(eventually([&] { return server.requests().size() >= 1; }));
    EXPECT_TRUE(gst_pad_send_event(pad, faceEvent({.type = "updated", .eventId = "event-2"})));
    EXPECT_TRUE(eventually([&] { return server.requests().size() >= 2; }));
    // The answer was heard, and told.
    EXPECT_TRUE(eventually([&] {
        GstStructure *stats = nullptr;
        g_object_get(element, "stats", &stats, nullptr);
        gboolean connected = TRUE;
        gst_structure_get_boolean(stats, "connected", &connected);
        gst_structure_free(stats);
        return !connected;
    }));
    GST_DEBUG_BIN_TO_DOT_FILE(GST_BIN(pipeline), GST_DEBUG_GRAPH_SHOW_ALL, "pipeline");
    // At NULL the bus is emptied.
    gst_element_set_state(pipeline, GST_STATE_READY);
    gst_object_unref(pad);

    GstBus *bus = gst_element_get_bus(pipeline);
    while (GstMessage *message = gst_bus_pop(bus)) {
        gchar *text = gst_message_get_structure(message)
                          ? gst_structure_to_string(gst_message_get_structure(message))
                          : nullptr;
        std::cout << GST_MESSAGE_TYPE_NAME(message) << " " << (text ? text : "") << "\n";
        g_free(text);
        gst_message_unref(message);
    }
    gst_object_unref(bus);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);

    // They were really there.
    const WebRequest request = server.requests().front();
    EXPECT_TRUE(request.path.ends_with(hook));
    EXPECT_EQ(valueOf(request, "X-Key"), header);
    EXPECT_EQ(valueOf(request, "Authorization"),
              inFile ? std::string("Bearer ") + token : "Basic " + basicAuthorization());
    EXPECT_EQ(valueOf(request, "webhook-signature").empty(), !inFile);
    EXPECT_EQ(request.body.find(mark), std::string::npos);
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
    publishWithSecrets(true);
}
TEST(Secrets, DISABLED_inProperties)
{
    publishWithSecrets(false);
}

TEST(Secrets, ofACredentialsFileShowNowhere)
{
    expectNothingShows("Secrets.DISABLED_inAFile");
}

TEST(Secrets, ofPropertiesShowNowhere)
{
    expectNothingShows("Secrets.DISABLED_inProperties");
}
