// SPDX-License-Identifier: LGPL-2.1-or-later
// From a frame with a face in it to a name on its box: what is sent, and what is attached.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

const Portrait hopper{photos::hopperFile, 120, 40, 400};
const char *const wide = "video/x-raw,format=I420,width=1280,height=720,framerate=25/1";

struct Buffer {
    GstBuffer *frame;
    explicit Buffer(GstBuffer *buffer) : frame(buffer) {}
    ~Buffer() { gst_buffer_unref(frame); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
};

std::string flagOf(const server::ReceivedRequest &request, const std::string &name)
{
    for (const auto &[key, value] : request.flags) {
        if (key == name)
            return value;
    }
    return "(absent)";
}

/** Asks once about Hopper; the reply is what `json` says. */
class CannedAnswer : public testing::Test
{
protected:
    void answer(const std::string &json, const std::string &status, unsigned http = 200)
    {
        service->setScript([json, http](const server::ReceivedRequest &) {
            server::Reply reply;
            reply.status = http;
            reply.body = json;
            return reply;
        });
        Buffer scene(makeScene(identify.info(), {hopper}));
        // A buffer may show the answer before the network thread has told of it.
        EXPECT_TRUE(identify.pushUntil(scene.frame, [&](GstBuffer *buffer) {
            auto messages = identify.messages("ooto-face");
            if (!messages.empty())
                last = std::move(messages.back());
            return last && hasStatus(buffer, status) && stringField(last.get(), "status") == status;
        })) << json;
        ASSERT_TRUE(last);
    }

    double number(const char *field)
    {
        double value = -1000;
        gst_structure_get_double(last.get(), field, &value);
        return value;
    }

    Service service;
    Identify identify{service.properties() + " detector=cascade"};
    StructurePtr last;
};

} // namespace

TEST(IdentifyAnswers, putsEachNameOnItsFaceWithOneCallPerPerson)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade", wide);
    Buffer scene(makeScene(identify.info(), {{photos::hopperFile, 60, 100, 500},
                                             {photos::collinsFile, 680, 100, 500}}));
    std::vector<ReadFace> faces;
    ASSERT_TRUE(identify.pushUntil(scene.frame, [&](GstBuffer *buffer) {
        faces = readFaces(buffer);
        return std::count_if(faces.begin(), faces.end(),
                             [](const ReadFace &face) { return face.status == "identified"; }) == 2;
    }));
    for (const ReadFace &face : faces)
        EXPECT_EQ(face.templateId, face.box.x < 0.5 ? "Grace Hopper" : "Eileen Collins");
    // Some more samples: nobody is asked about again.
    const auto until = identify.now() + 2 * GST_SECOND;
    identify.pushUntil(scene.frame, [&](GstBuffer *) { return identify.now() > until; });
    EXPECT_EQ(service->requests().size(), 2U);
    EXPECT_EQ(service->violations(), std::vector<std::string>{});
    EXPECT_EQ(identify.stat("requests"), 2U);
    EXPECT_EQ(identify.stat("matches"), 2U);
}

TEST(IdentifyAnswers, showsTheFaceAsPendingBeforeTheAnswerAndBoxLiesOnTheFace)
{
    Service service(true);
    server::Trouble slow;
    slow.delay = 400ms;
    service->setTrouble(slow);
    Identify identify(service.properties() + " detector=cascade");
    Buffer scene(makeScene(identify.info(), {hopper}));
    core::Box truth = photos::hopperFace;
    truth = core::scaled(truth, 400.0 / 512, 400.0 / 512);
    truth.x += hopper.x;
    truth.y += hopper.y;
    bool pendingSeen = false;
    EXPECT_TRUE(identify.pushUntil(scene.frame, [&](GstBuffer *buffer) {
        pendingSeen = pendingSeen || hasStatus(buffer, "pending");
        if (!hasStatus(buffer, "identified"))
            return false;
        const core::Box box = core::scaled(readFaces(buffer).front().box, 640, 480);
        EXPECT_GT(core::iou(box, truth), 0.5);
        return true;
    }));
    EXPECT_TRUE(pendingSeen);
}

TEST(IdentifyAnswers, attachesARegionOfInterestWithParamsThatOthersRead)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade");
    Buffer scene(makeScene(identify.info(), {hopper}));
    EXPECT_TRUE(identify.pushUntil(scene.frame, [&](GstBuffer *buffer) {
        if (!hasStatus(buffer, "identified"))
            return false;
        const ReadFace face = readFaces(buffer).front();
        gpointer state = nullptr;
        auto *roi =
            reinterpret_cast<GstVideoRegionOfInterestMeta *>(gst_buffer_iterate_meta_filtered(
                buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE));
        if (!roi) {
            ADD_FAILURE() << "no region of interest";
            return true;
        }
        EXPECT_STREQ(g_quark_to_string(roi->roi_type), "face");
        EXPECT_EQ(static_cast<guint64>(roi->id), face.trackId);
        EXPECT_EQ(face.roiId, roi->id);
        EXPECT_NEAR(roi->x, face.box.x * 640, 1);
        EXPECT_NEAR(roi->h, face.box.height * 480, 1);
        GstStructure *detection = gst_video_region_of_interest_meta_get_param(roi, "detection");
        GstStructure *object = gst_video_region_of_interest_meta_get_param(roi, "object_id");
        GstStructure *identity = gst_video_region_of_interest_meta_get_param(roi, "identity");
        EXPECT_TRUE(detection && object && identity);
        if (!detection || !object || !identity)
            return true;
        double left = 0;
        double confidence = 0;
        int id = 0;
        EXPECT_TRUE(gst_structure_get_double(detection, "x_min", &left));
        EXPECT_NEAR(left, face.box.x, 1e-9);
        EXPECT_TRUE(gst_structure_get_int(object, "id", &id));
        EXPECT_EQ(id, roi->id);
        EXPECT_EQ(stringField(identity, "label"), "Grace Hopper");
        EXPECT_EQ(stringField(identity, "model_name"), "ooto");
        EXPECT_EQ(stringField(identity, "type"), "classification_result");
        EXPECT_TRUE(gst_structure_get_double(identity, "confidence", &confidence));
        EXPECT_GT(confidence, 0.75);
        EXPECT_EQ(gst_buffer_iterate_meta_filtered(buffer, &state,
                                                   GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE),
                  nullptr);
        return true;
    }));
}

TEST(IdentifyAnswers, everyBufferCarriesTheMetaAlsoWithoutAFace)
{
    Service service;
    Identify identify(service.properties() + " detector=cascade");
    Buffer empty(makeScene(identify.info(), {}));
    for (int i = 0; i < 10; ++i) {
        Buffer out(identify.push(gst_buffer_copy(empty.frame)));
        ASSERT_TRUE(hasFacesMeta(out.frame));
        EXPECT_TRUE(readFaces(out.frame).empty());
    }
    EXPECT_TRUE(service->requests().empty());
}

TEST(IdentifyAnswers, reportsNewAnsweredAndEndInOrderOncePerTrack)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade camera=door");
    Buffer scene(makeScene(identify.info(), {hopper}));
    Buffer empty(makeScene(identify.info(), {}));
    ASSERT_TRUE(
        identify.pushUntil(scene.frame, [](GstBuffer *b) { return hasStatus(b, "identified"); }));
    ASSERT_TRUE(identify.pushUntil(
        empty.frame, [&](GstBuffer *) { return identify.messages("ooto-face").size() == 3; }));
    const auto messages = identify.messages("ooto-face");
    const char *const types[] = {"new", "answered", "end"};
    for (std::size_t i = 0; i < messages.size(); ++i) {
        EXPECT_EQ(stringField(messages[i].get(), "type"), types[i]);
        EXPECT_EQ(stringField(messages[i].get(), "camera"), "door");
        guint64 pts = 0;
        EXPECT_TRUE(gst_structure_get_uint64(messages[i].get(), "pts", &pts));
        EXPECT_FALSE(stringField(messages[i].get(), "wall-clock").empty());
        EXPECT_NE(stringField(messages[i].get(), "json").find("\"camera\":\"door\""),
                  std::string::npos);
        EXPECT_FALSE(gst_structure_has_field(messages[i].get(), "photo"));
    }
    EXPECT_EQ(stringField(messages[2].get(), "template-id"), "Grace Hopper");
    EXPECT_EQ(stringField(messages[2].get(), "status"), "identified");
}

TEST(IdentifyAnswers, messagesCanBeTurnedOffAndCanCarryThePhoto)
{
    Service service(true);
    {
        Identify silent(service.properties() + " detector=cascade post-messages=false");
        Buffer scene(makeScene(silent.info(), {hopper}));
        EXPECT_TRUE(
            silent.pushUntil(scene.frame, [](GstBuffer *b) { return hasStatus(b, "identified"); }));
        EXPECT_TRUE(silent.messages("ooto-face").empty());
    }
    Identify telling(service.properties() + " detector=cascade message-photos=true");
    Buffer scene(makeScene(telling.info(), {hopper}));
    // A buffer may show the answer before the network thread has told of it.
    EXPECT_TRUE(telling.pushUntil(
        scene.frame, [&](GstBuffer *) { return telling.messages("ooto-face").size() == 2; }));
    const auto messages = telling.messages("ooto-face");
    GstSample *sample = nullptr;
    ASSERT_TRUE(
        gst_structure_get(messages.back().get(), "photo", GST_TYPE_SAMPLE, &sample, nullptr));
    EXPECT_EQ(gst_buffer_get_size(gst_sample_get_buffer(sample)),
              service->requests().back().part("photo")->bytes.size());
    gst_sample_unref(sample);
}

TEST(IdentifyAnswers, asksForChecksOnlyWhenToldTo)
{
    Service service(true);
    for (const bool check : {false, true}) {
        Identify identify(service.properties() + " detector=cascade" +
                          (check ? " check-liveness=true check-deepfake=true" : ""));
        Buffer scene(makeScene(identify.info(), {hopper}));
        // This server judges neither, and says so: then nobody is named.
        EXPECT_TRUE(identify.pushUntil(scene.frame, [check](GstBuffer *buffer) {
            EXPECT_FALSE(check && hasStatus(buffer, "identified"));
            return hasStatus(buffer, check ? "unavailable" : "identified");
        }));
        const auto request = service->requests().back();
        EXPECT_EQ(flagOf(request, "check_liveness"), check ? "true" : "(absent)");
        EXPECT_EQ(flagOf(request, "check_deepfake"), check ? "true" : "(absent)");
        EXPECT_TRUE(request.appIdRight);
        EXPECT_TRUE(request.appKeyRight);
        // It is told of each photo's answer.
        const std::size_t told = check ? 3 : 2;
        const auto messages = identify.messages("ooto-face", told);
        ASSERT_EQ(messages.size(), told);
        EXPECT_EQ(stringField(messages.back().get(), "reason"), check ? "no-liveness" : "");
    }
    EXPECT_EQ(service->requests().size(), 1U + 2U) << "without a verdict a second photo";
    EXPECT_EQ(service->violations(), std::vector<std::string>{});
}

TEST(IdentifyAnswers, photoShowsTheFaceWholeWithItsMarginAndOfTheSizeAskedFor)
{
    // The same box in each sample: the cascade's depend on what is around the face.
    g_setenv("OOTO_SEARCH_WHOLE", "1", TRUE);
    Service service(true);
    const std::pair<const char *, double> margins[] = {{"", 0.5}, {"crop-margin=0.2", 0.2}};
    for (const auto &[property, margin] : margins) {
        Identify identify(service.properties() + " detector=cascade " + property);
        Buffer scene(makeScene(identify.info(), {hopper}));
        core::Box box;
        EXPECT_TRUE(identify.pushUntil(scene.frame, [&](GstBuffer *buffer) {
            if (!hasStatus(buffer, "identified"))
                return false;
            box = core::scaled(readFaces(buffer).front().box, 640, 480);
            return true;
        }));
        const auto request = service->requests().back();
        EXPECT_NEAR(request.photoWidth, box.width * (1 + 2 * margin), 12);
        // Cut off at the frame's edge where the margin reaches beyond it.
        const double top = std::max(0.0, box.y - margin * box.height);
        EXPECT_NEAR(request.photoHeight, box.bottom() + margin * box.height - top, 20);
    }
    Identify identify(service.properties() +
                      " detector=cascade max-photo-size=100 photo-format=png");
    Buffer scene(makeScene(identify.info(), {hopper}));
    EXPECT_TRUE(
        identify.pushUntil(scene.frame, [](GstBuffer *b) { return hasStatus(b, "identified"); }));
    const auto request = service->requests().back();
    EXPECT_LE(std::max(request.photoWidth, request.photoHeight), 100);
    EXPECT_EQ(request.part("photo")->contentType, "image/png");
    EXPECT_EQ(service->violations(), std::vector<std::string>{});
    g_unsetenv("OOTO_SEARCH_WHOLE");
}

TEST(IdentifyAnswers, aFaceCutOffByTheEdgeIsNotSentYet)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade");
    // Hopper's face begins 140 px from the left of the picture of 400 px.
    Buffer scene(makeScene(identify.info(), {{photos::hopperFile, -141, 40, 400}}));
    identify.pushUntil(scene.frame, [&](GstBuffer *) { return identify.now() > 2 * GST_SECOND; });
    for (const auto &request : service->requests())
        ADD_FAILURE() << "sent at " << request.photoWidth << "x" << request.photoHeight;
}

TEST(IdentifyAnswers, aNeighbourIsPaintedOver)
{
    Service service(true);
    Identify identify(service.properties() + " detector=cascade crop-margin=2", wide);
    Buffer scene(makeScene(identify.info(), {{photos::hopperFile, 150, 150, 400},
                                             {photos::collinsFile, 450, 150, 500}}));
    EXPECT_TRUE(identify.pushUntil(scene.frame, [&](GstBuffer *buffer) {
        const auto faces = readFaces(buffer);
        return std::count_if(faces.begin(), faces.end(),
                             [](const ReadFace &face) { return face.status == "identified"; }) == 2;
    }));
    for (const auto &request : service->requests())
        EXPECT_NE(request.code, 6) << "two faces on one photo";
}

TEST_F(CannedAnswer, readsTheDocumentedShapeInFull)
{
    answer(
        R"({"transactionId":"9191079a-4f80-4c8a-9a4b-528af2cfd3c4","extra":[1,{"a":null}],"result":{
        "search":{"templateId":"  she \n","similarity":9.1e-1},
        "box":{"x":90,"y":90,"w":200,"h":200},
        "landmarks":[[150,160],[230,160],[190,190],[155,240],[225,240]],
        "liveness":{"score":0.9,"fine":true},"deepfake":{"score":0.9485,"fine":true},
        "quality":{"uniformity":{"value":0.5,"fine":true},"flare":{"score":0.9967,"fine":false},
                   "gender":"F","age":41,"race":"x","pitch":1.5,"yaw":-3,"roll":5.95949359194492e-7}}})",
        "identified");
    EXPECT_EQ(stringField(last.get(), "template-id"), "she");
    EXPECT_DOUBLE_EQ(number("similarity"), 0.91);
    EXPECT_DOUBLE_EQ(number("liveness-score"), 0.9);
    EXPECT_DOUBLE_EQ(number("yaw"), -3);
    EXPECT_DOUBLE_EQ(number("roll"), 5.95949359194492e-7);
    EXPECT_EQ(stringField(last.get(), "transaction-id"), "9191079a-4f80-4c8a-9a4b-528af2cfd3c4");
    const GValue *quality = gst_structure_get_value(last.get(), "quality");
    ASSERT_TRUE(quality);
    gboolean fine = TRUE;
    EXPECT_TRUE(gst_structure_get_boolean(gst_value_get_structure(quality), "flare-fine", &fine));
    EXPECT_FALSE(fine);
    EXPECT_EQ(gst_value_array_get_size(gst_structure_get_value(last.get(), "landmarks")), 10U);
    EXPECT_TRUE(gst_structure_has_field(last.get(), "service-box"));
    // Nobody asked for the guesses about the person.
    for (const char *field : {"gender", "age", "race"})
        EXPECT_FALSE(gst_structure_has_field(last.get(), field)) << field;
}

TEST_F(CannedAnswer, tellsDemographyOnlyToThoseWhoAskForIt)
{
    gst_util_set_object_arg(G_OBJECT(identify.element()), "facts", "demography");
    answer(R"({"result":{"search":{"templateId":"she","similarity":0.9},
        "demography":{"gender":"F","age":41,"race":"x"}}})",
           "identified");
    EXPECT_EQ(stringField(last.get(), "gender"), "F");
    int age = 0;
    EXPECT_TRUE(gst_structure_get_int(last.get(), "age", &age));
    EXPECT_EQ(age, 41);
    EXPECT_FALSE(gst_structure_has_field(last.get(), "template-id"));
}

TEST_F(CannedAnswer, readsTheOlderShape)
{
    answer(
        R"({"result":{"templateId":"she","similarity":0.9,"face":{"box":{"x":90,"y":90,"w":200,"h":200},
        "liveness":{"score":0.2,"fine":false},"quality":{"left_eye_closed":{"score":0.1,"fine":true}}}}})",
        "spoof");
    EXPECT_EQ(stringField(last.get(), "template-id"), "she");
    gboolean fine = TRUE;
    EXPECT_TRUE(gst_structure_get_boolean(last.get(), "liveness-fine", &fine));
    EXPECT_FALSE(fine);
}

TEST_F(CannedAnswer, anAbsentSearchIsNoMatch)
{
    answer(R"({"result":{"box":{"x":90,"y":90,"w":200,"h":200}}})", "unknown");
}

TEST_F(CannedAnswer, aNullSearchIsNoMatch)
{
    answer(R"({"result":{"search":null}})", "unknown");
}

TEST_F(CannedAnswer, anEmptyTemplateIdIsNoMatch)
{
    answer(R"({"result":{"search":{"templateId":" ","similarity":0.99}}})", "unknown");
}

TEST_F(CannedAnswer, aBoxElsewhereOnThePhotoIsNobodysAnswer)
{
    answer(R"({"result":{"search":{"templateId":"she","similarity":0.99},
        "box":{"x":1,"y":2,"w":30,"h":40}}})",
           "unavailable");
    EXPECT_EQ(stringField(last.get(), "reason"), "other-face");
    EXPECT_FALSE(gst_structure_has_field(last.get(), "template-id"));
    EXPECT_EQ(service->requests().size(), 3U);
}

TEST_F(CannedAnswer, aLowSimilarityIsNoMatchButIsTold)
{
    answer(R"({"result":{"search":{"templateId":"she","similarity":0.7}}})", "unknown");
    EXPECT_DOUBLE_EQ(number("similarity"), 0.7);
    EXPECT_FALSE(gst_structure_has_field(last.get(), "template-id")) << "it is not who she is";
    EXPECT_EQ(stringField(last.get(), "nearest-template-id"), "she");
}

TEST_F(CannedAnswer, whoIsNotLiveAndNoMatchEitherHasTheNearestTemplateOnly)
{
    answer(
        R"({"result":{"search":{"templateId":"she","similarity":0.7},"liveness":{"score":0.2,"fine":false}}})",
        "spoof");
    EXPECT_FALSE(gst_structure_has_field(last.get(), "template-id"));
    EXPECT_EQ(stringField(last.get(), "nearest-template-id"), "she");
}

TEST_F(CannedAnswer, anotherThresholdJudgesTheFaceInViewAgainWithoutARequest)
{
    answer(R"({"result":{"search":{"templateId":"she","similarity":0.8}}})", "identified");
    const auto requests = service->requests().size();
    const std::pair<double, const char *> steps[] = {{0.9, "unknown"}, {0.7, "identified"}};
    for (const auto &[threshold, status] : steps) {
        g_object_set(identify.element(), "similarity-threshold", threshold, nullptr);
        const auto messages = identify.messages("ooto-face");
        EXPECT_EQ(stringField(messages.back().get(), "type"), "updated");
        EXPECT_EQ(stringField(messages.back().get(), "status"), status);
        const bool named = gst_structure_has_field(messages.back().get(), "template-id");
        EXPECT_EQ(named, threshold < 0.8);
        Buffer scene(makeScene(identify.info(), {hopper}));
        Buffer out(identify.push(gst_buffer_ref(scene.frame)));
        EXPECT_TRUE(hasStatus(out.frame, status));
    }
    EXPECT_EQ(service->requests().size(), requests);
}

TEST_F(CannedAnswer, theThresholdIsTheUsers)
{
    g_object_set(identify.element(), "similarity-threshold", 0.6, nullptr);
    answer(R"({"result":{"search":{"templateId":"she","similarity":0.7}}})", "identified");
}

TEST_F(CannedAnswer, aSimilarityThatIsNoNumberIsNoMatch)
{
    answer(R"({"result":{"search":{"templateId":"she","similarity":1e999}}})", "unknown");
    EXPECT_FALSE(gst_structure_has_field(last.get(), "similarity"));
}

TEST_F(CannedAnswer, refusalsEndAsUnavailableAfterThreeAtMost)
{
    answer(
        R"({"transactionId":"x","result":{"status":"error","code":5,"info":"can not detect face"}})",
        "unavailable", 400);
    EXPECT_LE(service->requests().size(), 3U);
    EXPECT_EQ(identify.stat("answers"), 0U);
}

TEST(IdentifyAnswers, aSecondElementAppendsItsFaces)
{
    Service service(true);
    const std::string line = "ootoidentify " + service.properties() + " detector=cascade ! " +
                             "ootoidentify " + service.properties() + " detector=none";
    GstHarness *both = gst_harness_new_parse(line.c_str());
    gst_harness_set_src_caps_str(both, Identify::defaultCaps);
    Buffer scene(makeScene(infoOf(Identify::defaultCaps), {hopper}));

    std::size_t most = 0;
    for (int i = 0; i < 1000 && most < 2; ++i) {
        GstBuffer *frame = gst_buffer_copy(scene.frame);
        GST_BUFFER_PTS(frame) = static_cast<GstClockTime>(i) * 40 * GST_MSECOND;
        ASSERT_EQ(gst_harness_push(both, frame), GST_FLOW_OK);
        Buffer out(gst_harness_pull(both));
        const std::vector<ReadFace> faces = readFaces(out.frame);
        most = std::max(most, faces.size());
        std::set<guint64> ids;
        for (const ReadFace &face : faces)
            ids.insert(face.trackId);
        EXPECT_EQ(ids.size(), faces.size()) << "track ids are unique in the process";
        std::this_thread::sleep_for(8ms);
    }
    EXPECT_EQ(most, 2U);
    gst_harness_teardown(both);
}
