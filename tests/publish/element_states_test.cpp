// SPDX-License-Identifier: LGPL-2.1-or-later
// How ootopublish starts, waits, stops, and what it says of its target and its settings.
#include "publish_support.h"

#include "core/base/guarded.h"
#include "kafka/producer.h"
#include "support/c11_threads.h"
#include "system/file_descriptor.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

using Texts = std::vector<std::string>;

std::string fileUri(const ScratchDirectory &scratch)
{
    return "file://" + scratch / "events.jsonl";
}

/** A socket that listens, and is read only when the test says so. */
class LateReader
{
public:
    explicit LateReader(const std::string &path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const bool well =
            ::bind(socket_.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 &&
            ::listen(socket_.get(), 4) == 0;
        EXPECT_TRUE(well);
    }
    ~LateReader()
    {
        ends_ = true;
        if (thread_.joinable())
            thread_.join();
    }
    LateReader(const LateReader &) = delete;
    LateReader &operator=(const LateReader &) = delete;

    void begin()
    {
        thread_ = std::thread([this] { read(); });
    }
    /** Bytes so far. */
    std::size_t taken() const { return taken_; }

private:
    void read()
    {
        const system::FileDescriptor peer(::accept(socket_.get(), nullptr, nullptr));
        timeval pause{.tv_sec = 0, .tv_usec = 20000};
        ::setsockopt(peer.get(), SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
        std::vector<char> into(65536);
        while (!ends_) {
            const ssize_t got = ::read(peer.get(), into.data(), into.size());
            if (got > 0)
                taken_ += static_cast<std::size_t>(got);
        }
    }

    const system::FileDescriptor socket_;
    std::atomic<std::size_t> taken_{0};
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

/** More than sockets hold by themselves. */
Face bigFace()
{
    return {.eventId = "run-1",
            .json = R"({"event-id":"run-1","text":")" + std::string(4 << 20, 'x') + "\"}"};
}

/** Pushes the end of the stream on a thread of its own. */
class Ending
{
public:
    explicit Ending(Publish &publish)
        : thread_([this, harness = publish.harness()] {
              gst_harness_push_event(harness, gst_event_new_eos());
              over_ = true;
          })
    {
    }
    ~Ending() { thread_.join(); }
    bool isOver() const { return over_; }

private:
    std::atomic<bool> over_{false};
    std::thread thread_; ///< last: it uses the flag
};

/** A listening port of this machine that takes no connection any more. */
class FullPort
{
public:
    FullPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(socket_.get(), reinterpret_cast<sockaddr *>(&address_), sizeof address_);
        ::listen(socket_.get(), 0);
        socklen_t size = sizeof address_;
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr *>(&address_), &size);
        for (int i = 0; i < 4; ++i) {
            waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            ::connect(waiting_.back().get(), reinterpret_cast<sockaddr *>(&address_),
                      sizeof address_);
        }
    }
    std::string uri() const
    {
        return "tcp://127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
    }

private:
    sockaddr_in address_{};
    const system::FileDescriptor socket_;
    std::vector<system::FileDescriptor> waiting_;
};

/** How long it takes from playing to NULL, after an event. */
std::chrono::milliseconds timeToStop(const ScratchDirectory &scratch, const Properties &properties)
{
    GstElement *element = makePublisher(scratch, properties);
    GstHarness *harness = gst_harness_new_with_element(element, "sink", "src");
    gst_harness_set_src_caps_str(harness, "video/x-raw");
    for (int i = 1; i <= 50; ++i)
        EXPECT_TRUE(
            gst_harness_push_event(harness, faceEvent({.type = i == 1 ? "new" : "updated",
                                                       .eventId = "run-" + std::to_string(i)})));
    // The target has been tried by then.
    std::this_thread::sleep_for(200ms);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(gst_element_set_state(element, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    const auto took = std::chrono::steady_clock::now() - begin;
    gst_harness_teardown(harness);
    gst_object_unref(element);
    return std::chrono::duration_cast<std::chrono::milliseconds>(took);
}

/** What is logged as a warning, whatever GST_DEBUG says. */
class Warnings
{
public:
    Warnings()
    {
        gst_debug_set_active(TRUE);
        gst_debug_set_threshold_for_name("ooto*", GST_LEVEL_WARNING);
        gst_debug_add_log_function(note, this, nullptr);
    }
    ~Warnings()
    {
        gst_debug_remove_log_function_by_data(this);
        gst_debug_unset_threshold_for_name("ooto*");
    }
    Warnings(const Warnings &) = delete;
    Warnings &operator=(const Warnings &) = delete;

    /** How many have this text. */
    long with(const std::string &part) const
    {
        auto texts = texts_.lock();
        return std::count_if(texts->begin(), texts->end(), [&](const std::string &text) {
            return text.find(part) != std::string::npos;
        });
    }

private:
    static void note(GstDebugCategory *, GstDebugLevel level, const gchar *, const gchar *, gint,
                     GObject *, GstDebugMessage *message, gpointer self)
    {
        if (level == GST_LEVEL_WARNING)
            static_cast<Warnings *>(self)->texts_.lock()->emplace_back(
                gst_debug_message_get(message));
    }

    mutable core::Guarded<Texts> texts_;
};

/** The error that a start ends with; empty where it starts. */
std::string mistake(const ScratchDirectory &scratch, const Properties &properties)
{
    GstElement *element = makePublisher(scratch, properties);
    std::string text;
    {
        Told told(element);
        EXPECT_EQ(gst_element_set_state(element, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS)
            << "only READY to PAUSED looks at the settings";
        const bool failed =
            gst_element_set_state(element, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE;
        const Texts errors = told.errors();
        EXPECT_EQ(failed, !errors.empty());
        EXPECT_LE(errors.size(), 1U);
        text = errors.empty() ? "" : errors.front();
        gst_element_set_state(element, GST_STATE_NULL);
    }
    gst_object_unref(element);
    return text;
}

std::string written(const std::string &path, const std::string &text, mode_t mode = 0600)
{
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
}

::testing::AssertionResult has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos
               ? ::testing::AssertionSuccess()
               : ::testing::AssertionFailure() << "no '" << part << "' in '" << text << "'";
}

std::string readBack(GstElement *element, const char *name)
{
    char *text = nullptr;
    g_object_get(element, name, &text, nullptr);
    const std::string value = text ? text : "(null)";
    g_free(text);
    return value;
}

} // namespace

TEST(EndOfStream, isHeldBackUntilTheTargetHasAll)
{
    const ScratchDirectory scratch;
    LateReader reader(scratch / "socket");
    Publish publish(scratch, {{"uri", "unix://" + scratch / "socket"}, {"timeout", "600"}});
    publish.push(bigFace());
    const Ending ending(publish);
    std::this_thread::sleep_for(500ms);
    EXPECT_FALSE(ending.isOver());
    EXPECT_EQ(reader.taken(), 0U);
    reader.begin();
    EXPECT_TRUE(eventually([&] { return ending.isOver(); }));
    EXPECT_GT(reader.taken(), std::size_t{3} << 20);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }))
        << "the event, and the end of its face";
}

TEST(EndOfStream, isNotHeldBackWhereNobodyIsThereAndAllIsOnDisk)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", "unix://" + scratch / "nobody"}, {"timeout", "600"}});
    publish.push({.eventId = "run-1"});
    const Ending ending(publish);
    EXPECT_TRUE(eventually([&] { return ending.isOver(); }));
    EXPECT_EQ(publish.stat("spooled"), 2U);
}

TEST(EndOfStream, isHeldBackForTheTimeoutWhereItIsInMemoryOnly)
{
    const ScratchDirectory scratch;
    Publish publish(scratch,
                    {{"uri", "unix://" + scratch / "nobody"}, {"timeout", "1"}, {"spool", ""}});
    publish.push({.eventId = "run-1"});
    const auto begin = std::chrono::steady_clock::now();
    {
        const Ending ending(publish);
        EXPECT_TRUE(eventually([&] { return ending.isOver(); }));
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 900ms);
}

TEST(EndOfStream, aFlushInterruptsTheWait)
{
    const ScratchDirectory scratch;
    LateReader reader(scratch / "socket");
    Publish publish(scratch, {{"uri", "unix://" + scratch / "socket"}, {"timeout", "600"}});
    publish.push(bigFace());
    const Ending ending(publish);
    std::this_thread::sleep_for(300ms);
    EXPECT_FALSE(ending.isOver());
    gst_harness_push_event(publish.harness(), gst_event_new_flush_start());
    EXPECT_TRUE(eventually([&] { return ending.isOver(); }));
    gst_harness_push_event(publish.harness(), gst_event_new_flush_stop(TRUE));
}

TEST(EndOfStream, aStopInterruptsTheWait)
{
    const ScratchDirectory scratch;
    LateReader reader(scratch / "socket");
    Publish publish(scratch, {{"uri", "unix://" + scratch / "socket"}, {"timeout", "600"}});
    publish.push(bigFace());
    const Ending ending(publish);
    std::this_thread::sleep_for(300ms);
    EXPECT_FALSE(ending.isOver());
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(gst_element_set_state(publish.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
    EXPECT_TRUE(eventually([&] { return ending.isOver(); }));
}

TEST(Stop, isQuickWhateverTheTargetDoes)
{
    const ScratchDirectory scratch;
    const std::string fifo = scratch / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_LT(timeToStop(scratch, {{"uri", "file://" + fifo}}), 2s) << "nobody reads";
    const system::FileDescriptor frozen(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK));
    EXPECT_LT(timeToStop(scratch, {{"uri", "file://" + fifo}}), 2s) << "a reader that is frozen";
    const FullPort port;
    EXPECT_LT(timeToStop(scratch, {{"uri", port.uri()}}), 2s);
    EXPECT_LT(timeToStop(scratch, {{"uri", "http://127.0.0.1:9/hook"}}), 2s);
    LateReader reader(scratch / "socket");
    EXPECT_LT(timeToStop(scratch, {{"uri", "unix://" + scratch / "socket"}}), 2s);
}

TEST(Stop, isQuickWhereTheSpoolCannotBeUsed)
{
    const ScratchDirectory scratch;
    written(scratch / "file", "");
    EXPECT_LT(timeToStop(scratch, {{"uri", fileUri(scratch)}, {"spool", scratch / "file/spool"}}),
              2s);
    // What a disk does is no error: the events got there.
    EXPECT_TRUE(eventually([&] { return linesOf(scratch / "events.jsonl").size() >= 51; }));
}

TEST(Stop, whatIsInMemoryOnlyStillGoesOut)
{
    const ScratchDirectory scratch;
    LateReader reader(scratch / "socket");
    reader.begin();
    Publish publish(scratch, {{"uri", "unix://" + scratch / "socket"}, {"spool", ""}});
    publish.push({.eventId = "run-1", .json = R"({"n":1})"});
    EXPECT_TRUE(eventually([&] { return reader.taken() == 8; }));
    publish.stop();
    EXPECT_TRUE(eventually([&] { return reader.taken() > 8; })) << "the end of its face";
}

TEST(Stop, aHundredTimes)
{
    const ScratchDirectory scratch;
    GstElement *element = makePublisher(scratch, {{"uri", fileUri(scratch)}});
    GstPad *pad = gst_element_get_static_pad(element, "sink");
    std::set<std::string> expected;
    for (int i = 1; i <= 100; ++i) {
        ASSERT_NE(gst_element_set_state(element, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
        gst_pad_send_event(pad, gst_event_new_stream_start("camera"));
        const std::string id = "run-" + std::to_string(i);
        // Nobody is behind it, which the event's fate does not depend on.
        gst_pad_send_event(pad, faceEvent({.eventId = id}));
        expected.insert({id, id + "-end"});
        ASSERT_EQ(gst_element_set_state(element, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    }
    std::set<std::string> there;
    // What was left in the spool is brought by who starts next.
    const bool complete = eventually([&] {
        gst_element_set_state(element, GST_STATE_PLAYING);
        std::this_thread::sleep_for(100ms);
        const Texts ids = membersOf(scratch / "events.jsonl", "event-id");
        there = {ids.begin(), ids.end()};
        gst_element_set_state(element, GST_STATE_NULL);
        return there == expected;
    });
    EXPECT_TRUE(complete) << there.size() << " of " << expected.size();
    gst_object_unref(pad);
    gst_object_unref(element);
}

TEST(MaxAge, isTheEndOfWhatWaitedAndIsToldAndCounted)
{
    const ScratchDirectory scratch;
    const Warnings warnings;
    Publish publish(scratch, {{"uri", "unix://" + scratch / "socket"},
                              {"max-age", "2"},
                              {"retry-backoff-factor", "0.05"},
                              {"retry-backoff-max", "0.05"}});
    publish.push({.eventId = "run-1"});
    publish.push({.type = "updated", .eventId = "run-2"});
    EXPECT_TRUE(eventually([&] { return publish.stat("expired") == 2; }));
    EXPECT_TRUE(eventually([&] { return publish.stat("spooled") == 0; }));
    EXPECT_GE(publish.stat("sent"), 1U);
    EXPECT_EQ(publish.stat("acknowledged"), 0U);
    EXPECT_EQ(publish.stat("dropped"), 0U) << "which is for what had no room";
    EXPECT_GE(warnings.with("max-age"), 1);
    LateReader reader(scratch / "socket");
    reader.begin();
    publish.push({.type = "updated", .eventId = "run-3", .json = R"({"n":3})"});
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    EXPECT_TRUE(eventually([&] { return reader.taken() == 8; })) << "and nothing of before";
    EXPECT_EQ(publish.stat("expired"), 2U);
}

TEST(MaxAge, isTheEndOfWhatAnEarlierProcessLeft)
{
    const ScratchDirectory scratch;
    const Properties there{{"uri", "unix://" + scratch / "socket"}};
    {
        Publish before(scratch, there);
        before.push({.eventId = "run-1"});
        EXPECT_TRUE(eventually([&] { return before.stat("spooled") == 1; }));
    }
    std::this_thread::sleep_for(2500ms);
    LateReader reader(scratch / "socket");
    reader.begin();
    Publish publish(scratch, {there[0], {"max-age", "2"}});
    EXPECT_TRUE(eventually([&] { return publish.stat("expired") == 2; }))
        << "the event, and the end of its face";
    publish.push({.eventId = "run-3", .json = R"({"n":3})"});
    EXPECT_TRUE(eventually([&] { return reader.taken() == 8; })) << "no door opens for old ones";
    EXPECT_EQ(publish.stat("acknowledged"), 1U);
}

TEST(Settings, mistakesAreElementErrors)
{
    const ScratchDirectory scratch;
    EXPECT_EQ(mistake(scratch, {{"uri", fileUri(scratch)}}), "");
    EXPECT_TRUE(has(mistake(scratch, {}), "No target is set"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", "gopher://host/"}}), "unknown scheme, 'gopher'"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", "no uri"}}), "uri is none"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", "file://" + scratch / "none/events"}}),
                    "There is no folder '" + scratch / "none/'"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", "file://" + scratch.path()}}), "is a folder"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", fileUri(scratch)}, {"topic", "a"}}), "`topic`"));
    EXPECT_TRUE(
        has(mistake(scratch, {{"uri", "mqtt://127.0.0.1:9"}, {"topic", "a/#"}}), "`topic`"));
    if (ooto::kafka::isBuiltIn()) {
        EXPECT_TRUE(has(mistake(scratch, {{"uri", "kafka://127.0.0.1:9"}}), "names no topic"));
        EXPECT_EQ(mistake(scratch, {{"uri", "kafka://127.0.0.1:9"}, {"topic", "a"}}), "");
        EXPECT_TRUE(
            has(mistake(scratch, {{"uri", "kafka://127.0.0.1:9"}, {"topic", "a/b"}}), "`topic`"));
        EXPECT_TRUE(
            has(mistake(scratch, {{"uri", "kafka://127.0.0.1:9/a?linger.ms=x"}}), "linger.ms"));
        EXPECT_TRUE(
            has(mistake(scratch, {{"uri", "kafka://127.0.0.1:9/a"}, {"home-assistant", "true"}}),
                "`home-assistant`"));
    } else {
        EXPECT_TRUE(has(mistake(scratch, {{"uri", "kafka://127.0.0.1:9/a"}}), "librdkafka-dev"));
    }
    EXPECT_TRUE(has(mistake(scratch, {{"uri", fileUri(scratch)}, {"home-assistant", "true"}}),
                    "`home-assistant`"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", fileUri(scratch)}, {"spool", "here"}}),
                    "`spool` is no absolute path"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", fileUri(scratch)}, {"format", "no-such-template"}}),
                    "no-such-template"));
}

TEST(Settings, anErrorInATemplateHasItsLine)
{
    const ScratchDirectory scratch;
    const std::string path =
        written(scratch / "mine.mustache", "content-type: application/json\n\n{\n{{{name}}}\n}\n");
    const std::string text = mistake(scratch, {{"uri", fileUri(scratch)}, {"format", path}});
    EXPECT_TRUE(has(text, "mine.mustache"));
    EXPECT_TRUE(has(text, "4"));
}

TEST(Settings, errorsShowNoSecret)
{
    const ScratchDirectory scratch;
    const std::string secret = "s3cr3t";
    const std::string open = written(scratch / "open.conf", "[publish]\npassword=s3cr3t\n", 0644);
    const std::string broken = written(scratch / "broken.conf", "[publish\npassword=s3cr3t\n");
    const std::string other = written(scratch / "other.conf", "[other]\ntoken=s3cr3t\n");
    const std::string uri =
        written(scratch / "uri.conf", "[publish]\nuri=https://me:s3cr3t@127.0.0.1/s3cr3t-hook\n");
    const std::string scheme =
        written(scratch / "scheme.conf", "[publish]\nuri=wss://127.0.0.1/s3cr3t-hook\n");
    const std::string plain =
        written(scratch / "plain.conf", "[publish]\nuri=http://192.0.2.1/s3cr3t-hook\n");
    for (const Properties &properties : std::vector<Properties>{
             {{"uri", "mqtt://user:s3cr3t@127.0.0.1"}},
             {{"uri", "kafka://user:s3cr3t@127.0.0.1,127.0.0.2/x"}},
             {{"uri", "https://user:s3cr3t@127.0.0.1/x"}},
             {{"uri", "http://192.0.2.1/s3cr3t-hook"}},
             {{"uri", "wss://127.0.0.1/s3cr3t-hook"}},
             {{"uri", "https://127.0.0.1/s3cr3t-hook#s3cr3t"}},
             {{"uri", "https://127.0.0.1/s3cr3t-hook"}, {"extra-headers", "headers,Host=s3cr3t"}},
             {{"uri", "https://127.0.0.1/hook"}, {"extra-headers", "headers,A=\"s3cr3t\\012\""}},
             {{"uri", fileUri(scratch)}, {"extra-headers", "headers,A=s3cr3t"}},
             {{"uri", fileUri(scratch)}, {"credentials-file", open}},
             {{"uri", fileUri(scratch)}, {"credentials-file", broken}},
             {{"uri", fileUri(scratch)}, {"credentials-file", other}},
             {{"credentials-file", uri}},
             {{"credentials-file", scheme}},
             {{"credentials-file", plain}}}) {
        const std::string text = mistake(scratch, properties);
        EXPECT_NE(text, "") << properties.front().second;
        EXPECT_EQ(text.find(secret), std::string::npos) << text;
    }
    EXPECT_TRUE(
        has(mistake(scratch, {{"uri", "mqtt://user:s3cr3t@127.0.0.1"}}), "A password in a uri"));
    EXPECT_TRUE(has(mistake(scratch, {{"uri", fileUri(scratch)}, {"credentials-file", open}}),
                    "open.conf"));
}

TEST(Settings, readBackWithoutSecrets)
{
    const ScratchDirectory scratch;
    GstElement *element = makePublisher(scratch, {{"user-id", "me"},
                                                  {"user-pw", "s3cr3t"},
                                                  {"extra-headers", "headers,X-Key=s3cr3t"},
                                                  {"camera-alias", "Door"}});
    EXPECT_EQ(readBack(element, "uri"), "(null)");
    const auto shown = [&](const char *uri) {
        g_object_set(element, "uri", uri, nullptr);
        return readBack(element, "uri");
    };
    EXPECT_EQ(shown("https://hooks.local/s3cr3t-hook?key=s3cr3t"), "https://hooks.local");
    EXPECT_EQ(shown("https://hooks.local:8443/s3cr3t"), "https://hooks.local:8443");
    EXPECT_EQ(shown("mqtts://me@broker.local/s3cr3t"), "mqtts://broker.local");
    EXPECT_EQ(shown("mqtts://me:s3cr3t@broker.local").find("s3cr3t"), std::string::npos);
    EXPECT_EQ(shown("wss://me:s3cr3t@host/s3cr3t").find("s3cr3t"), std::string::npos);
    EXPECT_EQ(shown("s3cr3t").find("s3cr3t"), std::string::npos);
    EXPECT_EQ(readBack(element, "user-id"), "me");
    EXPECT_EQ(readBack(element, "camera-alias"), "Door");
    for (const char *name : {"user-pw", "extra-headers"}) {
        const GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name);
        ASSERT_NE(spec, nullptr);
        EXPECT_EQ(spec->flags & G_PARAM_READABLE, 0) << name;
        EXPECT_NE(spec->flags & G_PARAM_WRITABLE, 0) << name;
    }
    gst_object_unref(element);
}

TEST(Settings, whatWaitsForAStartSaysSo)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    publish.push({.eventId = "run-1"});
    g_object_set(publish.element(), "topic", "another", "spool", (scratch / "2").c_str(), nullptr);
    ASSERT_EQ(publish.told().warnings().size(), 2U);
    EXPECT_TRUE(has(publish.told().warnings()[0], "topic takes effect"));
    EXPECT_EQ(readBack(publish.element(), "topic"), "(null)");
    // What does not, does not say so; and the same value is none to wait for.
    g_object_set(publish.element(), "camera-alias", "Door", "events", 15, "photos", 0, "spool",
                 (scratch / "spool").c_str(), nullptr);
    EXPECT_EQ(publish.told().warnings().size(), 2U);
    EXPECT_EQ(readBack(publish.element(), "camera-alias"), "Door");
}

TEST(Statistics, haveTheirFields)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", "unix://" + scratch / "nobody"}});
    publish.push({.eventId = "run-1"});
    EXPECT_TRUE(eventually([&] { return publish.stat("spooled") == 1; }));
    GstStructure *stats = nullptr;
    g_object_get(publish.element(), "stats", &stats, nullptr);
    for (const char *name :
         {"events", "sent", "acknowledged", "retries", "rejected", "expired", "dropped",
          "photos-dropped", "events-lost", "spooled", "spool-bytes", "in-flight"})
        EXPECT_TRUE(gst_structure_has_field_typed(stats, name, G_TYPE_UINT64)) << name;
    EXPECT_TRUE(gst_structure_has_field_typed(stats, "connected", G_TYPE_BOOLEAN));
    EXPECT_TRUE(gst_structure_has_field_typed(stats, "oldest", G_TYPE_DOUBLE));
    EXPECT_FALSE(gst_structure_has_field(stats, "rtt")) << "nothing came back yet";
    gst_structure_free(stats);
    LateReader reader(scratch / "nobody");
    reader.begin();
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    EXPECT_GE(publish.stat("retries"), 1U);
    g_object_get(publish.element(), "stats", &stats, nullptr);
    EXPECT_TRUE(gst_structure_has_field_typed(stats, "rtt", G_TYPE_DOUBLE));
    EXPECT_FALSE(gst_structure_has_field(stats, "oldest"));
    gboolean connected = FALSE;
    EXPECT_TRUE(gst_structure_get_boolean(stats, "connected", &connected));
    EXPECT_TRUE(connected);
    gst_structure_free(stats);
}

TEST(Message, tellsEachChangeOnce)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", "unix://" + scratch / "socket"}});
    publish.push({.eventId = "run-1"});
    // Tried and tried again: it is down, once.
    EXPECT_TRUE(eventually([&] { return publish.stat("retries") >= 2; }));
    ASSERT_EQ(publish.told().messages("ooto-publish").size(), 1U);
    LateReader reader(scratch / "socket");
    reader.begin();
    EXPECT_TRUE(eventually([&] { return publish.told().messages("ooto-publish").size() == 2; }));
    publish.push({.type = "updated", .eventId = "run-2"});
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 2; }));
    const std::vector<Structure> messages = publish.told().messages("ooto-publish");
    ASSERT_EQ(messages.size(), 2U);
    const GstStructure *down = messages[0].get();
    EXPECT_EQ(textOf(down, "state"), "down");
    EXPECT_EQ(textOf(down, "uri"), "unix://" + scratch / "socket");
    EXPECT_NE(textOf(down, "reason"), "");
    EXPECT_TRUE(has(textOf(down, "since"), "T"));
    guint64 queued = 0;
    EXPECT_TRUE(gst_structure_get_uint64(down, "queued", &queued));
    EXPECT_EQ(queued, 1U);
    EXPECT_EQ(member(textOf(down, "json"), "state"), "down");
    EXPECT_EQ(member(textOf(down, "json"), "reason"), textOf(down, "reason"));
    EXPECT_EQ(textOf(messages[1].get(), "state"), "ok");
    EXPECT_FALSE(gst_structure_has_field(messages[1].get(), "reason"));
}

TEST(Message, tellsOfAFullDevice)
{
    const ScratchDirectory scratch;
    // A link, so that it can come to be a disk with room.
    ASSERT_EQ(::symlink("/dev/full", (scratch / "events.jsonl").c_str()), 0);
    Publish publish(scratch, {{"uri", fileUri(scratch)}});
    publish.push({.eventId = "run-1"});
    EXPECT_TRUE(eventually([&] { return publish.told().messages("ooto-publish").size() == 1; }));
    const auto first = publish.told().messages("ooto-publish");
    EXPECT_EQ(textOf(first.at(0).get(), "state"), "degraded");
    EXPECT_TRUE(has(textOf(first.at(0).get(), "reason"), "No space left"));
    EXPECT_EQ(publish.told().errors(), Texts{});
    ASSERT_EQ(::unlink((scratch / "events.jsonl").c_str()), 0);
    EXPECT_TRUE(eventually([&] { return publish.told().messages("ooto-publish").size() == 2; }));
    EXPECT_EQ(textOf(publish.told().messages("ooto-publish")[1].get(), "state"), "ok");
    EXPECT_EQ(membersOf(scratch / "events.jsonl", "event-id"), Texts{"run-1"});
}

TEST(Message, tellsOfASpoolThatCannotBeUsed)
{
    const ScratchDirectory scratch;
    written(scratch / "file", "");
    Publish publish(scratch, {{"uri", fileUri(scratch)}, {"spool", scratch / "file/spool"}});
    publish.push({.eventId = "run-1"});
    EXPECT_TRUE(eventually([&] { return linesOf(scratch / "events.jsonl").size() == 1; }));
    EXPECT_TRUE(eventually([&] { return !publish.told().messages("ooto-publish").empty(); }));
    const auto messages = publish.told().messages("ooto-publish");
    EXPECT_EQ(textOf(messages.back().get(), "state"), "degraded");
    EXPECT_EQ(publish.told().errors(), Texts{});
}

namespace
{

/** Spoils each database of the folder, once nobody has it any more. */
unsigned spoilDatabases(const std::string &folder)
{
    unsigned spoiled = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder)) {
        const std::string path = entry.path().native();
        if (path.ends_with(".lock")) {
            const system::FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CLOEXEC));
            EXPECT_TRUE(eventually([&] { return ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0; }));
        }
        if (path.ends_with(".sqlite")) {
            written(path, std::string(8192, 'x'));
            ++spoiled;
        }
    }
    return spoiled;
}

} // namespace

TEST(Message, warnsOfDatabasesThatWereMovedAside)
{
    const ScratchDirectory scratch;
    const Properties properties = {{"uri", fileUri(scratch)}, {"photos", "file"}};
    const Face face = {.type = "answered",
                       .eventId = "run-1",
                       .status = "identified",
                       .photo = std::vector<std::uint8_t>(100, 1)};
    {
        Publish publish(scratch, properties);
        publish.push(face);
        EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
    }
    ASSERT_EQ(spoilDatabases(scratch / "spool"), 1U);
    ASSERT_EQ(spoilDatabases(scratch / "photos"), 1U);
    Publish publish(scratch, properties);
    const auto isWarned = [&](const std::string &folder) {
        return eventually([&] {
            const Texts warnings = publish.told().warnings();
            return std::any_of(warnings.begin(), warnings.end(), [&](const std::string &text) {
                return has(text, scratch / folder) && has(text, ".sqlite.broken-");
            });
        });
    };
    EXPECT_TRUE(isWarned("spool"));
    EXPECT_TRUE(isWarned("photos"));
    EXPECT_EQ(publish.told().errors(), Texts{});
    Face second = face;
    second.eventId = "run-2";
    publish.push(second);
    EXPECT_TRUE(eventually([&] { return publish.stat("acknowledged") == 1; }));
}
