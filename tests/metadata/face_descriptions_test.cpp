// SPDX-License-Identifier: LGPL-2.1-or-later
// What is kept from frame to frame is what a fresh description would give.
#include "metadata/face_descriptions.h"

#include "metadata/faces_meta.h"
#include "metadata/facts.h"
#include "metadata/regions.h"
#include "metadata/structure_json.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

using namespace ooto;
using namespace ooto::metadata;

namespace
{

struct Scene {
    core::FaceView face;
    ReportContext context;
};

std::shared_ptr<const core::Answer> answerOf(const std::string &templateId)
{
    auto answer = std::make_shared<core::Answer>();
    answer->templateId = templateId;
    answer->similarity = 0.93;
    answer->liveness = core::Judgement{0.875, true};
    return answer;
}

Scene identifiedScene()
{
    Scene scene;
    scene.face.trackId = 12;
    scene.face.visit = 3;
    scene.face.box = {0.25, 0.5, 0.125, 0.25};
    scene.face.detectionScore = 0.875;
    scene.face.status = core::Status::Identified;
    scene.face.answer = answerOf("grace");
    scene.face.isMatch = true;
    scene.face.serviceBox = core::Box{0.3, 0.5, 0.1, 0.2};
    scene.face.landmarks = core::Landmarks{};
    scene.face.asked.emplace().pts = core::StreamTime(5);
    scene.face.answered.emplace().pts = core::StreamTime(6);
    scene.context = {
        .camera = "door",
        .facts = FactIdentity | FactLiveness | FactLandmarks,
        .frame = {1000, 500, 1, 1},
        .labels = std::make_shared<const Labels>(Labels{{"grace", "Grace"}, {"ada", "Ada"}})};
    return scene;
}

/** All that is on the buffer, to compare. */
std::string attached(const Scene &scene, FaceDescriptions &descriptions,
                     const std::vector<UpstreamFace> &upstream = {})
{
    const element::BufferHandle buffer(gst_buffer_new());
    attachFaces(buffer.get(), {scene.face}, scene.context, {}, 0, 0, upstream, descriptions);
    const GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer.get(), facesMetaName);
    std::string all = toJson(gst_custom_meta_get_structure(const_cast<GstCustomMeta *>(meta)));
    for (const auto *region : regionsOn(buffer.get())) {
        all += "\n" + std::to_string(region->id) + " " + std::to_string(region->x) + " " +
               std::to_string(region->w);
        for (const GList *item = region->params; item; item = item->next) {
            const auto *param = static_cast<const GstStructure *>(item->data);
            all += std::string("\n") + gst_structure_get_name(param) + toJson(param);
        }
    }
    return all;
}

std::string fresh(const Scene &scene)
{
    FaceDescriptions none;
    return attached(scene, none);
}

struct Change {
    const char *what;
    std::function<void(Scene &)> make;
};

class FaceDescriptionsOf : public testing::TestWithParam<Change>
{
protected:
    void SetUp() override { registerFacesMeta(); }
};

} // namespace

TEST_P(FaceDescriptionsOf, followsTheChange)
{
    Scene scene = identifiedScene();
    FaceDescriptions descriptions;
    const std::string before = attached(scene, descriptions);
    EXPECT_EQ(before, fresh(scene));
    EXPECT_EQ(before, attached(scene, descriptions)) << "of a second frame";
    GetParam().make(scene);
    const std::string after = attached(scene, descriptions);
    EXPECT_NE(after, before);
    EXPECT_EQ(after, fresh(scene));
}

INSTANTIATE_TEST_SUITE_P(
    All, FaceDescriptionsOf,
    testing::Values(
        Change{"status", [](Scene &scene) { scene.face.status = core::Status::Spoof; }},
        Change{"reason", [](Scene &scene) { scene.face.reason = core::Reason::Doubt; }},
        Change{"noAnswer", [](Scene &scene) { scene.face.answer = nullptr; }},
        Change{"answer", [](Scene &scene) { scene.face.answer = answerOf("ada"); }},
        Change{"match", [](Scene &scene) { scene.face.isMatch = false; }},
        Change{"visit", [](Scene &scene) { scene.face.visit = 4; }},
        Change{"attempts", [](Scene &scene) { ++scene.face.attempts; }},
        Change{"shot", [](Scene &scene) { scene.face.shot.emplace().total = 0.5; }},
        Change{"refusal",
               [](Scene &scene) {
                   scene.face.refusal = core::PhotoRefusal{7, "dark"};
               }},
        Change{"asked", [](Scene &scene) { scene.face.asked->pts = core::StreamTime(7); }},
        Change{"answered", [](Scene &scene) { scene.face.answered = std::nullopt; }},
        Change{"landmarks", [](Scene &scene) { (*scene.face.landmarks)[0].x = 0.5; }},
        Change{"track", [](Scene &scene) { scene.face.trackId = 13; }},
        Change{"box", [](Scene &scene) { scene.face.box.x = 0.5; }},
        Change{"serviceBox", [](Scene &scene) { scene.face.serviceBox->x = 0.5; }},
        Change{"noServiceBox", [](Scene &scene) { scene.face.serviceBox.reset(); }},
        Change{"score", [](Scene &scene) { scene.face.detectionScore = 0.5; }},
        Change{"camera", [](Scene &scene) { scene.context.camera = "gate"; }},
        Change{"facts", [](Scene &scene) { scene.context.facts = FactLiveness; }},
        Change{"frameWidth", [](Scene &scene) { scene.context.frame.width = 800; }},
        Change{"frameHeight", [](Scene &scene) { scene.context.frame.height = 800; }},
        Change{
            "name",
            [](Scene &scene) {
                scene.context.labels = std::make_shared<const Labels>(Labels{{"grace", "Hopper"}});
            }}),
    [](const auto &test) { return std::string(test.param.what); });

TEST(FaceDescriptions, buildsOnceWhileOnlyThePlaceChanges)
{
    Scene scene = identifiedScene();
    FaceDescriptions descriptions;
    const GstStructure *first = descriptions.of(scene.face, scene.context).structure.get();
    descriptions.endFrame();
    scene.face.box.x = 0.5;
    scene.face.serviceBox->x = 0.5;
    scene.face.sampledBox = scene.face.box;
    scene.face.detectionScore = 0.5;
    scene.context.runningTime = core::StreamTime(7);
    EXPECT_EQ(descriptions.of(scene.face, scene.context).structure.get(), first);
}

TEST(FaceDescriptions, letsGoOfAnAnswerWhoseTrackLeft)
{
    Scene scene = identifiedScene();
    FaceDescriptions descriptions;
    descriptions.of(scene.face, scene.context);
    descriptions.endFrame();
    const std::weak_ptr<const core::Answer> answer = scene.face.answer;
    scene.face.answer = nullptr;
    EXPECT_FALSE(answer.expired());
    descriptions.endFrame();
    EXPECT_TRUE(answer.expired());
}

TEST(FaceDescriptions, leaveAnotherFindersParamsAsTheyAre)
{
    registerFacesMeta();
    const Scene scene = identifiedScene();
    const element::BufferHandle buffer(gst_buffer_new());
    GstVideoRegionOfInterestMeta *region =
        gst_buffer_add_video_region_of_interest_meta(buffer.get(), "face", 250, 250, 125, 125);
    gst_video_region_of_interest_meta_add_param(
        region, gst_structure_new("identity", "label", G_TYPE_STRING, "theirs", nullptr));
    FaceDescriptions descriptions;
    UpstreamFace seen;
    seen.box = scene.face.box;
    seen.region = region;
    attachFaces(buffer.get(), {scene.face}, scene.context, {}, 0, 0, {seen}, descriptions);
    EXPECT_EQ(regionsOn(buffer.get()).size(), 1U);
    EXPECT_EQ(g_list_length(region->params), 4U) << "detection, object_id, identity, liveness";
    EXPECT_STREQ(gst_structure_get_string(
                     gst_video_region_of_interest_meta_get_param(region, "identity"), "label"),
                 "theirs");
}
