// SPDX-License-Identifier: LGPL-2.1-or-later
// ootoidentify on faces that somebody else found: detector=upstream.
#include "support/identify_support.h"
#include "support/photos.h"

#include <gtest/gtest.h>

#include <optional>

using namespace ooto;
using namespace ooto::test;
using namespace std::chrono_literals;

namespace
{

const core::Box hopperPx{235, 105, 180, 180}; // of the portrait at (120, 40)

class Upstream : public testing::Test
{
protected:
    void start(const std::string &more = "")
    {
        identify = std::make_unique<Identify>(
            service.properties() +
            " detector=upstream backpressure=true analysis-rate=0/1 model=/nowhere.onnx " + more);
        scene = makeScene(identify->info(), {{photos::hopperFile, 120, 40, 400}});
    }
    ~Upstream() override
    {
        identify.reset();
        gst_clear_buffer(&scene);
    }

    struct Region {
        const char *type = "face";
        core::Box px = hopperPx;
        int id = 0;
        std::optional<int> objectId = {};
        std::optional<double> confidence = {};
    };

    static void add(GstBuffer *frame, const Region &region)
    {
        auto *meta = gst_buffer_add_video_region_of_interest_meta(
            frame, region.type, static_cast<guint>(region.px.x), static_cast<guint>(region.px.y),
            static_cast<guint>(region.px.width), static_cast<guint>(region.px.height));
        meta->id = region.id;
        if (region.objectId)
            gst_video_region_of_interest_meta_add_param(
                meta, gst_structure_new("object_id", "id", G_TYPE_INT, *region.objectId, nullptr));
        if (region.confidence)
            gst_video_region_of_interest_meta_add_param(
                meta, gst_structure_new("detection", "confidence", G_TYPE_DOUBLE,
                                        *region.confidence, "mine", G_TYPE_BOOLEAN, TRUE, nullptr));
    }

    /** Pushes a frame with these regions, and keeps what came out in `out`. */
    void show(const std::vector<Region> &regions)
    {
        GstBuffer *frame = gst_buffer_copy(scene);
        for (const Region &region : regions)
            add(frame, region);
        out.reset(identify->push(frame));
        ASSERT_TRUE(out);
    }

    /** Until somebody is named. */
    void showUntilIdentified(const std::vector<Region> &regions)
    {
        for (int i = 0; i < 100; ++i) {
            show(regions);
            if (hasStatus(out.get(), "identified"))
                return;
        }
        FAIL() << "nobody was named";
    }

    std::vector<GstVideoRegionOfInterestMeta *> regions()
    {
        std::vector<GstVideoRegionOfInterestMeta *> found;
        gpointer state = nullptr;
        while (GstMeta *meta = gst_buffer_iterate_meta_filtered(
                   out.get(), &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))
            found.push_back(reinterpret_cast<GstVideoRegionOfInterestMeta *>(meta));
        return found;
    }

    static std::vector<std::string> params(const GstVideoRegionOfInterestMeta *region)
    {
        std::vector<std::string> names;
        for (const GList *item = region->params; item; item = item->next)
            names.emplace_back(gst_structure_get_name(static_cast<GstStructure *>(item->data)));
        return names;
    }

    struct BufferDeleter {
        void operator()(GstBuffer *buffer) const { gst_buffer_unref(buffer); }
    };

    Service service{true};
    std::unique_ptr<Identify> identify;
    GstBuffer *scene = nullptr;
    std::unique_ptr<GstBuffer, BufferDeleter> out;
};

using Names = std::vector<std::string>;

} // namespace

TEST_F(Upstream, regionsOfTheTypeAreFacesAndAreAnswered)
{
    start();
    showUntilIdentified({{}});
    const auto found = regions();
    ASSERT_EQ(found.size(), 1U) << "theirs is used, and no other added";
    const auto faces = readFaces(out.get());
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(found[0]->id, static_cast<int>(faces[0].trackId));
    EXPECT_EQ(faces[0].roiId, found[0]->id);
    EXPECT_EQ(found[0]->x, 235U);
    EXPECT_EQ(found[0]->w, 180U);
    EXPECT_EQ(params(found[0]), (Names{"detection", "object_id", "identity"}));
    EXPECT_EQ(service->requests().size(), 1U);
}

TEST_F(Upstream, regionsOfAnotherTypeAreNone)
{
    start();
    for (int i = 0; i < 20; ++i)
        show({{.type = "person"}});
    EXPECT_TRUE(readFaces(out.get()).empty());
    ASSERT_EQ(regions().size(), 1U);
    EXPECT_TRUE(regions()[0]->params == nullptr);
    EXPECT_EQ(identify->stat("tracks"), 0U);
}

TEST_F(Upstream, theTypeCanBeAnyName)
{
    start("roi-type=head");
    for (int i = 0; i < 5; ++i)
        show({{.type = "head"}});
    EXPECT_EQ(readFaces(out.get()).size(), 1U);
    EXPECT_EQ(regions().size(), 1U);
}

TEST_F(Upstream, anIdThatTheyGaveStays)
{
    start();
    for (int i = 0; i < 5; ++i)
        show({{.id = 4711}});
    ASSERT_EQ(regions().size(), 1U);
    EXPECT_EQ(regions()[0]->id, 4711);
    const auto faces = readFaces(out.get());
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces[0].roiId, 4711);
    EXPECT_NE(faces[0].trackId, 4711U);
}

TEST_F(Upstream, aNumberThatTheyFollowTheFaceByIsTheTracks)
{
    start();
    showUntilIdentified({{.objectId = 77, .confidence = 0.5}});
    const auto faces = readFaces(out.get());
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces[0].trackId, 77U);
    ASSERT_EQ(regions().size(), 1U);
    EXPECT_EQ(regions()[0]->id, 77) << "it was 0";
    EXPECT_EQ(params(regions()[0]), (Names{"object_id", "detection", "identity"}))
        << "each once; the first two are theirs";
    double score = 0;
    EXPECT_TRUE(gst_structure_get_double(
        gst_video_region_of_interest_meta_get_param(regions()[0], "detection"), "confidence",
        &score));
    EXPECT_EQ(score, 0.5);
}

TEST_F(Upstream, twoNumbersInOnePlaceAreTwoPeople)
{
    start();
    for (int i = 0; i < 5; ++i)
        show({{.objectId = 77}});
    for (int i = 0; i < 5; ++i)
        show({{.objectId = 78}});
    bool second = false;
    for (const ReadFace &face : readFaces(out.get()))
        second = second || face.trackId == 78;
    EXPECT_TRUE(second);
}

TEST_F(Upstream, framesWithoutRegionsAreFramesWithoutFaces)
{
    start("hold-time=100");
    for (int i = 0; i < 20; ++i)
        show({});
    EXPECT_TRUE(hasFacesMeta(out.get()));
    EXPECT_TRUE(readFaces(out.get()).empty());
    EXPECT_TRUE(identify->complaints().empty());
    for (int i = 0; i < 5; ++i)
        show({{}});
    EXPECT_EQ(readFaces(out.get()).size(), 1U);
    for (int i = 0; i < 20; ++i)
        show({});
    EXPECT_TRUE(readFaces(out.get()).empty());
}

TEST_F(Upstream, facesBetweenTheFramesThatTheyLookedAtAreKept)
{
    // At five samples a second, and a detector upstream that looks at every fourth of 25 frames.
    start("analysis-rate=5/1");
    std::size_t without = 0;
    for (int i = 0; i < 100; ++i) {
        show(i % 4 == 3 ? std::vector<Region>{{}} : std::vector<Region>{});
        without += i > 20 && readFaces(out.get()).empty();
    }
    EXPECT_EQ(without, 0U);
    EXPECT_EQ(identify->stat("tracks"), 1U);
    EXPECT_EQ(service->requests().size(), 1U);
}

TEST_F(Upstream, nonsenseIsNoFace)
{
    start();
    for (int i = 0; i < 5; ++i)
        show({{.px = {0, 0, 0, 0}},
              {.px = {5000, 5000, 100, 100}},
              {.px = {10, 10, 8, 8}},
              {.px = {600, 440, 4000000000.0, 4000000000.0}, .objectId = -3, .confidence = 7}});
    for (const ReadFace &face : readFaces(out.get())) {
        EXPECT_GE(face.box.x, 0);
        EXPECT_LE(face.box.right(), 1.0001);
    }
}

TEST_F(Upstream, aNumberFarAwayIsNotNamedBeforeItWasLookedAt)
{
    start();
    showUntilIdentified({{.objectId = 5}});
    // One sample in two seconds: the next frames are not looked at.
    g_object_set(identify->element(), "analysis-rate", 1, 2, nullptr);
    show({{.objectId = 5}});
    for (int i = 0; i < 5; ++i) {
        show({{.px = {20, 20, 100, 100}, .objectId = 5}});
        for (auto *region : regions()) {
            if (region->x == 20) {
                EXPECT_EQ(gst_video_region_of_interest_meta_get_param(region, "identity"), nullptr);
            }
        }
    }
}

TEST_F(Upstream, oneNumberTwiceIsOneFace)
{
    start();
    for (int i = 0; i < 5; ++i)
        show({{.objectId = 5}, {.px = {300, 150, 180, 180}, .objectId = 5}});
    EXPECT_EQ(readFaces(out.get()).size(), 1U);
}

TEST_F(Upstream, noTwoRegionsOfOneTypeGetOneId)
{
    start("hold-time=5000");
    for (int i = 0; i < 5; ++i)
        show({{}});
    const auto first = readFaces(out.get());
    ASSERT_EQ(first.size(), 1U);
    const int ours = static_cast<int>(first[0].trackId);
    // Held, not seen, while somebody else's region has the number.
    show({{.px = {10, 10, 50, 50}, .id = ours}});
    const auto held = readFaces(out.get());
    ASSERT_EQ(held.size(), 1U);
    EXPECT_NE(held[0].roiId, ours);
    const auto *region = gst_buffer_get_video_region_of_interest_meta_id(out.get(), held[0].roiId);
    ASSERT_NE(region, nullptr);
    EXPECT_STREQ(g_quark_to_string(region->roi_type), "face");

    show({{.type = "dog", .px = {10, 10, 50, 50}, .id = ours}});
    ASSERT_EQ(readFaces(out.get()).size(), 1U);
    EXPECT_EQ(readFaces(out.get())[0].roiId, ours) << "readers go by type and number";
}

TEST_F(Upstream, theBoxOfTheFrameIsTheBox)
{
    // Walks 20 px a frame, and is looked at five times a second.
    start("analysis-rate=5/1");
    showUntilIdentified({{.objectId = 9}});
    for (int i = 0; i < 10; ++i) {
        const core::Box px{235 + 20.0 * i, 105, 180, 180};
        show({{.px = px, .objectId = 9}});
        const auto faces = readFaces(out.get());
        ASSERT_EQ(faces.size(), 1U) << i;
        EXPECT_NEAR(faces[0].box.x * 640, px.x, 1e-6) << i;
        ASSERT_EQ(regions().size(), 1U) << i;
        double left = 0;
        EXPECT_TRUE(gst_structure_get_double(
            gst_video_region_of_interest_meta_get_param(regions()[0], "detection"), "x_min",
            &left));
        EXPECT_NEAR(left * 640, px.x, 1e-6) << i;
    }
}

TEST_F(Upstream, aNumberThatComesLateOrNowAndThenIsTheSameFace)
{
    start("analysis-rate=5/1");
    showUntilIdentified({{}});
    const guint64 track = readFaces(out.get()).at(0).trackId;
    const auto expectOne = [&](int frame) {
        EXPECT_EQ(regions().size(), 1U) << frame;
        const auto faces = readFaces(out.get());
        ASSERT_EQ(faces.size(), 1U) << frame;
        EXPECT_EQ(faces[0].trackId, track) << frame;
        EXPECT_EQ(faces[0].status, "identified") << frame;
    };
    for (int i = 0; i < 40; ++i) {
        show({{.objectId = i % 3 == 0 ? std::optional(4711) : std::nullopt}});
        expectOne(i);
    }
    EXPECT_EQ(identify->stat("tracks"), 1U);
    EXPECT_EQ(service->requests().size(), 1U);
    // Another number is another face, but not a second region before it was looked at.
    for (int i = 0; i < 3; ++i) {
        show({{.objectId = 4712}});
        EXPECT_EQ(regions().size(), 1U) << i;
    }
}

TEST_F(Upstream, whoStopsIsNotTwo)
{
    start("analysis-rate=5/1");
    core::Box px{20, 150, 100, 100};
    for (int i = 0; i < 20; ++i) {
        show({{.px = px}});
        px.x += 20;
    }
    for (int i = 0; i < 12; ++i) {
        show({{.px = px}});
        EXPECT_EQ(regions().size(), 1U) << i;
    }
}

TEST_F(Upstream, aParamThatIsThereIsNotAddedAgain)
{
    start();
    showUntilIdentified({{}});
    GstBuffer *again = gst_buffer_copy(out.get());
    out.reset(identify->push(again));
    ASSERT_EQ(regions().size(), 1U);
    EXPECT_EQ(params(regions()[0]), (Names{"detection", "object_id", "identity"}));
}

TEST_F(Upstream, aWallBesideSomebodyNeverGetsHerName)
{
    // The photo of the wall has half of her on its edge, and is refused as there is no face. The
    // wider one has her in it: that answer is about her, and the wall is none of her.
    start("min-quality=0");
    gst_clear_buffer(&scene);
    identify->setCaps("video/x-raw,format=I420,width=1280,height=720,framerate=25/1");
    scene = makeScene(identify->info(), {{photos::hopperFile, 700, 200, 300}});
    for (int i = 0; i < 250; ++i) {
        show({{.px = {285, 150, 360, 360}}});
        ASSERT_FALSE(hasStatus(out.get(), "identified")) << i;
    }
    const auto requests = service->requests();
    ASSERT_GE(requests.size(), 2U);
    EXPECT_EQ(requests[0].code, 5);
    EXPECT_GT(requests[1].photoWidth, requests[0].photoWidth);
    EXPECT_EQ(requests[1].code, 0) << "she was found, and known";
    EXPECT_LE(requests.size(), 3U);
    EXPECT_TRUE(hasStatus(out.get(), "unavailable"));
    for (const auto &message : identify->messages("ooto-face"))
        EXPECT_FALSE(gst_structure_has_field(message.get(), "template-id"));
}
