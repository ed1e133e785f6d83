// SPDX-License-Identifier: LGPL-2.1-or-later
// A name lies on nobody else: whole scenes and single faults through the element, before a service
// that says who really is in the photo. Two portraits are two people here, and so is each of their
// faces in the other one's uniform.
#include "support/identify_support.h"
#include "support/photos.h"
#include "vision/detector.h"
#include "visits/run.h"
#include "visits/scenes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <set>

using namespace ooto;
using namespace ooto::test;

namespace
{

// --- whole scenes, with each detector

struct Played {
    visits::Score score;
    std::size_t calls = 0;
    std::string wrong; ///< who was named wrongly, and when
};

class WholeScenes : public testing::TestWithParam<std::string>
{
protected:
    void SetUp() override
    {
        if (GetParam() == "yunet" && !vision::findYunetModel(""))
            GTEST_SKIP() << "no YuNet model; OOTO_FACE_MODEL says where it is";
    }

    static vision::LoadedDetector load()
    {
        if (GetParam() == "yunet")
            return vision::loadYunet(vision::findYunetModel("").value_or(""));
        return vision::loadCascade(vision::findCascade().value_or(""));
    }

    /** Half of a stream's pictures tell as much, in half the time. */
    static Played play(const std::string &name, double delayS = 0.3,
                       visits::Pace pace = visits::Pace::Backpressure)
    {
        visits::BenchScene bench = visits::benchScene(name);
        bench.framesPerSecond = std::min(bench.framesPerSecond, 12.5);
        std::string error;
        const auto oracle = visits::Oracle::open(
            GetParam() == "yunet" ? server::DetectorChoice::Yunet : server::DetectorChoice::Cascade,
            error);
        vision::LoadedDetector detector = load();
        const auto pictures = visits::openScene(bench, error);
        EXPECT_TRUE(oracle && pictures && detector.detector) << error << detector.error;
        if (!oracle || !pictures || !detector.detector)
            return {};
        oracle->setStrangers(bench.strangers);
        visits::RunSettings settings;
        settings.detector = GetParam();
        settings.pace = bench.live ? visits::Pace::RealTime : pace;
        settings.delayS = delayS;
        settings.outages = bench.outages;
        settings.quiet = true;
        visits::Run run(settings, *pictures, std::move(detector.detector), *oracle);
        const visits::Rows rows = run.play(name, false);
        const auto cases = run.wrongCases();
        return {rows.ours.score, rows.ours.calls,
                std::accumulate(cases.begin(), cases.end(), name + ":",
                                [](const std::string &all, const std::string &each) {
                                    return all + "\n  " + each;
                                })};
    }

    /** Nobody carries another's name, and everybody is asked about and named. */
    static void expectRight(const std::string &name, double delayS = 0.3,
                            visits::Pace pace = visits::Pace::Backpressure)
    {
        const Played played = play(name, delayS, pace);
        EXPECT_EQ(played.score.wrongFrames, 0U) << played.wrong;
        EXPECT_EQ(played.score.unasked, 0U) << name;
        EXPECT_EQ(played.score.missed, 0U) << name;
    }
};

// --- single faults

/** Templates that frames say are on them. */
std::vector<std::string> namesOn(GstBuffer *buffer)
{
    std::vector<std::string> names;
    for (const ReadFace &face : readFaces(buffer)) {
        if (face.status == "identified")
            names.push_back(face.templateId);
    }
    return names;
}

class WhoseName : public testing::Test
{
protected:
    static constexpr const char *graceId = "Grace Hopper";
    static constexpr const char *eileenId = "Eileen Collins";

    void start(const std::string &properties)
    {
        identify = std::make_unique<Identify>(service.properties() + " " + properties);
        grace = scene({{photos::hopperFile, 120, 40, 400}});
        // The face at the same place and about as large.
        eileen = scene({{photos::collinsFile, -85, -50, 800}});
        empty = scene({});
    }
    ~WhoseName() override
    {
        identify.reset();
        for (GstBuffer *buffer : scenes)
            gst_buffer_unref(buffer);
    }

    GstBuffer *scene(const std::vector<Portrait> &portraits)
    {
        scenes.push_back(makeScene(identify->info(), portraits));
        return scenes.back();
    }

    /** What the scene shows at a time. */
    GstBuffer *sceneAt(const visits::BenchScene &bench, double timeS)
    {
        const scene::LoadedScene loaded = scene::Scene::load(bench.script, bench.framePx);
        EXPECT_TRUE(loaded.scene) << loaded.error;
        cv::Mat frame(bench.framePx, CV_8UC3, cv::Scalar::all(0));
        if (loaded.scene)
            loaded.scene->render(timeS, frame);
        scenes.push_back(frameFromBgr(identify->info(), {frame.datastart, frame.dataend}));
        return scenes.back();
    }

    /** For so much stream time. @return on how many frames each template was */
    std::map<std::string, int> show(GstBuffer *frame, double seconds)
    {
        std::map<std::string, int> frames;
        for (int i = 0; i < seconds * 25; ++i) {
            GstBuffer *out = identify->push(gst_buffer_copy(frame));
            EXPECT_NE(out, nullptr);
            if (!out)
                break;
            for (const std::string &name : namesOn(out))
                ++frames[name];
            gst_buffer_unref(out);
        }
        return frames;
    }

    /** Another stream begins, as after a switch of inputs. */
    void startStream(const char *id)
    {
        gst_harness_push_event(identify->harness(), gst_event_new_stream_start(id));
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        gst_harness_push_event(identify->harness(), gst_event_new_segment(&segment));
    }

    /** The n-th request (from 0) gets the n-th answer, later ones the last. */
    void answer(std::vector<std::string> jsons)
    {
        service->setScript([jsons = std::move(jsons), count = std::make_shared<std::size_t>(0)](
                               const server::ReceivedRequest &) -> std::optional<server::Reply> {
            const std::size_t i = std::min((*count)++, jsons.size() - 1);
            return server::Reply{200, 0, jsons[i], "application/json", {}};
        });
    }

    std::set<std::string> fieldOf(const char *field)
    {
        std::set<std::string> values;
        for (const StructurePtr &message : identify->messages("ooto-face"))
            values.insert(stringField(message.get(), field));
        return values;
    }

    Service service{true};
    std::unique_ptr<Identify> identify;
    std::vector<GstBuffer *> scenes;
    GstBuffer *grace = nullptr;
    GstBuffer *eileen = nullptr;
    GstBuffer *empty = nullptr;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Detectors, WholeScenes, testing::Values("yunet", "cascade"),
                         [](const auto &info) { return info.param; });

// A1: another picture

TEST_P(WholeScenes, afterACutTheNextOneIsAskedAboutAndCarriesNoOthersName)
{
    expectRight("cut");
    expectRight("switch-and-back");
}

TEST_P(WholeScenes, whoStandsWhereAnotherStoodInTheSameRoomCarriesNoOthersName)
{
    expectRight("cut-same-room");
}

TEST_P(WholeScenes, inASlowStreamEachPictureIsProvenOrAskedAbout)
{
    expectRight("slow");
}

TEST_P(WholeScenes, afterAStallTheNextOneCarriesNoOthersName)
{
    expectRight("stall");
    expectRight("freeze");
}

TEST_F(WhoseName, anotherStreamIsAnotherPictureEvenOfTheSamePlace)
{
    start("detector=cascade backpressure=true");
    EXPECT_GT(show(grace, 3)[graceId], 0);
    startStream("another-camera");
    GstBuffer *out = identify->push(gst_buffer_copy(empty));
    EXPECT_TRUE(readFaces(out).empty()) << "boxes of before hang over the new picture";
    gst_buffer_unref(out);
    EXPECT_EQ(show(eileen, 3)[graceId], 0);
}

// A2: a relink is proven or asked

TEST_P(WholeScenes, whoComesWhereAnotherLeftIsAskedAbout)
{
    expectRight("next-1");
    expectRight("next-3");
    expectRight("aside");
}

TEST_P(WholeScenes, whoComesInTheSameUniformOrInGreyIsAskedAbout)
{
    expectRight("uniform-next-1");
    expectRight("grey");
}

TEST_P(WholeScenes, thatOneIsUnknownSaysNothingAboutTheNext)
{
    const Played played = play("unknown-next-3");
    EXPECT_EQ(played.score.unasked, 0U);
    EXPECT_EQ(played.score.inheritedFrames, 0U);
}

// A3: each doubt invalidates what is under way

TEST_P(WholeScenes, anAnswerAboutWhoWasThereForAMomentIsNotForWhoCameBack)
{
    const Played played = play("briefly", 1.5, visits::Pace::Stepped);
    EXPECT_EQ(played.score.wrongFrames, 0U) << played.wrong;
}

TEST_P(WholeScenes, aPhotoFromBeforeADoubtIsNotSentAfterIt)
{
    const Played played = play("outage");
    EXPECT_EQ(played.score.wrongFrames, 0U) << played.wrong;
    EXPECT_LE(played.score.unasked, 1U) << "who was gone before the service was back";
}

// A4: an answer is about a place

TEST_F(WhoseName, anAnswerAboutAnotherPlaceInThePhotoIsNoVote)
{
    answer({R"({"result":{"search":{"templateId":"she","similarity":0.95},
                "box":{"x":0,"y":0,"w":24,"h":24}}})"});
    start("detector=cascade backpressure=true");
    EXPECT_EQ(show(grace, 6)["she"], 0);
}

TEST_F(WhoseName, aWallBesideSomebodyIsNotNamed)
{
    start("detector=upstream backpressure=true min-quality=0");
    // Her face is 67 px wide and begins 25 px to the right of the box: most of it is in the first
    // photo, which is half the box larger on each side, and all of it in a wider one.
    GstBuffer *frame =
        scene({{photos::coffeeFile, 60, 90, 210}, {photos::hopperFile, 255, 100, 200}});
    gst_buffer_add_video_region_of_interest_meta(frame, "face", 160, 110, 140, 140);
    EXPECT_EQ(show(frame, 8)[graceId], 0);
    EXPECT_GE(service->requests().size(), 1U) << "nothing was tried";
}

// A5: weak detections, and contacts

TEST_F(WhoseName, aWeakDetectionOfAnotherCarriesNoName)
{
    if (!vision::findYunetModel(""))
        GTEST_SKIP() << "no YuNet model; OOTO_FACE_MODEL says where it is";
    answer({R"({"result":{"search":{"templateId":"she","similarity":0.95}}})",
            R"({"result":{"search":{"templateId":"another","similarity":0.95}}})"});
    start("detector=yunet backpressure=true");
    auto uniform = visits::benchScene("uniform");
    uniform.framePx = {identify->info().width, identify->info().height};
    EXPECT_GT(show(sceneAt(uniform, 2), 3)["she"], 0);
    // Every detection is below this, and above what is searched for to keep a track.
    g_object_set(identify->element(), "detection-threshold", 0.999, nullptr);
    EXPECT_EQ(show(sceneAt(uniform, 6), 4)["she"], 0);
}

TEST_P(WholeScenes, twoInOneUniformWhoCrossKeepTheirNamesOrNone)
{
    const Played played = play("crossing-uniform");
    EXPECT_EQ(played.score.wrongFrames, 0U) << played.wrong;
}

// A6: no detector

TEST_F(WhoseName, withoutADetectorAChangedPictureIsADoubt)
{
    start("detector=none backpressure=true");
    EXPECT_GT(show(grace, 3)[graceId], 0);
    EXPECT_EQ(show(empty, 3)[graceId], 0);
    const auto names = show(eileen, 4);
    EXPECT_EQ(names.count(graceId), 0U);
    EXPECT_EQ(names.count(eileenId), 1U);
}

// A7: one template, two faces

TEST_F(WhoseName, oneTemplateIsOnOneOfTwoFacesOnly)
{
    answer({R"({"result":{"search":{"templateId":"she","similarity":0.95}}})",
            R"({"result":{"search":{"templateId":"she","similarity":0.76}}})"});
    start("detector=cascade backpressure=true");
    GstBuffer *both =
        scene({{photos::hopperFile, 0, 100, 320}, {photos::collinsFile, 320, 100, 400}});
    show(both, 4);
    GstBuffer *out = identify->push(gst_buffer_copy(both));
    EXPECT_EQ(readFaces(out).size(), 2U);
    EXPECT_EQ(namesOn(out), std::vector<std::string>{"she"});
    gst_buffer_unref(out);
    EXPECT_EQ(fieldOf("visit-id").size(), 2U);
}

// A8: between samples

TEST_P(WholeScenes, inTheDemoNoNameIsDrawnOnTheFaceInFront)
{
    const Played played = play("demo");
    EXPECT_EQ(played.score.wrongFrames, 0U) << played.wrong;
    EXPECT_EQ(played.score.missed, 0U);
}
