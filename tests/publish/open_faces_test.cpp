// SPDX-License-Identifier: LGPL-2.1-or-later
// The ends that are made for faces without one.
#include "publish/open_faces.h"

#include "metadata/face_fields.h"
#include "publish_support.h"

#include <gtest/gtest.h>

#include <memory>

namespace ooto::test
{
namespace
{

namespace field = metadata::field;
using Ends = std::vector<element::StructureHandle>;

struct DropEvent {
    void operator()(GstEvent *event) const { gst_event_unref(event); }
};

class Stream
{
public:
    void note(const Face &face, const char *extraName = nullptr, const char *extra = nullptr)
    {
        const std::unique_ptr<GstEvent, DropEvent> event(faceEvent(face));
        GstStructure *structure = gst_event_writable_structure(event.get());
        if (extraName)
            gst_structure_set(structure, extraName, G_TYPE_STRING, extra, nullptr);
        noteStructure(structure);
    }
    void noteLate(const Face &face)
    {
        const std::unique_ptr<GstEvent, DropEvent> event(faceEvent(face));
        GstStructure *structure = gst_event_writable_structure(event.get());
        gst_structure_set(structure, field::late, G_TYPE_BOOLEAN, TRUE, field::ageMs, G_TYPE_UINT,
                          5000U, nullptr);
        noteStructure(structure);
    }
    void show(const std::vector<std::uint64_t> &tracks, const std::string &camera = "door")
    {
        GstBuffer *buffer = gst_buffer_new();
        showFaces(buffer, tracks, camera);
        faces_.noteShown(metadata::readFacts(buffer));
        gst_buffer_unref(buffer);
    }
    Ends endAll() { return faces_.endAll("door"); }
    std::uint64_t lost() const { return faces_.lost(); }

private:
    void noteStructure(const GstStructure *structure)
    {
        const auto message = metadata::readFaceMessage(structure);
        ASSERT_TRUE(message);
        faces_.note(*message, structure);
    }

    publish::OpenFaces faces_;
};

std::vector<std::string> idsOf(const Ends &ends)
{
    std::vector<std::string> ids;
    for (const element::StructureHandle &end : ends)
        ids.push_back(textOf(end.get(), field::eventId));
    return ids;
}

using Ids = std::vector<std::string>;

TEST(OpenFaces, endWithWhatTheirLastEventSaid)
{
    Stream stream;
    stream.note({.eventId = "run-1", .sequence = 1, .photo = {1, 2, 3}});
    stream.note({.type = "answered",
                 .eventId = "run-2",
                 .sequence = 2,
                 .status = "identified",
                 .templateId = "anna",
                 .photo = {1, 2, 3}},
                field::name, "Anna");
    const Ends ends = stream.endAll();
    ASSERT_EQ(idsOf(ends), Ids{"run-1-end"});
    const GstStructure *end = ends[0].get();
    EXPECT_EQ(textOf(end, field::type), "end");
    EXPECT_EQ(textOf(end, field::reason), "stopped");
    EXPECT_EQ(textOf(end, field::camera), "door");
    EXPECT_EQ(textOf(end, field::visitId), "door-run-1");
    EXPECT_EQ(textOf(end, field::status), "identified");
    EXPECT_EQ(textOf(end, field::templateId), "anna");
    EXPECT_EQ(textOf(end, field::name), "Anna");
    EXPECT_NE(textOf(end, field::received), "");
    for (const char *name : {field::photo, field::frame, field::sequence})
        EXPECT_FALSE(gst_structure_has_field(end, name)) << name;
    const std::string json = textOf(end, field::json);
    EXPECT_EQ(member(json, "event-id"), "run-1-end");
    EXPECT_EQ(member(json, "type"), "end");
    EXPECT_EQ(member(json, "name"), "Anna");
    EXPECT_EQ(json.find("json"), std::string::npos) << "that of the event is not in it";
}

TEST(OpenFaces, endOnce)
{
    Stream stream;
    stream.note({.eventId = "run-1", .track = 1});
    stream.note({.eventId = "run-2", .track = 2});
    stream.note({.type = "end", .eventId = "run-3", .track = 1});
    EXPECT_EQ(idsOf(stream.endAll()), Ids{"run-2-end"});
    EXPECT_EQ(idsOf(stream.endAll()), Ids{});
}

TEST(OpenFaces, endAgainWhenALaterEventOpenedThem)
{
    Stream stream;
    stream.note({.eventId = "run-1"});
    EXPECT_EQ(idsOf(stream.endAll()), Ids{"run-1-end"});
    stream.note({.type = "updated", .eventId = "run-2", .status = "unknown"});
    const Ends ends = stream.endAll();
    ASSERT_EQ(idsOf(ends), Ids{"run-1-end-2"}) << "whoever drops what came twice gets both";
    EXPECT_EQ(textOf(ends[0].get(), field::status), "unknown");
}

TEST(OpenFaces, areStillWhoTheyWereWhenOnlyBuffersShowThemAgain)
{
    Stream stream;
    stream.note({.eventId = "run-1", .status = "identified", .templateId = "anna"});
    stream.endAll();
    stream.show({1});
    const Ends ends = stream.endAll();
    ASSERT_EQ(idsOf(ends), Ids{"run-1-end-2"});
    EXPECT_EQ(textOf(ends[0].get(), field::status), "identified");
    EXPECT_EQ(textOf(ends[0].get(), field::templateId), "anna");
    EXPECT_EQ(textOf(ends[0].get(), field::reason), "stopped");
}

TEST(OpenFaces, areNobodyElsesInTheNextRun)
{
    Stream stream;
    stream.note({.eventId = "run-1", .status = "identified", .templateId = "anna"});
    stream.endAll();
    stream.show({1}, "other");
    const Ends ends = stream.endAll();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(textOf(ends[0].get(), field::visitId), "other-run-1");
    EXPECT_EQ(textOf(ends[0].get(), field::templateId), "");
    EXPECT_EQ(textOf(ends[0].get(), field::status), "pending");
}

TEST(OpenFaces, areNotOpenedByALateAnswerWhichIsBelieved)
{
    Stream stream;
    stream.note({.eventId = "run-1"});
    stream.endAll();
    stream.noteLate(
        {.type = "answered", .eventId = "run-2", .status = "identified", .templateId = "anna"});
    EXPECT_EQ(idsOf(stream.endAll()), Ids{});
    stream.show({1});
    const Ends ends = stream.endAll();
    ASSERT_EQ(idsOf(ends), Ids{"run-1-end-2"});
    EXPECT_EQ(textOf(ends[0].get(), field::templateId), "anna");
    EXPECT_FALSE(gst_structure_has_field(ends[0].get(), field::late));
    EXPECT_FALSE(gst_structure_has_field(ends[0].get(), field::ageMs));
}

TEST(OpenFaces, stayEndedWhenAnAnswerComesAfterTheirEnd)
{
    Stream stream;
    stream.note({.eventId = "run-1"});
    stream.note({.type = "end", .eventId = "run-2"});
    stream.noteLate({.type = "answered", .eventId = "run-3", .status = "identified"});
    EXPECT_EQ(idsOf(stream.endAll()), Ids{});
}

TEST(OpenFaces, endWhenNoEventOfTheirsCame)
{
    Stream stream;
    stream.show({7});
    const Ends ends = stream.endAll();
    ASSERT_EQ(idsOf(ends), Ids{"door-run-7-7-end"});
    EXPECT_EQ(textOf(ends[0].get(), field::camera), "door");
    EXPECT_EQ(textOf(ends[0].get(), field::visitId), "door-run-7");
    EXPECT_EQ(textOf(ends[0].get(), field::status), "pending");
    EXPECT_EQ(member(textOf(ends[0].get(), field::json), "visit-id"), "door-run-7");
    EXPECT_EQ(stream.lost(), 1U);
}

TEST(OpenFaces, knowWhatWasLost)
{
    Stream stream;
    stream.note({.eventId = "run-3", .sequence = 3});
    stream.note({.type = "updated", .eventId = "run-8", .sequence = 8});
    EXPECT_EQ(stream.lost(), 4U);
}

TEST(OpenFaces, areForgottenInTheOrderInWhichTheyCame)
{
    Stream stream;
    for (std::uint64_t track = 1; track <= 1000; ++track)
        stream.note({.eventId = "run-" + std::to_string(track), .track = track, .templateId = "p"});
    EXPECT_EQ(stream.endAll().size(), 1000U);
    stream.show({1, 1000});
    const Ends ends = stream.endAll();
    ASSERT_EQ(ends.size(), 2U);
    EXPECT_EQ(textOf(ends[0].get(), field::templateId), "") << "memory is bounded";
    EXPECT_EQ(textOf(ends[1].get(), field::eventId), "run-1000-end-2");
    EXPECT_EQ(textOf(ends[1].get(), field::templateId), "p");
}

} // namespace
} // namespace ooto::test
