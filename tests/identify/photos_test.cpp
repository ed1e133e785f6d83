// SPDX-License-Identifier: LGPL-2.1-or-later
// Photos in the stream: for who asks, as long as somebody does, and for no log.
#include "core/base/guarded.h"
#include "identify/photo_wishes.h"
#include "metadata/faces_reader.h"
#include "metadata/requests.h"
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <functional>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

const char *const wide = "video/x-raw,format=I420,width=1600,height=900,framerate=25/1";

GstEvent *wishEvent(const metadata::PhotoWish &wish)
{
    return gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                metadata::photoWishStructure(wish).release());
}

/** The `ooto-face` events that pass a pad. */
class FaceEvents
{
public:
    explicit FaceEvents(GstPad *pad) : pad_(pad)
    {
        probe_ = gst_pad_add_probe(
            pad_, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
            [](GstPad *, GstPadProbeInfo *info, gpointer self) {
                const GstStructure *structure =
                    gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
                if (structure && gst_structure_has_name(structure, "ooto-face"))
                    static_cast<FaceEvents *>(self)->seen_.lock()->emplace_back(
                        gst_structure_copy(structure));
                return GST_PAD_PROBE_OK;
            },
            this, nullptr);
    }
    ~FaceEvents()
    {
        gst_pad_remove_probe(pad_, probe_);
        gst_object_unref(pad_);
    }
    FaceEvents(const FaceEvents &) = delete;
    FaceEvents &operator=(const FaceEvents &) = delete;

    /** Of the `answered` ones. */
    std::vector<metadata::FaceMessage> answered()
    {
        std::vector<metadata::FaceMessage> messages;
        for (const StructurePtr &structure : *seen_.lock()) {
            auto message = metadata::readFaceMessage(structure.get());
            if (message && message->type == core::FaceEventType::Answered)
                messages.push_back(std::move(*message));
        }
        return messages;
    }
    std::string asText()
    {
        std::string all;
        for (const StructurePtr &structure : *seen_.lock()) {
            gchar *text = gst_structure_to_string(structure.get());
            all += text;
            g_free(text);
        }
        return all;
    }

private:
    GstPad *pad_; ///< owned
    gulong probe_ = 0;
    core::Guarded<std::vector<StructurePtr>> seen_;
};

class AskedPhotos : public testing::Test
{
protected:
    void start(const std::string &more = "", const std::string &caps = Identify::defaultCaps)
    {
        identify = std::make_unique<Identify>(
            service.properties() +
                " detector=cascade backpressure=true analysis-rate=0/1 relink-time=100 " + more,
            caps);
        events =
            std::make_unique<FaceEvents>(gst_element_get_static_pad(identify->element(), "src"));
    }
    ~AskedPhotos() override
    {
        events.reset();
        identify.reset();
    }

    void wish(const metadata::PhotoWish &wish)
    {
        EXPECT_TRUE(gst_harness_push_upstream_event(identify->harness(), wishEvent(wish)));
    }
    /** Shows these until each is answered, then nobody until all are gone. */
    std::vector<metadata::FaceMessage> answersTo(const std::vector<Portrait> &people)
    {
        const std::size_t before = events->answered().size();
        GstBuffer *scene = makeScene(identify->info(), people);
        EXPECT_TRUE(identify->pushUntil(scene, [&](GstBuffer *) {
            return events->answered().size() >= before + people.size();
        }));
        gst_buffer_unref(scene);
        GstBuffer *empty = makeScene(identify->info(), {});
        EXPECT_TRUE(identify->pushUntil(
            empty, [](GstBuffer *buffer) { return test::readFaces(buffer).empty(); }));
        for (int i = 0; i < 100; ++i)
            gst_buffer_unref(identify->push(gst_buffer_copy(empty)));
        gst_buffer_unref(empty);
        auto all = events->answered();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before));
        return all;
    }

    Service service{true};
    std::unique_ptr<Identify> identify;
    std::unique_ptr<FaceEvents> events;
};

const Portrait hopper{photos::hopperFile, 120, 40, 400};

} // namespace

TEST(PhotoWishes, addUpUntilEachIsTakenBack)
{
    identify::PhotoWishes wishes;
    EXPECT_FALSE(wishes.photos());
    wishes.note({.asker = "a", .photos = true, .frames = false});
    wishes.note({.asker = "b", .photos = true, .frames = true});
    EXPECT_TRUE(wishes.photos());
    EXPECT_TRUE(wishes.frames());
    wishes.note({.asker = "b", .photos = false, .frames = false});
    EXPECT_TRUE(wishes.photos());
    EXPECT_FALSE(wishes.frames());
    wishes.note({.asker = "", .photos = false, .frames = false});
    EXPECT_TRUE(wishes.photos()) << "who has no name has asked for nothing";
    wishes.note({.asker = "a", .photos = false, .frames = false});
    EXPECT_FALSE(wishes.photos());
}

TEST_F(AskedPhotos, areInNoEventUnlessAskedFor)
{
    start("message-photos=true");
    const auto answers = answersTo({hopper});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].photo, nullptr);
    EXPECT_EQ(events->asText().find("photo"), std::string::npos);
    // The bus is another matter.
    EXPECT_TRUE(gst_structure_has_field_typed(identify->messages("ooto-face", 2)[1].get(), "photo",
                                              GST_TYPE_SAMPLE));
}

TEST_F(AskedPhotos, areThoseThatWereSentAndInNoMessage)
{
    start();
    wish({.asker = "me", .photos = true, .frames = false});
    const auto answers = answersTo({hopper});
    ASSERT_EQ(answers.size(), 1U);
    ASSERT_TRUE(answers[0].photo);
    EXPECT_FALSE(answers[0].photoIsPng);
    EXPECT_EQ(*answers[0].photo, service->requests().back().part("photo")->bytes);
    EXPECT_EQ(answers[0].frame, nullptr);
    for (const auto &message : identify->messages("ooto-face", 3))
        EXPECT_FALSE(gst_structure_has_field(message.get(), "photo"));
}

TEST_F(AskedPhotos, areNotWrittenOutWhereEventsAreLogged)
{
    start();
    wish({.asker = "me", .photos = true, .frames = true});
    const auto answers = answersTo({hopper});
    ASSERT_EQ(answers.size(), 1U);
    ASSERT_TRUE(answers[0].photo);
    ASSERT_TRUE(answers[0].frame);
    // As GST_DEBUG=*:5 does. A JPEG in hex begins with ffd8, in base64 with /9j/.
    const std::string text = events->asText();
    EXPECT_EQ(text.find("ffd8ff"), std::string::npos);
    EXPECT_EQ(text.find("/9j/"), std::string::npos);
    EXPECT_LT(text.size(), 20'000U);
}

TEST_F(AskedPhotos, goOnWhileAnyAskerIsLeft)
{
    start();
    wish({.asker = "a", .photos = true, .frames = false});
    wish({.asker = "b", .photos = true, .frames = true});
    auto answers = answersTo({hopper});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(answers[0].photo);
    EXPECT_TRUE(answers[0].frame);

    wish({.asker = "b", .photos = false, .frames = false});
    answers = answersTo({hopper});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(answers[0].photo);
    EXPECT_FALSE(answers[0].frame);

    wish({.asker = "a", .photos = false, .frames = false});
    answers = answersTo({hopper});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_FALSE(answers[0].photo);
}

TEST_F(AskedPhotos, ofTheWholeFrameShowNoOtherFace)
{
    start("", wide);
    wish({.asker = "me", .photos = true, .frames = true});
    const Portrait left{photos::hopperFile, 100, 200, 512};
    const Portrait right{photos::hopperFile, 1000, 200, 512};
    const auto answers = answersTo({left, right});
    ASSERT_GE(answers.size(), 2U);
    const auto contrast = [](const cv::Mat &picture, const Portrait &portrait) {
        const double scale = 1280.0 / 1600;
        const core::Box face = photos::hopperFace;
        // The middle of the face: eyes, nose and mouth.
        const cv::Rect place(static_cast<int>((portrait.x + face.x + face.width / 4) * scale),
                             static_cast<int>((portrait.y + face.y + face.height / 4) * scale),
                             static_cast<int>(face.width / 2 * scale),
                             static_cast<int>(face.height / 2 * scale));
        cv::Scalar mean;
        cv::Scalar deviation;
        cv::meanStdDev(picture(place), mean, deviation);
        return deviation[0];
    };
    for (const metadata::FaceMessage &answer : answers) {
        ASSERT_TRUE(answer.frame);
        EXPECT_FALSE(answer.frameIsPng);
        const cv::Mat picture = cv::imdecode(*answer.frame, cv::IMREAD_GRAYSCALE);
        ASSERT_EQ(picture.cols, 1280);
        ASSERT_EQ(picture.rows, 720);
        const bool isLeft = answer.face.box->x < 0.5;
        EXPECT_GT(contrast(picture, isLeft ? left : right), 10) << "whom it is about";
        EXPECT_LT(contrast(picture, isLeft ? right : left), 4) << "the other one";
    }
}

TEST_F(AskedPhotos, areAskedForThroughOtherElements)
{
    GError *error = nullptr;
    GstElement *pipeline =
        gst_parse_launch(("appsrc name=in format=time caps=" + std::string(Identify::defaultCaps) +
                          " ! ootoidentify detector=cascade backpressure=true analysis-rate=0/1 " +
                          service.properties() +
                          " ! queue ! videoconvert ! video/x-raw,format=BGR ! tee name=t ! queue ! "
                          "fakesink name=out sync=false t. ! queue ! fakesink sync=false")
                             .c_str(),
                         &error);
    ASSERT_EQ(error, nullptr) << error->message;
    GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    GstElement *in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    const GstVideoInfo info = infoOf(Identify::defaultCaps);
    GstBuffer *scene = makeScene(info, {hopper});
    {
        GstPad *sink = gst_element_get_static_pad(out, "sink");
        FaceEvents seen(GST_PAD(gst_object_ref(sink)));
        gst_element_set_state(pipeline, GST_STATE_PLAYING);
        EXPECT_TRUE(gst_pad_push_event(sink, wishEvent({.asker = "end", .photos = true})));
        const auto until = std::chrono::steady_clock::now() + 30s;
        GstClockTime time = 0;
        while (seen.answered().empty() && std::chrono::steady_clock::now() < until) {
            GstBuffer *frame = gst_buffer_copy(scene);
            GST_BUFFER_PTS(frame) = time;
            time += 40 * GST_MSECOND;
            GstFlowReturn flow = GST_FLOW_OK;
            g_signal_emit_by_name(in, "push-buffer", frame, &flow);
            gst_buffer_unref(frame);
            g_usleep(20'000);
        }
        const auto answers = seen.answered();
        EXPECT_FALSE(answers.empty());
        EXPECT_TRUE(!answers.empty() && answers[0].photo);
        gst_element_set_state(pipeline, GST_STATE_NULL);
        gst_object_unref(sink);
    }
    gst_buffer_unref(scene);
    gst_object_unref(in);
    gst_object_unref(out);
    gst_object_unref(pipeline);
}

TEST(IdentifyEvents, ofAskersAreHeardWhoeverIsUpstream)
{
    Service service;
    GstElement *element =
        gst_parse_launch(("ootoidentify dry-run=true " + service.properties()).c_str(), nullptr);
    gst_element_set_state(element, GST_STATE_PAUSED);
    GstPad *pad = gst_element_get_static_pad(element, "src");
    EXPECT_TRUE(gst_pad_send_event(pad, wishEvent({.asker = "me", .photos = true})));
    EXPECT_TRUE(gst_pad_send_event(
        pad, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                  metadata::forgetStructure({"x", ""}).release())));
    EXPECT_FALSE(gst_pad_send_event(
        pad, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty("other"))));
    gst_object_unref(pad);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
}
