// SPDX-License-Identifier: LGPL-2.1-or-later
// What an application does in a log function of its own: nothing of ours may be locked meanwhile.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <future>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

/** Reads the element's `stats` and `camera` for each line that anybody logs at level LOG. */
class ReadsWhileLogging
{
public:
    explicit ReadsWhileLogging(GstElement *element) : element_(element)
    {
        gst_debug_remove_log_function(gst_debug_log_default);
        gst_debug_add_log_function(&ReadsWhileLogging::onLog, this, nullptr);
        gst_debug_set_default_threshold(GST_LEVEL_LOG);
        gst_debug_set_active(TRUE);
    }
    ~ReadsWhileLogging()
    {
        gst_debug_set_default_threshold(GST_LEVEL_ERROR);
        gst_debug_remove_log_function(&ReadsWhileLogging::onLog);
        gst_debug_add_log_function(gst_debug_log_default, nullptr, nullptr);
    }
    ReadsWhileLogging(const ReadsWhileLogging &) = delete;
    ReadsWhileLogging &operator=(const ReadsWhileLogging &) = delete;

    /** Lines of the element's own category that tell of a track. */
    int linesAboutTracks() const { return linesAboutTracks_; }

private:
    static void onLog(GstDebugCategory *category, GstDebugLevel, const gchar *, const gchar *, gint,
                      GObject *, GstDebugMessage *message, gpointer data)
    {
        static thread_local bool reading = false;
        if (reading)
            return;
        reading = true;
        auto *self = static_cast<ReadsWhileLogging *>(data);
        GstStructure *stats = nullptr;
        gchar *camera = nullptr;
        g_object_get(self->element_, "stats", &stats, "camera", &camera, nullptr);
        gst_structure_free(stats);
        g_free(camera);
        const std::string line = gst_debug_message_get(message);
        if (std::string(gst_debug_category_get_name(category)) == "ootoidentify" &&
            line.find("of visit") != std::string::npos)
            ++self->linesAboutTracks_;
        reading = false;
    }

    GstElement *const element_;
    std::atomic<int> linesAboutTracks_{0};
};

/** Does it on a thread of its own; a dead-lock ends the program, as nothing else can be done. */
void mustNotHang(const std::function<void()> &deed)
{
    std::promise<void> done;
    std::thread thread([&] {
        deed();
        done.set_value();
    });
    if (done.get_future().wait_for(100s) != std::future_status::ready) {
        std::fputs("FAILED: a log function that reads `stats` dead-locks\n", stderr);
        std::_Exit(EXIT_FAILURE);
    }
    thread.join();
}

} // namespace

TEST(IdentifyLogging, aLogFunctionMayReadThePropertiesWhileStreaming)
{
    Service service(true);
    const std::string folder = makeFolder();
    const std::string labels = folder + "/labels";
    std::ofstream(labels) << "[labels]\nGrace Hopper=Grace\n";
    auto identify = std::make_unique<Identify>(
        service.properties() + " detector=cascade relink-time=0 labels-file=" + labels);
    GstBuffer *scene = makeScene(identify->info(), {{photos::hopperFile, 100, 40, 400}});
    {
        const ReadsWhileLogging log(identify->element());
        mustNotHang([&] {
            EXPECT_TRUE(identify->pushUntil(
                scene, [](GstBuffer *buffer) { return hasStatus(buffer, "identified"); }, 30s));
            std::ofstream(labels) << "[labels]\nGrace Hopper=Amazing Grace\n";
            EXPECT_TRUE(identify->pushUntil(
                scene,
                [&](GstBuffer *) {
                    const auto told = identify->messages("ooto-face");
                    return stringField(told.back().get(), "type") == "updated";
                },
                30s));
            g_object_set(identify->element(), "active", FALSE, nullptr);
            gst_harness_push_event(identify->harness(), gst_event_new_eos());
            gst_element_set_state(identify->element(), GST_STATE_READY);
        });
        EXPECT_GE(log.linesAboutTracks(), 4) << "new, answered, updated, end";
    }
    gst_buffer_unref(scene);
    identify.reset();
    removeFolder(folder);
}

TEST(IdentifyLogging, tracksAreLoggedAlsoWhereNoMessagesAreWanted)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade post-messages=false");
    GstBuffer *scene = makeScene(identify.info(), {{photos::hopperFile, 100, 40, 400}});
    {
        const ReadsWhileLogging log(identify.element());
        mustNotHang([&] {
            EXPECT_TRUE(identify.pushUntil(
                scene, [](GstBuffer *buffer) { return hasStatus(buffer, "identified"); }, 30s));
        });
        EXPECT_GE(log.linesAboutTracks(), 1);
    }
    EXPECT_TRUE(identify.messages("ooto-face").empty());
    gst_buffer_unref(scene);
}
