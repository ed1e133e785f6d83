// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/vision/detector_loader.cpp in the plugin: when the detectors are loaded, and what
// that means for the end of the process.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace
{

/** The libraries that registered something for the end of the process since `watching`, in turn. */
std::atomic<bool> watching{false};
std::mutex registeredMutex;
std::vector<std::string> registered;

void note(const void *caller)
{
    Dl_info where{};
    if (!watching || !dladdr(caller, &where) || !where.dli_fname)
        return;
    const std::lock_guard lock(registeredMutex);
    registered.push_back(std::filesystem::path(where.dli_fname).filename());
}

} // namespace

/** In front of the C library's, for the libraries too: std::atexit() calls it as well. */
extern "C" int __cxa_atexit(void (*function)(void *), void *argument, void *library)
{
    using Register = int (*)(void (*)(void *), void *, void *);
    static const auto next = reinterpret_cast<Register>(dlsym(RTLD_NEXT, "__cxa_atexit"));
    note(__builtin_return_address(0));
    return next(function, argument, library);
}

namespace
{

bool isLoaded(const std::string &library)
{
    std::ifstream file("/proc/self/maps");
    const std::string maps(std::istreambuf_iterator<char>(file), {});
    return maps.find(library) != std::string::npos;
}

struct Unref {
    void operator()(void *object) const { gst_object_unref(object); }
};

/** Plays three frames; @return what the element said was wrong, empty when nothing */
std::string play(const std::string &detector)
{
    const std::string line = "videotestsrc num-buffers=3 ! ootoidentify dry-run=true app-id=a "
                             "app-key=b endpoint=http://127.0.0.1:9/ detector=" +
                             detector + " ! fakesink";
    const std::unique_ptr<GstElement, Unref> pipeline(gst_parse_launch(line.c_str(), nullptr));
    if (!pipeline)
        return "there is no such pipeline";
    const std::unique_ptr<GstBus, Unref> bus(gst_element_get_bus(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstMessage *message = gst_bus_timed_pop_filtered(
        bus.get(), 20 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    std::string wrong = message ? "" : "it did not end";
    if (message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        wrong = error->message;
        g_error_free(error);
    }
    if (message)
        gst_message_unref(message);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return wrong;
}

/**
 * What is registered last is called first, and the plugin's own end of the work has to be.
 * @return the libraries that would be destroyed while jobs may use them
 */
std::vector<std::string> registeredAfterThePlugin()
{
    const std::lock_guard lock(registeredMutex);
    const auto own = std::find(registered.rbegin(), registered.rend(), "libgstooto.so");
    return {registered.rbegin(), own};
}

/** Plays with a detector whose libraries keep something from then on. */
void playFirst(const char *detector)
{
    {
        const std::lock_guard lock(registeredMutex);
        registered.clear();
    }
    watching = true;
    ASSERT_EQ(play(detector), "");
    watching = false;
    EXPECT_EQ(registeredAfterThePlugin(), std::vector<std::string>()) << detector;
    const std::lock_guard lock(registeredMutex);
    EXPECT_GT(registered.size(), 1u) << detector << " keeps nothing, or came earlier";
}

TEST(LateDetectors, comeWithTheFirstThatIsWantedAndGoAfterTheWork)
{
    gst_init(nullptr, nullptr);
    ASSERT_EQ(play("none"), "");
    EXPECT_TRUE(isLoaded("libopencv_imgproc"));
    EXPECT_FALSE(isLoaded("libopencv_dnn"));
    EXPECT_FALSE(isLoaded("libopencv_objdetect"));

    playFirst("cascade");
    EXPECT_TRUE(isLoaded("libopencv_objdetect"));
    // cv::dnn makes more of what it keeps when it reads its first model.
    if (std::getenv("OOTO_FACE_MODEL"))
        playFirst("yunet");
}

} // namespace
