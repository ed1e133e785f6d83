// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/camera.h"

#include "camera/connect_gate.h"
#include "camera/target_holder.h"
#include "camera_log.h"
#include "camera_process.h"
#include "fake_gpu.h"
#include "support/photos.h"
#include "support/raw_server.h"
#include "support/scratch_directory.h"
#include "support/soak.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <filesystem>

namespace ooto::test
{

namespace
{

using namespace std::chrono_literals;
using watch::Camera;
using watch::CameraConfig;
using watch::CameraState;

watch::Setting setting(const std::string &property, const std::string &value)
{
    return {.property = property, .value = system::Secret(value), .origin = {}};
}

/** Of a camera whose whole frame is a face, so that it always has one open. */
CameraConfig cameraAt(const std::string &uri, const std::string &name = "door")
{
    CameraConfig config;
    config.name = name;
    config.uri = uri;
    config.stallTimeout = 2s;
    config.restartMax = 50ms;
    config.latency = 50ms;
    config.identify = {setting("endpoint", "http://127.0.0.1:9/"), setting("dry-run", "true"),
                       setting("detector", "none")};
    return config;
}

CameraConfig launched(const std::string &line, const std::string &name = "door")
{
    CameraConfig config = cameraAt("", name);
    config.launch = system::Secret(line);
    return config;
}

const std::string ownCamera =
    "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1";

guint64 counter(const Camera &camera, const char *name)
{
    guint64 value = 0;
    if (const element::StructureHandle stats = camera.statistics())
        gst_structure_get_uint64(stats.get(), name, &value);
    return value;
}

/** Pictures come, from now on. */
bool goesOn(const Camera &camera)
{
    const guint64 before = counter(camera, "frames");
    return comesTrue([&] { return counter(camera, "frames") >= before + 5; });
}

std::size_t entriesOf(const char *folder)
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

class CameraTest : public testing::Test
{
protected:
    Camera &add(const CameraConfig &config, std::vector<watch::TargetConfig> targets = {})
    {
        cameras_.push_back(std::make_unique<Camera>(config, std::move(targets), gate_, log_));
        cameras_.back()->start();
        return *cameras_.back();
    }
    bool isLive(std::size_t times = 1) { return log_.awaitState("door", CameraState::Live, times); }
    bool hasEnded(std::size_t times = 1)
    {
        return log_.awaitState("door", CameraState::Ended, times);
    }
    bool allFacesEnd()
    {
        return log_.await([](const Told &told) {
            return told.countFaces("door", "new") > 0 &&
                   told.countFaces("door", "new") == told.countFaces("door", "end");
        });
    }

    watch::ConnectGate gate_;
    CameraLog log_;
    std::vector<std::unique_ptr<Camera>> cameras_;
};

struct Case {
    const char *name;
    std::string encoder;
    bool withSound;
    watch::Transport transport;

    friend std::ostream &operator<<(std::ostream &out, const Case &tried)
    {
        return out << tried.encoder;
    }
};

class CameraFormats : public CameraTest, public testing::WithParamInterface<Case>
{
};

TEST_P(CameraFormats, areShown)
{
    CameraProcess process({{"/main", streamLine(GetParam().encoder, GetParam().withSound)}});
    CameraConfig config = cameraAt(process.uri("/main"));
    config.transport = GetParam().transport;
    const Camera &camera = add(config);
    ASSERT_TRUE(isLive()) << log_.reason();
    EXPECT_TRUE(goesOn(camera));
    EXPECT_EQ(log_.told().allText(), "\n");
}

std::vector<Case> cases()
{
    std::vector<Case> all;
    for (const auto &[name, encoder] :
         {std::pair{"H264", h264()}, {"H265", h265()}, {"Mjpeg", mjpeg()}}) {
        for (const bool withSound : {false, true}) {
            all.push_back({name, encoder, withSound, watch::Transport::Tcp});
            all.push_back({name, encoder, withSound, watch::Transport::Udp});
        }
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(, CameraFormats, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<Case> &info) {
                             return std::string(info.param.name) +
                                    (info.param.withSound ? "WithSound" : "") +
                                    (info.param.transport == watch::Transport::Tcp ? "Tcp" : "Udp");
                         });

TEST_F(CameraTest, comesBackAfterItWasKilled)
{
    for (const auto transport : {watch::Transport::Tcp, watch::Transport::Udp}) {
        CameraProcess process({{"/main", streamLine(h264(), true)}});
        CameraConfig config = cameraAt(process.uri("/main"));
        config.transport = transport;
        const Camera &camera = add(config);
        ASSERT_TRUE(isLive(1)) << log_.reason();
        ASSERT_TRUE(
            log_.await([](const Told &told) { return told.countFaces("door", "new") > 0; }));
        process.kill();
        ASSERT_TRUE(hasEnded());
        EXPECT_TRUE(allFacesEnd());
        EXPECT_TRUE(comesTrue([&] { return camera.status().restarts >= 2; }));
        process.start();
        ASSERT_TRUE(isLive(2)) << log_.reason();
        EXPECT_TRUE(goesOn(camera));
        EXPECT_EQ(camera.status().leftBehind, 0u);
        cameras_.clear();
        EXPECT_TRUE(allFacesEnd());
        log_.clear();
    }
}

TEST_F(CameraTest, isStalledWhileItIsFrozenAndHoldsUpNobodyElse)
{
    CameraProcess process({{"/main", streamLine(h264(), true)}});
    const Camera &other = add(launched(ownCamera, "yard"));
    add(cameraAt(process.uri("/main")));
    ASSERT_TRUE(isLive()) << log_.reason();
    ASSERT_TRUE(log_.awaitState("yard", CameraState::Live));
    ASSERT_TRUE(log_.await([](const Told &told) { return told.countFaces("door", "new") > 0; }));
    process.freeze();
    ASSERT_TRUE(log_.awaitState("door", CameraState::Stalled));
    EXPECT_TRUE(allFacesEnd());
    // Tried again meanwhile, in vain.
    EXPECT_TRUE(comesTrue([&] { return cameras_[1]->status().restarts >= 1; }));
    EXPECT_EQ(cameras_[1]->status().state, CameraState::Stalled);
    EXPECT_TRUE(goesOn(other));
    process.thaw();
    ASSERT_TRUE(isLive(2)) << log_.reason();
    EXPECT_EQ(log_.told().count("yard", CameraState::Live), 1u);
    EXPECT_EQ(log_.told().states.size(), 4u) << log_.told().allText();
    EXPECT_EQ(counter(other, "samples-skipped"), 0u);
}

TEST_F(CameraTest, saysThatThePasswordIsRefused)
{
    CameraProcess process({{"/main", streamLine(h264())}}, "viewer:s3cret@home");
    CameraConfig config = cameraAt(process.uri("/main"));
    config.userId = "viewer";
    config.userPw = system::Secret("wr0ng-one");
    add(config);
    ASSERT_TRUE(hasEnded());
    EXPECT_EQ(log_.reason(),
              "The camera refuses the user or the password: check user-id and user-pw.");
    EXPECT_EQ(log_.told().allText().find("wr0ng"), std::string::npos);
    cameras_.clear();
    config.userPw = system::Secret("s3cret@home");
    add(config);
    EXPECT_TRUE(isLive()) << log_.reason();
    EXPECT_EQ(log_.told().allText().find("s3cret"), std::string::npos);
}

TEST_F(CameraTest, saysThatThePathIsWrong)
{
    CameraProcess process({{"/main", streamLine(h264())}});
    add(cameraAt(process.uri("/token-1234")));
    ASSERT_TRUE(hasEnded());
    EXPECT_EQ(log_.reason(), "The camera has no such stream: check the path in uri.");
}

TEST_F(CameraTest, saysThatNobodyIsThere)
{
    CameraProcess process({{"/main", streamLine(h264())}});
    process.kill();
    const Camera &camera = add(cameraAt(process.uri("/main")));
    ASSERT_TRUE(hasEnded());
    EXPECT_EQ(log_.reason(), "The camera cannot be reached, or refuses to connect.");
    EXPECT_TRUE(comesTrue([&] { return camera.status().restarts >= 5; }));
    EXPECT_EQ(log_.told().states.size(), 1u) << "one line per change";
}

TEST_F(CameraTest, saysThatThereIsOnlySound)
{
    CameraProcess process({{"/main", soundOnly()}});
    add(cameraAt(process.uri("/main")));
    ASSERT_TRUE(hasEnded());
    EXPECT_EQ(log_.reason(), "The camera sends no video.");
}

TEST_F(CameraTest, saysThatNoKeyFramesCome)
{
    CameraProcess process({{"/main", streamLine("x264enc tune=zerolatency speed-preset=ultrafast"
                                                " threads=1 key-int-max=10000"
                                                " ! identity name=keyless"
                                                " ! rtph264pay pt=96 name=pay0")}});
    add(cameraAt(process.uri("/main")));
    ASSERT_TRUE(hasEnded());
    EXPECT_NE(log_.reason().find("key frames"), std::string::npos) << log_.reason();
}

TEST_F(CameraTest, takesOtherCapsAfterTheRestart)
{
    CameraProcess process({{"/main", streamLine(h264())}});
    const Camera &camera = add(cameraAt(process.uri("/main")));
    ASSERT_TRUE(isLive());
    process.kill();
    ASSERT_TRUE(hasEnded());
    process.startWith({{"/main", streamLine(mjpeg(), true, 640)}});
    ASSERT_TRUE(isLive(2)) << log_.reason();
    EXPECT_TRUE(goesOn(camera));
}

TEST_F(CameraTest, playsAFileAgainWhenItHasEnded)
{
    const ScratchDirectory scratch;
    const std::string file = scratch / "clip.avi";
    system::ObjectHandle<GstElement> writer(gst_parse_launch(
        ("videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240,framerate=15/1"
         " ! jpegenc ! avimux name=mux ! filesink location=" +
         file + " audiotestsrc num-buffers=10 ! mux.")
            .c_str(),
        nullptr));
    ASSERT_TRUE(writer);
    gst_element_set_state(writer.get(), GST_STATE_PLAYING);
    const system::ObjectHandle<GstBus> bus(gst_element_get_bus(writer.get()));
    GstMessage *end = gst_bus_timed_pop_filtered(bus.get(), 60 * GST_SECOND, GST_MESSAGE_EOS);
    ASSERT_TRUE(end);
    gst_message_unref(end);
    gst_element_set_state(writer.get(), GST_STATE_NULL);

    const Camera &camera = add(cameraAt("file://" + file));
    ASSERT_TRUE(hasEnded(2)) << log_.reason();
    EXPECT_EQ(log_.reason(), "The stream ended.");
    EXPECT_TRUE(isLive(3));
    EXPECT_GE(counter(camera, "frames"), 20u) << "counters go on";
    EXPECT_TRUE(allFacesEnd());
}

TEST_F(CameraTest, isBuiltAgainAfterAnError)
{
    const Camera &camera = add(launched(ownCamera + " ! identity error-after=10"));
    ASSERT_TRUE(hasEnded(2));
    EXPECT_EQ(log_.reason(), "The launch line's source failed.");
    EXPECT_TRUE(isLive(3));
    EXPECT_GE(camera.status().restarts, 2u);
}

TEST_F(CameraTest, saysWhatIsWrongWithALaunchLineWithoutPrintingIt)
{
    add(launched("nosuchelement location=s3cret"));
    ASSERT_TRUE(hasEnded());
    EXPECT_EQ(log_.reason(), "launch: an element in it is not installed.");
}

TEST_F(CameraTest, isOffUntilItIsSwitchedOnAndWhenItIsSwitchedOff)
{
    CameraConfig config = launched(ownCamera);
    config.active = false;
    Camera &camera = add(config);
    EXPECT_EQ(camera.status().state, CameraState::Off);
    camera.setActive(true);
    ASSERT_TRUE(isLive());
    ASSERT_TRUE(log_.await([](const Told &told) { return told.countFaces("door", "new") > 0; }));
    camera.setActive(false);
    ASSERT_TRUE(log_.awaitState("door", CameraState::Off));
    EXPECT_TRUE(allFacesEnd());
    camera.setActive(true);
    EXPECT_TRUE(isLive(2));
}

TEST_F(CameraTest, changesWhatMayChangeWithoutARestart)
{
    CameraConfig config = launched(ownCamera);
    config.identify.push_back(setting("analysis-rate", "5/1"));
    Camera &camera = add(config);
    ASSERT_TRUE(isLive());
    config.identify.back() = setting("analysis-rate", "0/1");
    config.stallTimeout = 5s;
    EXPECT_TRUE(camera.change(config, {}));
    // Each frame is a sample now.
    EXPECT_TRUE(comesTrue(
        [&] { return counter(camera, "samples") + counter(camera, "samples-skipped") >= 30; }));
    EXPECT_TRUE(goesOn(camera));
    config.identify.push_back(setting("model", "/nowhere"));
    EXPECT_FALSE(camera.change(config, {}));
    config.identify.pop_back();
    config.preview = "fakesink sync=true";
    EXPECT_FALSE(camera.change(config, {}));
    EXPECT_EQ(camera.status().restarts, 0u);
}

TEST_F(CameraTest, leavesAPipelineBehindThatDoesNotEnd)
{
    registerStuckSink();
    CameraConfig config = launched(ownCamera);
    config.preview = "ootostuck";
    Camera &camera = add(config);
    ASSERT_TRUE(log_.awaitState("door", CameraState::Stalled));
    EXPECT_TRUE(comesTrue([&] { return camera.status().leftBehind >= 1; }));
    EXPECT_TRUE(isLive(2)) << "another is built beside it";
    camera.requestStop();
    EXPECT_FALSE(camera.waitStopped(std::chrono::steady_clock::now() + 100ms));
    cameras_.clear();
    // They may go on after all, with nobody left to hear of it.
    const std::size_t threads = entriesOf("/proc/self/task");
    releaseStuckSinks();
    EXPECT_TRUE(comesTrue([&] { return entriesOf("/proc/self/task") + 2 <= threads; }));
}

TEST_F(CameraTest, bringsPicturesOfAHardwareDecoderToSystemMemory)
{
    registerFakeGpu();
    const Camera &camera = add(launched(ownCamera + " ! jpegenc"));
    ASSERT_TRUE(isLive()) << log_.reason();
    EXPECT_TRUE(goesOn(camera));
    EXPECT_GE(downloads(), 5u);
    hideFakeGpu();
}

TEST_F(CameraTest, showsMjpegOverHttpFromTheFirstPicturesOn)
{
    const std::string picture = contentOf(photos::hopperFile);
    ASSERT_FALSE(picture.empty()) << "install facedetect";
    RawServer server([&picture](RawConnection &connection) {
        connection.readRequest();
        bool taken = connection.write("HTTP/1.1 200 OK\r\nContent-Type: "
                                      "multipart/x-mixed-replace;boundary=next\r\n\r\n");
        while (taken && connection.pause(300ms))
            taken =
                connection.write("--next\r\nContent-Type: image/jpeg\r\nContent-Length: " +
                                 std::to_string(picture.size()) + "\r\n\r\n" + picture + "\r\n");
    });
    // A demuxer that is not told that there is one stream takes a hundred pictures to find out.
    const Camera &camera = add(cameraAt(server.url()));
    ASSERT_TRUE(isLive()) << log_.reason();
    EXPECT_TRUE(goesOn(camera));
}

TEST_F(CameraTest, takesALaunchLineWhosePadsComeLater)
{
    const Camera &camera = add(launched(ownCamera + " ! jpegenc ! decodebin"));
    ASSERT_TRUE(isLive()) << log_.reason();
    EXPECT_TRUE(goesOn(camera));
}

TEST_F(CameraTest, keepsCountingOverRestarts)
{
    CameraProcess process({{"/main", streamLine(h264())}});
    const Camera &camera = add(cameraAt(process.uri("/main")));
    ASSERT_TRUE(isLive());
    ASSERT_TRUE(goesOn(camera));
    const guint64 before = counter(camera, "frames");
    process.kill();
    ASSERT_TRUE(hasEnded());
    EXPECT_GE(counter(camera, "frames"), before);
    process.start();
    ASSERT_TRUE(isLive(2));
    EXPECT_TRUE(goesOn(camera));
    EXPECT_GE(counter(camera, "tracks"), 2u);
}

TEST_F(CameraTest, hasTargetsTellTheEndsOfAllFaces)
{
    const ScratchDirectory scratch;
    const std::string events = scratch / "events.jsonl";
    const watch::TargetConfig target{
        .name = "file",
        .properties = {setting("uri", "file://" + events), setting("spool", "")},
        .origin = {}};
    const watch::TargetHolder holder(target, log_);
    CameraProcess process({{"/main", streamLine(h264())}});
    CameraConfig config = cameraAt(process.uri("/main"));
    config.targets = {"file"};
    add(config, {target});
    ASSERT_TRUE(isLive()) << log_.reason();
    const auto lines = [&](const std::string &type) {
        const std::string text = contentOf(events);
        const std::string mark = "\"type\":\"" + type + "\"";
        std::size_t count = 0;
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
            ++count;
        return count;
    };
    ASSERT_TRUE(comesTrue([&] { return lines("new") == 1; })) << contentOf(events);
    process.freeze();
    ASSERT_TRUE(log_.awaitState("door", CameraState::Stalled));
    EXPECT_TRUE(comesTrue([&] { return lines("end") == 1; })) << contentOf(events);
    process.thaw();
    ASSERT_TRUE(comesTrue([&] { return lines("new") == 2; })) << contentOf(events);
    cameras_.clear();
    EXPECT_TRUE(comesTrue([&] { return lines("end") == 2; })) << contentOf(events);
    guint64 sent = 0;
    ASSERT_TRUE(gst_structure_get_uint64(holder.statistics().get(), "events", &sent));
    EXPECT_EQ(sent, 4u) << "the holder shares the target";
}

/** Keeps nothing, so that what grows is the camera's. */
class LifeCounter : public watch::CameraListener
{
public:
    void stateChanged(const std::string &, const watch::CameraStatus &status) override
    {
        if (status.state == CameraState::Live)
            ++lives;
    }
    void messagePosted(const std::string &, const GstStructure *) override {}
    void troubleTold(const std::string &, const std::string &) override {}

    std::atomic<std::uint64_t> lives{0};
};

/** What a process has of what can run out. */
struct Holdings {
    std::size_t bytes = allocatedBytes();
    std::size_t threads = entriesOf("/proc/self/task");
    std::size_t files = entriesOf("/proc/self/fd");
};

/** With the camera's pipeline alternately being there and not, the least of a while. */
Holdings leastHoldings()
{
    Holdings least;
    for (int i = 0; i < 200; ++i) {
        std::this_thread::sleep_for(5ms);
        const Holdings now;
        least.bytes = std::min(least.bytes, now.bytes);
        least.threads = std::min(least.threads, now.threads);
        least.files = std::min(least.files, now.files);
    }
    return least;
}

/** A camera with sound, of which every third picture ends the pipeline. */
void growsNot(std::uint64_t restarts)
{
    LifeCounter counter;
    watch::ConnectGate gate;
    CameraProcess process({{"/main", streamLine(h264(), true)}});
    CameraConfig config = cameraAt(process.uri("/main"));
    config.restartMax = 20ms;
    config.preview = "identity error-after=3 ! fakesink";
    Camera camera(config, {}, gate, counter);
    camera.start();
    std::uint64_t seen = 0;
    const auto reach = [&](std::uint64_t count) {
        // Each of them within the time that everything may take, however many they are.
        while (camera.status().restarts < count) {
            const std::uint64_t next = camera.status().restarts + 1;
            if (!comesTrue([&] { return camera.status().restarts >= next; }))
                return false;
        }
        seen = counter.lives;
        return true;
    };
    ASSERT_TRUE(reach(restarts / 4));
    const std::uint64_t livesBefore = seen;
    const Holdings before = leastHoldings();
    ASSERT_TRUE(reach(restarts));
    const Holdings after = leastHoldings();
    std::printf("after %llu restarts: %lld bytes, %lld threads, %lld files more\n",
                static_cast<unsigned long long>(restarts),
                static_cast<long long>(after.bytes - before.bytes),
                static_cast<long long>(after.threads - before.threads),
                static_cast<long long>(after.files - before.files));
    // A pipeline has some 100 kB, 10 threads and 6 files.
    EXPECT_LT(after.bytes, before.bytes + restarts * 256 + (std::size_t{1} << 17));
    EXPECT_LE(after.threads, before.threads + 4);
    EXPECT_LE(after.files, before.files + 4);
    EXPECT_GE(counter.lives - livesBefore, restarts / 2) << "most of them were live";
    EXPECT_EQ(camera.status().leftBehind, 0u);
}

TEST(CameraGrowth, isNoneOverRestarts)
{
    growsNot(100);
}

/** OOTO_RESTARTS says how many; only in the soak suite. */
TEST(CameraGrowth, isNoneOverAThousandRestarts)
{
    const char *restarts = std::getenv("OOTO_RESTARTS");
    if (!restarts)
        GTEST_SKIP() << "it runs in the soak suite";
    growsNot(std::strtoull(restarts, nullptr, 10));
}

TEST_F(CameraTest, readsTheCamerasClock)
{
    CameraProcess process({{"/main", streamLine(h264())}});
    const Camera &camera = add(cameraAt(process.uri("/main")));
    ASSERT_TRUE(isLive());
    ASSERT_TRUE(comesTrue([&] { return camera.status().clockOffsetS.has_value(); }));
    EXPECT_LT(std::abs(*camera.status().clockOffsetS), 30);
    EXPECT_TRUE(camera.status().lastFrame);
}

} // namespace

} // namespace ooto::test
