// SPDX-License-Identifier: LGPL-2.1-or-later
#include "overlay/face_painter.h"

#include "identify/detector_choice.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

using namespace ooto::overlay;
using ooto::core::Box;
using ooto::core::Status;

namespace
{

OverlayScene sceneOf(const Box &visible, const std::vector<Box> &faces)
{
    OverlayScene scene;
    scene.visible = visible;
    for (const Box &box : faces) {
        OverlayFace face;
        face.box = box;
        face.status = Status::Identified;
        face.name = "Grace Brewster Murray Hopper of the United States Navy";
        face.similarity = 0.93;
        face.livenessFine = true;
        scene.faces.push_back(face);
    }
    return scene;
}

std::vector<Box> rectanglesOf(GstVideoOverlayComposition *composition)
{
    std::vector<Box> boxes;
    for (guint i = 0; composition && i < gst_video_overlay_composition_n_rectangles(composition);
         ++i) {
        gint x = 0;
        gint y = 0;
        guint width = 0;
        guint height = 0;
        gst_video_overlay_rectangle_get_render_rectangle(
            gst_video_overlay_composition_get_rectangle(composition, i), &x, &y, &width, &height);
        boxes.push_back({double(x), double(y), double(width), double(height)});
    }
    return boxes;
}

std::vector<guint8> pixelsOf(const Plate &plate)
{
    std::vector<guint8> bytes(gst_buffer_get_size(plate.pixels.get()));
    gst_buffer_extract(plate.pixels.get(), 0, bytes.data(), bytes.size());
    return bytes;
}

} // namespace

TEST(FacePainter, drawsNothingWhenThereIsNothing)
{
    FacePainter painter;
    EXPECT_EQ(painter.paint(sceneOf({0, 0, 640, 480}, {}), {}, 1), nullptr);
}

TEST(FacePainter, staysInsideTheVisibleFrame)
{
    FacePainter painter;
    for (const Box &visible : {Box{0, 0, 640, 360}, {16, 8, 321, 241}, {0, 0, 3840, 2160}}) {
        const double side = visible.height / 4;
        for (const double left : {-side / 2, visible.width / 2, visible.width - side / 2}) {
            for (const double top : {-side / 2, visible.height / 2, visible.height - side / 2}) {
                OverlayScene scene =
                    sceneOf(visible, {{visible.x + left, visible.y + top, side, side}});
                scene.serviceState = "unauthorized";
                scene.serviceReason = std::string(300, 'x');
                scene.notice = "set model";
                const auto drawn = rectanglesOf(painter.paint(scene, {}, 1));
                EXPECT_EQ(drawn.size(), 7U);
                for (const Box &box : drawn)
                    EXPECT_EQ(intersection(box, visible), box);
            }
        }
    }
}

TEST(FacePainter, leavesFacesFree)
{
    const std::vector<Box> faces{{20, 20, 100, 120}, {300, 60, 90, 110}, {500, 200, 100, 120}};
    OverlayScene scene = sceneOf({0, 0, 1280, 720}, faces);
    scene.serviceState = "down";
    scene.serviceReason = "connection refused";
    FacePainter painter;
    const auto drawn = rectanglesOf(painter.paint(scene, {}, 1));
    ASSERT_EQ(drawn.size(), 4 * 3 + 1 + 3U);
    for (std::size_t i = 12; i < drawn.size(); ++i)
        for (const Box &face : faces)
            EXPECT_TRUE(intersection(drawn[i], face).empty()) << i;
}

/** How high the plate would be if there were room for every line. */
double heightOfWhole(const std::string &heading, const std::string &body, int fontPx, double width)
{
    PlateRenderer renderer;
    const PlateRoom endless{static_cast<int>(width), 100000};
    return renderer.notice(heading, body, white, {fontPx, 1}, endless).height;
}

TEST(FacePainter, writesNoticesWhole)
{
    // Where no model is found, whose notice is the longest.
    const ooto::test::ScratchDirectory empty;
    g_setenv("XDG_DATA_HOME", empty.path().c_str(), TRUE);
    g_setenv("XDG_DATA_DIRS", empty.path().c_str(), TRUE);
    g_unsetenv("OOTO_FACE_MODEL");
    OverlayScene scene;
    scene.notice = ooto::identify::chooseDetector(ooto::identify::DetectorChoice::Auto, {}).notice;
    ASSERT_FALSE(scene.notice.empty());
    for (const auto &[width, height, fontPx] :
         {std::tuple{320, 240, 11}, {640, 480, 11}, {1280, 720, 16}, {480, 854, 11}}) {
        SCOPED_TRACE(width);
        FacePainter painter;
        scene.visible = {0, 0, double(width), double(height)};
        scene.serviceState.clear();
        auto drawn = rectanglesOf(painter.paint(scene, {}, 1));
        ASSERT_EQ(drawn.size(), 1U);
        EXPECT_EQ(drawn[0].height, heightOfWhole({}, scene.notice, fontPx, drawn[0].width));

        scene.serviceState = "down";
        scene.serviceReason = "127.0.0.1 refuses connections: nothing listens there; check "
                              "`endpoint`, or start the service";
        drawn = rectanglesOf(painter.paint(scene, {}, 1));
        ASSERT_EQ(drawn.size(), 2U);
        EXPECT_EQ(drawn[0].height, heightOfWhole("Identify service: down", scene.serviceReason,
                                                 fontPx, drawn[0].width));
        EXPECT_EQ(drawn[1].height, heightOfWhole({}, scene.notice, fontPx, drawn[1].width));
    }
}

TEST(FacePainter, leavesOutTextThatCannotFit)
{
    FacePainter painter;
    OverlayScene scene = sceneOf({0, 0, 16, 16}, {{4, 4, 8, 8}});
    scene.notice = "set model";
    for (const Box &box : rectanglesOf(painter.paint(scene, {}, 1)))
        EXPECT_EQ(intersection(box, scene.visible), box);
    scene.faces.clear();
    EXPECT_EQ(painter.paint(scene, {}, 1), nullptr);
}

TEST(FacePainter, scalesLinesAndTextWithTheFrame)
{
    FacePainter painter;
    const auto small =
        rectanglesOf(painter.paint(sceneOf({0, 0, 480, 270}, {{100, 100, 60, 60}}), {}, 1));
    const auto large =
        rectanglesOf(painter.paint(sceneOf({0, 0, 3840, 2160}, {{800, 800, 480, 480}}), {}, 1));
    EXPECT_EQ(small[0].height, 4); // a line of two pixels and its edges
    EXPECT_EQ(large[0].height, 16);
    EXPECT_GT(large[4].height, 3 * small[4].height);
}

TEST(FacePainter, drawsNarrowerWherePixelsAreWide)
{
    FacePainter painter;
    OverlayScene scene = sceneOf({0, 0, 1440, 1080}, {{400, 400, 200, 300}});
    scene.faces[0].name = "Grace Hopper";
    const auto square = rectanglesOf(painter.paint(scene, {true, true, 0, 1}, 1));
    const auto wide = rectanglesOf(painter.paint(scene, {true, true, 0, 1}, 2));
    EXPECT_NEAR(wide[4].width, square[4].width / 2, 2);
    EXPECT_EQ(wide[4].height, square[4].height);
    EXPECT_EQ(wide[2].width, square[2].width / 2);
}

TEST(FacePainter, takesExtremeSettings)
{
    FacePainter painter;
    const OverlayScene scene = sceneOf({0, 0, 320, 240}, {{100, 100, 60, 60}});
    for (const double lineWidth : {0.25, 100.0})
        for (const double textScale : {0.25, 10.0})
            for (const double pixelAspect : {0.01, 100.0})
                for (const Box &box : rectanglesOf(
                         painter.paint(scene, {true, true, lineWidth, textScale}, pixelAspect)))
                    EXPECT_EQ(intersection(box, scene.visible), box);
}

TEST(PlateRenderer, drawsMarkupAndFormatsLiterally)
{
    PlateRenderer renderer;
    const TextStyle style{20, 1};
    const auto widthOf = [&](const char *text) {
        return renderer.label({text, {}}, white, style, 2000).width;
    };
    EXPECT_GT(widthOf("<b>&x</b>"), widthOf("x"));
    EXPECT_GT(widthOf("%s%n%d"), widthOf("%"));
    EXPECT_GT(widthOf("&amp;"), widthOf("&"));
}

TEST(PlateRenderer, keepsToTheWidthAndShowsTheFactsWhole)
{
    PlateRenderer renderer;
    const TextStyle style{20, 1};
    const LabelText longName{std::string(200, 'W'), "0.93  live"};
    const Plate plate = renderer.label(longName, white, style, 300);
    EXPECT_LE(plate.width, 300);
    EXPECT_NE(pixelsOf(plate),
              pixelsOf(renderer.label({longName.text, "0.94  live"}, white, style, 300)));
}

TEST(PlateRenderer, wrapsNoticesToAsManyLinesAsThereIsRoomFor)
{
    PlateRenderer renderer;
    const TextStyle style{20, 1};
    const auto heightOf = [&](const std::string &heading, std::size_t letters, int room) {
        return renderer.notice(heading, std::string(letters, 'x'), white, style, {400, room})
            .height;
    };
    const int oneLine = heightOf({}, 5, 300);
    const int whole = heightOf({}, 200, 300);
    EXPECT_GT(whole, 3 * oneLine);
    EXPECT_LT(heightOf({}, 200, 100), whole);
    for (const int room : {100, 150, 300}) {
        for (const char *heading : {"", "Identify service: down"}) {
            const int cut = heightOf(heading, 3000, room);
            EXPECT_LE(cut, room);
            EXPECT_GT(cut, room - oneLine); // another line would not have had room
        }
    }
}

TEST(PlateRenderer, cutsNoticesWithAnEllipsis)
{
    PlateRenderer renderer;
    const TextStyle style{20, 1};
    const auto pixels = [&](const std::string &text) {
        return pixelsOf(renderer.notice({}, text, white, style, {400, 100}));
    };
    const std::string tooLong(3000, 'x');
    EXPECT_EQ(pixels(tooLong + " and this"), pixels(tooLong + " and that"));
    EXPECT_NE(pixels("and this"), pixels("and that"));
}

TEST(PlateRenderer, drawsTheSameTextOnce)
{
    PlateRenderer renderer;
    const TextStyle style{20, 1};
    const Plate first = renderer.label({"Grace", "0.93"}, white, style, 300);
    const Plate again = renderer.label({"Grace", "0.93"}, white, style, 300);
    EXPECT_EQ(first.pixels, again.pixels);
    for (int i = 0; i < 100; ++i)
        renderer.label({std::to_string(i), {}}, white, style, 300);
    const Plate forgotten = renderer.label({"Grace", "0.93"}, white, style, 300);
    EXPECT_NE(forgotten.pixels, first.pixels);
    EXPECT_EQ(pixelsOf(forgotten), pixelsOf(first));
}
