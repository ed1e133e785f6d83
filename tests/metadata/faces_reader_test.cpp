// SPDX-License-Identifier: LGPL-2.1-or-later
// What the writer writes comes back equal, and what is broken counts as absent.
#include "metadata/faces_reader.h"

#include "element/handles.h"
#include "metadata/event_ids.h"
#include "metadata/face_fields.h"
#include "metadata/faces_meta.h"
#include "metadata/facts.h"
#include "metadata/reports.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

using namespace ooto;
using namespace ooto::metadata;

namespace
{

constexpr core::PixelRect visible{10, 20, 1000, 500};
constexpr unsigned allFacts =
    FactIdentity | FactLiveness | FactDeepfake | FactQuality | FactLandmarks | FactDemography;

core::FaceView identifiedFace()
{
    auto answer = std::make_shared<core::Answer>();
    answer->templateId = "grace";
    answer->similarity = 0.93;
    answer->liveness = core::Judgement{0.875, true};
    answer->deepfake = core::Judgement{1.5, false};
    core::FaceView face;
    face.trackId = 12;
    face.visit = 3;
    face.box = {0.25, 0.5, 0.125, 0.25};
    face.detectionScore = 0.875;
    face.status = core::Status::Identified;
    face.reason = core::Reason::Service;
    face.answer = answer;
    face.isMatch = true;
    face.attempts = 2;
    return face;
}

ReportContext contextOf()
{
    return {.camera = "door",
            .facts = allFacts,
            .frame = {1000, 500, 1, 1},
            .labels = std::make_shared<const Labels>(Labels{{"grace", "Grace Hopper"}})};
}

ReadFace expected()
{
    return {.camera = "door",
            .trackId = 12,
            .visitId = visitId("door", 3),
            .status = core::Status::Identified,
            .reason = "service",
            .name = "Grace Hopper",
            .templateId = "grace",
            .nearestTemplateId = "",
            .similarity = 0.93,
            .liveness = {0.875, true},
            .deepfake = {1.5, false},
            .box = core::Box{0.25, 0.5, 0.125, 0.25},
            .attempts = 2};
}

element::BufferHandle written(const std::vector<core::FaceView> &faces,
                              const StreamNotices &notices = {})
{
    registerFacesMeta();
    element::BufferHandle buffer(gst_buffer_new());
    FaceDescriptions descriptions;
    attachFaces(buffer.get(), faces, contextOf(), notices, visible.x, visible.y, {}, descriptions);
    return buffer;
}

const ReadFace &plain(const FaceOnBuffer &face)
{
    return face;
}

core::FaceEvent eventOf(core::FaceView face)
{
    core::FaceEvent event;
    event.type = core::FaceEventType::Answered;
    event.face = std::move(face);
    event.times.pts = core::StreamTime(5);
    event.times.ownRunningTime = core::StreamTime(6);
    event.times.streamTime = core::StreamTime(7);
    event.number = 8;
    event.sequence = 9;
    event.photoAge = std::chrono::milliseconds(10);
    event.late = true;
    event.lastSeen = event.times;
    return event;
}

} // namespace

TEST(FacesReader, readsOnABufferWhatWasAttached)
{
    core::FaceView other = identifiedFace();
    other.trackId = 13;
    other.isMatch = false;
    other.status = core::Status::Unknown;
    const auto buffer = written({identifiedFace(), other},
                                {.serviceState = "down", .serviceReason = "no", .notice = "look"});
    const FacesOnBuffer read = readFaces(buffer.get(), visible);
    EXPECT_TRUE(read.told);
    ASSERT_EQ(read.faces.size(), 2U);
    EXPECT_EQ(plain(read.faces[0]), expected());
    EXPECT_EQ(read.faces[0].placePx, (core::Box{260, 270, 125, 125}));
    EXPECT_EQ(read.faces[1].templateId, "");
    EXPECT_EQ(read.faces[1].nearestTemplateId, "grace");
    EXPECT_EQ(read.faces[1].status, core::Status::Unknown);
    EXPECT_EQ(read.serviceState, "down");
    EXPECT_EQ(read.serviceReason, "no");
    EXPECT_EQ(read.notice, "look");
}

TEST(FacesReader, readsInAMessageWhatWasReported)
{
    const core::FaceEvent event = eventOf(identifiedFace());
    const auto message = readFaceMessage(faceReport(event, contextOf()).get());
    ASSERT_TRUE(message);
    EXPECT_EQ(message->face, expected());
    EXPECT_EQ(message->type, core::FaceEventType::Answered);
    EXPECT_EQ(message->eventId, eventId(8));
    EXPECT_EQ(message->sequence, 9U);
    EXPECT_EQ(message->pts, 5U);
    EXPECT_EQ(message->runningTime, 6U);
    EXPECT_EQ(message->streamTime, 7U);
    EXPECT_EQ(message->ageMs, 10U);
    EXPECT_TRUE(message->late);
    EXPECT_EQ(message->lastSeenPts, 5U);
    EXPECT_EQ(message->wallClock, "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(message->received, message->wallClock);
    EXPECT_EQ(message->since, message->wallClock);
    EXPECT_EQ(message->lastSeenWallClock, message->wallClock);
    EXPECT_EQ(message->askedWallClock, "");
}

TEST(FacesReader, takesNoOtherMessageForAFaces)
{
    EXPECT_FALSE(readFaceMessage(nullptr));
    EXPECT_FALSE(readFaceMessage(noticeReport("text", "door").get()));
}

TEST(FacesReader, knowsEachStatusAndEventByItsName)
{
    for (const core::Status status :
         {core::Status::Pending, core::Status::Identified, core::Status::Unknown,
          core::Status::Spoof, core::Status::Unavailable}) {
        core::FaceView face = identifiedFace();
        face.status = status;
        const auto buffer = written({face});
        EXPECT_EQ(readFaces(buffer.get(), visible).faces.at(0).status, status);
    }
    for (const core::FaceEventType type : {core::FaceEventType::New, core::FaceEventType::Answered,
                                           core::FaceEventType::Updated, core::FaceEventType::End})
        EXPECT_EQ(core::eventNamed(core::eventName(type)), type);
    EXPECT_EQ(core::statusNamed(""), std::nullopt);
    EXPECT_EQ(core::eventNamed("gone"), std::nullopt);
}

TEST(FacesReader, takesBrokenFieldsAsAbsent)
{
    const element::StructureHandle broken(gst_structure_new(
        faceMessageName, field::type, G_TYPE_STRING, "gone", field::eventId, G_TYPE_INT, 3,
        field::sequence, G_TYPE_STRING, "x", field::pts, G_TYPE_INT, 3, field::ageMs, G_TYPE_INT,
        -1, field::late, G_TYPE_INT, 1, field::camera, G_TYPE_DOUBLE, 1.0, field::trackId,
        G_TYPE_INT, 5, field::status, G_TYPE_STRING, "well", field::name, G_TYPE_INT, 3,
        field::similarity, G_TYPE_DOUBLE, 1.01, field::livenessScore, G_TYPE_DOUBLE, INFINITY,
        field::livenessFine, G_TYPE_INT, 1, field::deepfakeScore, G_TYPE_DOUBLE, NAN, field::box,
        G_TYPE_STRING, "0,0,1,1", field::attempts, G_TYPE_STRING, "many", nullptr));
    const auto message = readFaceMessage(broken.get());
    ASSERT_TRUE(message);
    EXPECT_EQ(message->face, ReadFace());
    EXPECT_EQ(message->type, std::nullopt);
    EXPECT_EQ(message->eventId, "");
    EXPECT_EQ(message->sequence, std::nullopt);
    EXPECT_EQ(message->pts, std::nullopt);
    EXPECT_EQ(message->ageMs, std::nullopt);
    EXPECT_FALSE(message->late);
}

TEST(FacesReader, takesABoxOfFourFiniteNumbersWithAnArea)
{
    const auto boxOf = [](std::initializer_list<double> numbers) {
        GValue array = G_VALUE_INIT;
        gst_value_array_init(&array, 4);
        for (const double number : numbers) {
            GValue value = G_VALUE_INIT;
            g_value_init(&value, G_TYPE_DOUBLE);
            g_value_set_double(&value, number);
            gst_value_array_append_and_take_value(&array, &value);
        }
        const element::StructureHandle message(gst_structure_new_empty(faceMessageName));
        gst_structure_take_value(message.get(), field::box, &array);
        return readFaceMessage(message.get())->face.box;
    };
    EXPECT_EQ(boxOf({0.1, 0.2, 0.3, 0.4}), (core::Box{0.1, 0.2, 0.3, 0.4}));
    EXPECT_EQ(boxOf({0.1, 0.2, 0.3}), std::nullopt);
    EXPECT_EQ(boxOf({0.1, 0.2, 0.3, 0.4, 0.5}), std::nullopt);
    EXPECT_EQ(boxOf({0.1, NAN, 0.3, 0.4}), std::nullopt);
    EXPECT_EQ(boxOf({0.1, 0.2, INFINITY, 0.4}), std::nullopt);
    EXPECT_EQ(boxOf({0.1, 0.2, 0.3, -0.4}), std::nullopt);
}

TEST(FacesReader, keepsTextOnOneShortLineOfUtf8)
{
    const auto nameOf = [](const std::string &text) {
        const element::StructureHandle message(
            gst_structure_new(faceMessageName, field::name, G_TYPE_STRING, text.c_str(), nullptr));
        return readFaceMessage(message.get())->face.name;
    };
    EXPECT_EQ(nameOf("two\nlines\ttab"), "two lines tab");
    EXPECT_EQ(nameOf(std::string(5000, 'x')).size(), 300U);
}

TEST(FacesReader, takesAtMost256Faces)
{
    const auto buffer = written(std::vector<core::FaceView>(300, identifiedFace()));
    EXPECT_EQ(readFaces(buffer.get(), visible).faces.size(), 256U);
}

TEST(FacesReader, readsRegionsWhereThereIsNothingElse)
{
    const element::BufferHandle buffer(gst_buffer_new());
    GstVideoRegionOfInterestMeta *region =
        gst_buffer_add_video_region_of_interest_meta(buffer.get(), faceType, 30, 40, 50, 60);
    region->id = 4;
    gst_video_region_of_interest_meta_add_param(
        region, gst_structure_new(param::identity, param::label, G_TYPE_STRING, "Ada",
                                  param::confidence, G_TYPE_DOUBLE, 0.5, nullptr));
    const FacesOnBuffer read = readFaces(buffer.get(), visible);
    EXPECT_FALSE(read.told);
    ASSERT_EQ(read.faces.size(), 1U);
    EXPECT_EQ(read.faces[0].placePx, (core::Box{30, 40, 50, 60}));
    EXPECT_EQ(read.faces[0].trackId, 4U);
    EXPECT_EQ(read.faces[0].name, "Ada");
    EXPECT_EQ(read.faces[0].similarity, 0.5);
    EXPECT_EQ(read.faces[0].status, std::nullopt);
}

TEST(FacesReader, tellsTheCameraOfABufferWithoutAFace)
{
    EXPECT_EQ(readFaces(written({}).get(), visible).camera, contextOf().camera);
    const element::BufferHandle bare(gst_buffer_new());
    EXPECT_EQ(readFaces(bare.get(), visible).camera, "");
}

TEST(FacesReader, tellsTheCameraThatWroteFirst)
{
    const auto buffer = written({});
    ReportContext second = contextOf();
    second.camera = "second";
    FaceDescriptions descriptions;
    attachFaces(buffer.get(), {identifiedFace()}, second, {}, visible.x, visible.y, {},
                descriptions);
    const FacesOnBuffer read = readFaces(buffer.get(), visible);
    EXPECT_EQ(read.camera, contextOf().camera);
    ASSERT_EQ(read.faces.size(), 1U);
    EXPECT_EQ(read.faces[0].camera, "second");
}

TEST(FacesReader, readsPicturesOfEventsOnly)
{
    core::FaceEvent event = eventOf(identifiedFace());
    event.photo = std::make_shared<const std::vector<std::uint8_t>>(3);
    event.photoIsPng = true;
    event.frame = std::make_shared<const std::vector<std::uint8_t>>(4);
    const auto read = [&](Attached attached) {
        return *readFaceMessage(faceReport(event, contextOf(), attached).get());
    };
    EXPECT_EQ(read(Attached::PictureAndFrame).photo, event.photo);
    EXPECT_TRUE(read(Attached::PictureAndFrame).photoIsPng);
    EXPECT_EQ(read(Attached::PictureAndFrame).frame, event.frame);
    EXPECT_FALSE(read(Attached::PictureAndFrame).frameIsPng);
    EXPECT_EQ(read(Attached::Picture).photo, event.photo);
    EXPECT_EQ(read(Attached::Picture).frame, nullptr);
    EXPECT_EQ(read(Attached::Sample).photo, nullptr);
    EXPECT_EQ(read(Attached::Nothing).photo, nullptr);
}

TEST(FacesReader, readsWhatIsToldOfTheService)
{
    core::ServiceState state;
    state.condition = core::ServiceCondition::Down;
    state.reason = "no route";
    const auto read = readServiceMessage(serviceReport(state, "door", CallCount{12, 3}).get());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->state, "down");
    EXPECT_EQ(read->reason, "no route");
    EXPECT_EQ(read->camera, "door");
    EXPECT_FALSE(read->since.empty());
    EXPECT_EQ(read->callsToday, 12U);
    EXPECT_EQ(read->budgetLeft, 3U);
    EXPECT_FALSE(readServiceMessage(serviceReport(state, "door").get())->callsToday);
    EXPECT_FALSE(
        readServiceMessage(serviceReport(state, "door", CallCount{12, {}}).get())->budgetLeft);
    EXPECT_FALSE(readServiceMessage(nullptr));
    EXPECT_FALSE(readServiceMessage(faceReport(eventOf(identifiedFace()), contextOf()).get()));
}
