// SPDX-License-Identifier: LGPL-2.1-or-later
// Wrong configuration is an error that says what to set; properties are what they say they are; and
// the key shows nowhere.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

const std::string closed = "endpoint=http://127.0.0.1:9/api/v1.0/identify ";

/** What a pipeline with these properties says when it is to be paused; empty: it works. */
std::string errorOf(const std::string &properties)
{
    GError *parseError = nullptr;
    GstElement *pipeline = gst_parse_launch(
        ("videotestsrc num-buffers=1 ! ootoidentify " + properties + " ! fakesink").c_str(),
        &parseError);
    EXPECT_EQ(parseError, nullptr) << (parseError ? parseError->message : "");
    std::string text;
    if (gst_element_set_state(pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE) {
        GstBus *bus = gst_element_get_bus(pipeline);
        GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
        GError *error = nullptr;
        if (message) {
            gst_message_parse_error(message, &error, nullptr);
            EXPECT_TRUE(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
            text = error->message;
            g_error_free(error);
            gst_message_unref(message);
        } else {
            text = "failed without a word";
        }
        gst_object_unref(bus);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return text;
}

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

class Configuration : public testing::Test
{
protected:
    void SetUp() override
    {
        for (const char *name : {"OOTO_APP_ID", "OOTO_APP_KEY", "OOTO_FACE_MODEL"})
            g_unsetenv(name);
    }
    void TearDown() override { removeFolder(folder); }

    std::string folder = makeFolder();
    std::string credentials = "credentials-file=" + writeCredentials(folder, "id", "key") + " ";
};

/** Everything that GStreamer and GLib say at the highest level, in one text. */
class EverythingSaid
{
public:
    EverythingSaid()
    {
        gst_debug_set_active(TRUE);
        gst_debug_set_default_threshold(GST_LEVEL_MEMDUMP);
        gst_debug_remove_log_function(gst_debug_log_default);
        gst_debug_add_log_function(&EverythingSaid::onLog, this, nullptr);
    }
    ~EverythingSaid()
    {
        gst_debug_remove_log_function(&EverythingSaid::onLog);
        gst_debug_add_log_function(gst_debug_log_default, nullptr, nullptr);
        gst_debug_set_default_threshold(GST_LEVEL_ERROR);
    }
    std::string text()
    {
        const std::lock_guard lock(mutex_);
        return text_.str();
    }

private:
    static void onLog(GstDebugCategory *, GstDebugLevel, const gchar *, const gchar *, gint,
                      GObject *, GstDebugMessage *message, gpointer self)
    {
        auto *said = static_cast<EverythingSaid *>(self);
        const gchar *line = gst_debug_message_get(message);
        const std::lock_guard lock(said->mutex_);
        said->text_ << (line ? line : "") << '\n';
    }
    std::mutex mutex_;
    std::ostringstream text_;
};

std::string readAll(const std::string &folder)
{
    std::ostringstream all;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        all << std::ifstream(entry.path()).rdbuf();
    return all.str();
}

/** Plays a face with a key that came in some way, and looks for it in all that is said. */
void expectKeyNowhere(const std::string &properties, bool bySet)
{
    Service service(true);
    const std::string dots = makeFolder();
    EverythingSaid said;
    GstElement *pipeline = gst_parse_launch(
        ("filesrc location=" + photos::hopperFile +
         " ! jpegdec ! videoconvert ! imagefreeze num-buffers=1000 ! video/x-raw,framerate=20/1 ! "
         "ootoidentify name=i detector=cascade message-photos=true " +
         (properties.empty() ? service.properties() : properties) + " ! fakesink sync=true")
            .c_str(),
        nullptr);
    GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), "i");
    g_object_set(element, "endpoint", service->endpoint().c_str(), nullptr);
    if (bySet)
        g_object_set(element, "app-id", "tester", "app-key", Service::key, nullptr);

    std::string messages;
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstBus *bus = gst_element_get_bus(pipeline);
    bool going = true;
    bool matched = false;
    while (going) {
        GstMessage *message = gst_bus_timed_pop(bus, 20 * GST_SECOND);
        if (!message)
            break;
        going = GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS &&
                GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR;
        if (const GstStructure *structure = gst_message_get_structure(message)) {
            gchar *text = gst_structure_to_string(structure);
            messages += text;
            matched = matched || has(text, "identified");
            going = going && !matched;
            g_free(text);
        }
        gst_message_unref(message);
    }
    gchar *dot = gst_debug_bin_to_dot_data(GST_BIN(pipeline), GST_DEBUG_GRAPH_SHOW_VERBOSE);
    std::ofstream(dots + "/pipeline.dot") << dot;
    g_free(dot);
    gst_element_set_state(pipeline, GST_STATE_NULL);

    EXPECT_TRUE(matched) << "the key was not even used";
    EXPECT_FALSE(has(messages, Service::key));
    EXPECT_FALSE(has(said.text(), Service::key));
    EXPECT_TRUE(has(said.text(), "ootoidentify")) << "nothing was logged";
    EXPECT_FALSE(has(readAll(dots), Service::key));
    gst_object_unref(bus);
    gst_object_unref(element);
    gst_object_unref(pipeline);
    removeFolder(dots);
}

} // namespace

TEST_F(Configuration, aServerThatIsBelievedUncheckedIsToldOnce)
{
    for (const bool strict : {true, false}) {
        Identify identify(std::string("endpoint=https://127.0.0.1:9/x dry-run=true detector=none "
                                      "ssl-strict=") +
                          (strict ? "true" : "false"));
        GstBuffer *frame = makeScene(identify.info(), {});
        for (int i = 0; i < 10; ++i)
            gst_buffer_unref(identify.push(gst_buffer_copy(frame)));
        gst_buffer_unref(frame);
        const auto complaints = identify.complaints();
        ASSERT_EQ(complaints.size(), strict ? 0U : 1U);
        EXPECT_TRUE(strict || has(complaints[0], "ssl-strict=false")) << complaints[0];
    }
}

TEST_F(Configuration, missingCredentialsSayWhatToSet)
{
    const std::string text = errorOf(closed);
    for (const char *name : {"app-id", "credentials-file", "OOTO_APP_ID"})
        EXPECT_TRUE(has(text, name)) << text;
    EXPECT_TRUE(has(errorOf(closed + "app-id=x"), "app-key"));
}

TEST_F(Configuration, credentialsMayComeFromAFileOrTheEnvironment)
{
    EXPECT_EQ(errorOf(closed + credentials), "");
    g_setenv("OOTO_APP_ID", "id", TRUE);
    g_setenv("OOTO_APP_KEY", "key", TRUE);
    EXPECT_EQ(errorOf(closed), "");
}

TEST_F(Configuration, aFileThatEveryoneCanReadIsRefused)
{
    std::filesystem::permissions(folder + "/credentials.conf",
                                 std::filesystem::perms::owner_read |
                                     std::filesystem::perms::others_read);
    EXPECT_TRUE(has(errorOf(closed + credentials), "chmod o-rwx"));
}

TEST_F(Configuration, dryRunNeedsNoCredentials)
{
    EXPECT_EQ(errorOf(closed + "dry-run=true"), "");
}

TEST_F(Configuration, badEndpointsSayWhatToSet)
{
    for (const char *endpoint : {"nonsense", "ftp://host/x", "https://", "http:///identify"})
        EXPECT_TRUE(has(errorOf(credentials + "endpoint=" + endpoint), "endpoint")) << endpoint;
    const std::string plain = "endpoint=http://192.0.2.1/identify ";
    EXPECT_TRUE(has(errorOf(credentials + plain), "allow-http"));
    EXPECT_EQ(errorOf(credentials + plain + "allow-http=true"), "");
    EXPECT_EQ(errorOf(credentials + "endpoint=http://localhost:9/identify"), "");
    EXPECT_EQ(errorOf(credentials + "endpoint=http://[::1]:9/identify"), "");
}

TEST_F(Configuration, badModelsSayWhatToSet)
{
    EXPECT_TRUE(has(errorOf(closed + credentials + "model=/nowhere.onnx"), "/nowhere.onnx"));
    const std::string noModel = folder + "/text.onnx";
    std::ofstream(noModel) << "this is no model";
    EXPECT_TRUE(has(errorOf(closed + credentials + "detector=yunet model=" + noModel), "model"));
    g_setenv("OOTO_FACE_MODEL", "/nowhere-either.onnx", TRUE);
    EXPECT_TRUE(has(errorOf(closed + credentials + "detector=yunet"), "/nowhere-either.onnx"));
}

TEST_F(Configuration, anUnreadableCaFileSaysWhatToSet)
{
    EXPECT_TRUE(has(errorOf(closed + credentials + "ssl-ca-file=/nowhere.pem"), "ssl-ca-file"));
}

TEST_F(Configuration, anElementThatFailedToStartStartsOnceItIsSetRight)
{
    GstElement *element = gst_element_factory_make("ootoidentify", nullptr);
    gst_object_ref_sink(element);
    g_object_set(element, "endpoint", "nonsense", "dry-run", TRUE, "detector", 4, nullptr);
    EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    gst_element_set_state(element, GST_STATE_NULL);
    g_object_set(element, "endpoint", "http://127.0.0.1:9/identify", nullptr);
    EXPECT_NE(gst_element_set_state(element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
}

TEST_F(Configuration, theCascadeAsAFallbackIsAnnouncedOnTheBusAndOnBuffers)
{
    // No model anywhere.
    g_setenv("XDG_DATA_HOME", folder.c_str(), TRUE);
    g_setenv("XDG_DATA_DIRS", folder.c_str(), TRUE);
    Service service;
    Identify identify(service.properties());
    GstBuffer *out = identify.push(makeScene(identify.info(), {}));
    ASSERT_NE(out, nullptr);
    const GstStructure *meta =
        gst_custom_meta_get_structure(gst_buffer_get_custom_meta(out, "OotoFaces"));
    for (const std::string &text : {stringField(meta, "notice"), identify.complaints().at(0)}) {
        EXPECT_TRUE(has(text, "cascade")) << text;
        EXPECT_TRUE(has(text, "OOTO_FACE_MODEL")) << text;
    }
    gst_buffer_unref(out);
}

TEST_F(Configuration, everyPropertyReadsBackWhatWasSet)
{
    GstElement *element = gst_element_factory_make("ootoidentify", nullptr);
    gst_object_ref_sink(element);
    guint count = 0;
    GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
    int tried = 0;
    for (guint i = 0; i < count; ++i) {
        const GParamSpec *spec = specs[i];
        if (spec->owner_type != G_OBJECT_TYPE(element))
            continue;
        ++tried;
        EXPECT_GT(std::string(g_param_spec_get_blurb(specs[i])).size(), 10U) << spec->name;
        if (!(spec->flags & G_PARAM_READABLE) || !(spec->flags & G_PARAM_WRITABLE))
            continue;
        const bool mutableAtAll =
            spec->flags & (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PLAYING);
        EXPECT_TRUE(mutableAtAll) << spec->name;
        const char *text = nullptr;
        if (spec->value_type == G_TYPE_STRING)
            text = "some text";
        else if (spec->value_type == G_TYPE_BOOLEAN)
            text = "true";
        else if (spec->value_type == GST_TYPE_FRACTION)
            text = "7/2";
        else if (spec->value_type == G_TYPE_UINT || spec->value_type == G_TYPE_INT ||
                 spec->value_type == G_TYPE_UINT64)
            text = "33";
        else if (spec->value_type == G_TYPE_DOUBLE)
            text = "0.5";
        else if (G_TYPE_IS_ENUM(spec->value_type))
            text =
                g_enum_get_value(G_ENUM_CLASS(g_type_class_peek(spec->value_type)), 1)->value_nick;
        else
            text = "quality+landmarks";
        gst_util_set_object_arg(G_OBJECT(element), spec->name, text);
        GValue got = G_VALUE_INIT;
        GValue expected = G_VALUE_INIT;
        g_value_init(&expected, spec->value_type);
        ASSERT_TRUE(gst_value_deserialize(&expected, text)) << spec->name;
        g_object_get_property(G_OBJECT(element), spec->name, &got);
        EXPECT_EQ(gst_value_compare(&got, &expected), GST_VALUE_EQUAL) << spec->name;
        g_value_unset(&got);
        g_value_unset(&expected);
    }
    EXPECT_GT(tried, 25);
    g_free(specs);
    gst_object_unref(element);
}

TEST_F(Configuration, whatTakesEffectAtTheNextStartSaysSoAndReadsBackWhatIsInEffect)
{
    Identify identify("endpoint=http://127.0.0.1:9/x dry-run=true detector=none roi-type=one");
    const auto read = [&] {
        gchar *text = nullptr;
        g_object_get(identify.element(), "roi-type", &text, nullptr);
        const std::string value = text;
        g_free(text);
        return value;
    };
    EXPECT_TRUE(identify.complaints().empty()) << "it was set before";
    g_object_set(identify.element(), "roi-type", "two", nullptr);
    EXPECT_EQ(read(), "one");
    ASSERT_EQ(identify.complaints().size(), 1U);
    EXPECT_TRUE(has(identify.complaints()[0], "roi-type")) << identify.complaints()[0];
    g_object_set(identify.element(), "roi-type", "three", nullptr);
    EXPECT_EQ(identify.complaints().size(), 2U) << "once each time";
    g_object_set(identify.element(), "roi-type", "one", nullptr);
    EXPECT_EQ(identify.complaints().size(), 2U) << "as it is: nothing waits";
    g_object_set(identify.element(), "proxy-pw", "secret", nullptr);
    ASSERT_EQ(identify.complaints().size(), 3U);
    EXPECT_FALSE(has(identify.complaints()[2], "secret"));

    g_object_set(identify.element(), "roi-type", "four", nullptr);
    gst_element_set_state(identify.element(), GST_STATE_READY);
    EXPECT_EQ(read(), "four") << "of the next start";
    g_object_set(identify.element(), "roi-type", "five", nullptr);
    gst_element_set_state(identify.element(), GST_STATE_PLAYING);
    EXPECT_EQ(read(), "five");
    EXPECT_EQ(identify.complaints().size(), 4U) << "set while nothing runs";
}

TEST_F(Configuration, whatMayChangeWhilePlayingIsNoComplaint)
{
    Identify identify("endpoint=http://127.0.0.1:9/x dry-run=true detector=none");
    g_object_set(identify.element(), "similarity-threshold", 0.5, "camera", "door", "timeout", 3,
                 "credentials-file", "/none", nullptr);
    double threshold = 0;
    g_object_get(identify.element(), "similarity-threshold", &threshold, nullptr);
    EXPECT_DOUBLE_EQ(threshold, 0.5);
    EXPECT_TRUE(identify.complaints().empty());
}

TEST_F(Configuration, aStartThatFailedHoldsNoPropertyFast)
{
    GstElement *element = gst_element_factory_make("ootoidentify", nullptr);
    gst_object_ref_sink(element);
    g_object_set(element, "endpoint", "nonsense", "dry-run", TRUE, "detector", 4, nullptr);
    EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    g_object_set(element, "endpoint", "http://127.0.0.1:9/x", nullptr);
    gchar *text = nullptr;
    g_object_get(element, "endpoint", &text, nullptr);
    EXPECT_STREQ(text, "http://127.0.0.1:9/x");
    g_free(text);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
}

TEST_F(Configuration, theKeyCannotBeReadBack)
{
    GstElement *element = gst_element_factory_make("ootoidentify", nullptr);
    gst_object_ref_sink(element);
    const GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), "app-key");
    ASSERT_NE(spec, nullptr);
    EXPECT_FALSE(spec->flags & G_PARAM_READABLE);
    gst_object_unref(element);
}

TEST_F(Configuration, theKeyShowsNowhereWhenItComesFromAFile)
{
    expectKeyNowhere("", false);
}

TEST_F(Configuration, theKeyShowsNowhereWhenItComesFromTheEnvironment)
{
    g_setenv("OOTO_APP_ID", "tester", TRUE);
    g_setenv("OOTO_APP_KEY", Service::key, TRUE);
    expectKeyNowhere("timeout=5", false);
}

TEST_F(Configuration, theProxysPasswordShowsNowhere)
{
    constexpr const char *password = "pr0xy-w0rd-that-must-not-show";
    gchar *encoded =
        g_base64_encode(reinterpret_cast<const guchar *>((std::string("me:") + password).c_str()),
                        3 + std::strlen(password));
    // Any web server will do for a proxy: it is asked for another host's page, and says no.
    Service proxy;
    const std::string url = proxy->endpoint().substr(0, proxy->endpoint().find("/api"));
    EverythingSaid said;
    GstElement *pipeline = gst_parse_launch(
        ("filesrc location=" + photos::hopperFile +
         " ! jpegdec ! videoconvert ! imagefreeze num-buffers=1000 ! video/x-raw,framerate=20/1 ! "
         "ootoidentify name=i detector=none allow-http=true endpoint=http://example.invalid/x "
         "proxy-id=me proxy=" +
         url + " " + credentials + " ! fakesink sync=true")
            .c_str(),
        nullptr);
    GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), "i");
    g_object_set(element, "proxy-pw", password, nullptr);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstBus *bus = gst_element_get_bus(pipeline);
    std::string messages;
    bool told = false;
    while (!told) {
        GstMessage *message = gst_bus_timed_pop(bus, 20 * GST_SECOND);
        if (!message)
            break;
        if (const GstStructure *structure = gst_message_get_structure(message)) {
            gchar *text = gst_structure_to_string(structure);
            messages += text;
            told = gst_structure_has_name(structure, "ooto-service");
            g_free(text);
        }
        gst_message_unref(message);
    }
    gchar *dot = gst_debug_bin_to_dot_data(GST_BIN(pipeline), GST_DEBUG_GRAPH_SHOW_VERBOSE);
    gst_element_set_state(pipeline, GST_STATE_NULL);

    EXPECT_TRUE(told) << "the proxy was not even asked";
    for (const char *secret : {password, static_cast<const char *>(encoded)}) {
        EXPECT_FALSE(has(messages, secret));
        EXPECT_FALSE(has(said.text(), secret));
        EXPECT_FALSE(has(dot, secret));
    }
    g_free(dot);
    g_free(encoded);
    gst_object_unref(bus);
    gst_object_unref(element);
    gst_object_unref(pipeline);
}

TEST_F(Configuration, theKeyShowsNowhereWhenItIsSetByAnApplication)
{
    expectKeyNowhere("timeout=5", true);
}

TEST_F(Configuration, textThatEndsInMetadataOrAHeaderIsValidUtf8)
{
    GstElement *element = gst_element_factory_make("ootoidentify", nullptr);
    gst_object_ref_sink(element);
    g_object_set(element, "camera", "T\xfcr 1", "roi-type", "fr\xe4s", "user-agent",
                 "T\xfcr/1\r\nX-Evil: 1\x7f", nullptr);
    const auto text = [element](const char *property) {
        gchar *got = nullptr;
        g_object_get(element, property, &got, nullptr);
        const std::string copy = got;
        g_free(got);
        return copy;
    };
    EXPECT_EQ(text("camera"), "T\uFFFDr 1");
    EXPECT_EQ(text("roi-type"), "fr\uFFFDs");
    EXPECT_EQ(text("user-agent"), "T\uFFFDr/1  X-Evil: 1");
    g_object_set(element, "camera", "Tür\t1", "user-agent", "Küche/1", nullptr);
    EXPECT_EQ(text("camera"), "Tür\t1") << "what is valid stays as it is";
    EXPECT_EQ(text("user-agent"), "Küche/1");
    gst_object_unref(element);
}

TEST_F(Configuration, anErrorThatNamesAFileIsValidUtf8)
{
    for (const char *property : {"model", "ssl-ca-file", "credentials-file"}) {
        GstElement *element =
            gst_parse_launch(("ootoidentify detector=yunet " + closed).c_str(), nullptr);
        gst_object_ref_sink(element);
        GstBus *bus = gst_bus_new();
        gst_element_set_bus(element, bus);
        g_object_set(element, "credentials-file", (folder + "/credentials.conf").c_str(), nullptr);
        g_object_set(element, property, "/nowhere/T\xfcr", nullptr);
        EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
        GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
        ASSERT_NE(message, nullptr) << property;
        GError *error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        EXPECT_TRUE(g_utf8_validate(error->message, -1, nullptr)) << property;
        g_error_free(error);
        gst_message_unref(message);
        gst_element_set_state(element, GST_STATE_NULL);
        gst_element_set_bus(element, nullptr);
        gst_object_unref(bus);
        gst_object_unref(element);
    }
}

TEST_F(Configuration, aFileThatIsNoRegularOneIsToldAtTheStart)
{
    const std::string fifo = folder + "/fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_TRUE(has(errorOf(closed + "credentials-file=" + fifo), "is a FIFO"));
    EXPECT_TRUE(has(errorOf(closed + credentials + "ssl-ca-file=" + fifo), "is a FIFO"));
    EXPECT_TRUE(has(errorOf(closed + credentials + "ssl-ca-file=/dev/zero"), "is a device"));
    EXPECT_TRUE(
        has(errorOf(closed + credentials + "detector=yunet model=" + fifo), "regular file"));
    EXPECT_TRUE(
        has(errorOf(closed + credentials + "detector=yunet model=/dev/zero"), "regular file"));
}
