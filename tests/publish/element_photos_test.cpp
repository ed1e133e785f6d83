// SPDX-License-Identifier: LGPL-2.1-or-later
// Photos on their way through ootopublish, what it asks for upstream, and whom it forgets.
#include "publish_support.h"

#include "core/publishing/slug.h"
#include "metadata/requests.h"
#include "spool/photo_folder.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

using namespace ooto;
using namespace ooto::test;

namespace
{

using Texts = std::vector<std::string>;

const std::vector<std::uint8_t> somePhoto{0xff, 0xd8, 'p', 'h', 'o', 't', 'o', 0, 0xff, 0xd9};

Properties withPhotos(const ScratchDirectory &scratch, const char *photos = "file")
{
    return {{"uri", "file://" + scratch / "events.jsonl"}, {"photos", photos}};
}

Face answered(const std::string &eventId, const std::string &status,
              const std::string &templateId = {})
{
    return {.type = "answered",
            .eventId = eventId,
            .status = status,
            .camera = "Front Door",
            .templateId = templateId,
            .photo = somePhoto};
}

/** Stored so long ago, by an earlier boot. @return the paths of photo and frame */
Texts storeEarlier(const ScratchDirectory &scratch, const std::string &eventId, core::Status status,
                   std::chrono::hours age)
{
    spool::Record record{.eventId = eventId,
                         .camera = "door",
                         .visitId = "visit-" + eventId,
                         .templateId = {},
                         .type = core::FaceEventType::Answered,
                         .status = status,
                         .received = {.wall = std::chrono::system_clock::now() - age,
                                      .sinceBoot = std::chrono::hours(1000),
                                      .bootId = "an-earlier-boot"},
                         .json = {},
                         .photo = {},
                         .frame = {}};
    record.photo.bytes = record.frame.bytes =
        std::make_shared<const std::vector<std::uint8_t>>(somePhoto);
    spool::PhotoFolder folder(scratch / "photos");
    return {folder.store(record, spool::PhotoFolder::Kind::Face, "door").path,
            folder.store(record, spool::PhotoFolder::Kind::Frame, "door").path};
}

bool areThere(const Texts &paths)
{
    return std::all_of(paths.begin(), paths.end(),
                       [](const std::string &path) { return std::filesystem::exists(path); });
}

bool areGone(const Texts &paths)
{
    return std::none_of(paths.begin(), paths.end(),
                        [](const std::string &path) { return std::filesystem::exists(path); });
}

/** Below the folder, in order, without its own name; of photos only. */
Texts photosIn(const std::string &folder)
{
    Texts found;
    if (std::filesystem::exists(folder)) {
        for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.is_regular_file() && entry.path().extension() == ".jpg")
                found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

unsigned modeOf(const std::string &path)
{
    struct stat there {
    };
    return ::stat(path.c_str(), &there) == 0 ? there.st_mode & 07777 : 0;
}

/** What came out upstream since the last call. */
std::vector<metadata::PhotoWish> wishes(Publish &publish)
{
    std::vector<metadata::PhotoWish> found;
    while (GstEvent *event = gst_harness_try_pull_upstream_event(publish.harness())) {
        if (const auto wish = metadata::readPhotoWish(gst_event_get_structure(event)))
            found.push_back(*wish);
        gst_event_unref(event);
    }
    return found;
}

/** Whom the events that wait in one direction say to forget. */
std::vector<metadata::ForgetRequest> forgets(GstHarness *harness, GstEvent *(*pull)(GstHarness *))
{
    std::vector<metadata::ForgetRequest> found;
    while (GstEvent *event = pull(harness)) {
        if (const auto request = metadata::readForgetRequest(gst_event_get_structure(event)))
            found.push_back(*request);
        gst_event_unref(event);
    }
    return found;
}

bool folderHolds(const std::string &folder, const std::string &text)
{
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && contentOf(entry.path()).find(text) != std::string::npos)
            return true;
    }
    return false;
}

} // namespace

TEST(Photos, areThereBeforeTheirEvent)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, withPhotos(scratch));
    publish.push(answered("run-1", "identified", "anna"));
    ASSERT_TRUE(eventually([&] { return !linesOf(scratch / "events.jsonl").empty(); }));
    // At once: no waiting for it.
    const Texts photos = photosIn(scratch / "photos");
    ASSERT_EQ(photos.size(), 1U);
    const std::filesystem::path file = photos.front();
    EXPECT_EQ(contentOf(file), std::string(somePhoto.begin(), somePhoto.end()));
    EXPECT_EQ(file.filename(), "run-1.jpg");
    EXPECT_EQ(file.parent_path().filename().string().size(), 10U) << "the date";
    EXPECT_EQ(file.parent_path().parent_path(), scratch / "photos/" + core::slug("Front Door"));
    EXPECT_EQ(modeOf(file), 0600U);
    EXPECT_EQ(modeOf(file.parent_path()), 0700U);
    EXPECT_EQ(modeOf(file.parent_path().parent_path()), 0700U);
    EXPECT_EQ(modeOf(scratch / "photos"), 0700U);
    const std::string line = linesOf(scratch / "events.jsonl").front();
    EXPECT_EQ(member(line, "photo-uri"), "file://" + file.string());
    EXPECT_EQ(member(line, "event-id"), "run-1");
    EXPECT_EQ(member(line, "template-id"), "anna");
}

TEST(Photos, areStoredAsTheirStatusMayBe)
{
    const ScratchDirectory scratch;
    Properties properties = withPhotos(scratch);
    properties.emplace_back("keep-unknown", "0");
    Publish publish(scratch, properties);
    publish.push(answered("run-1", "unknown"));
    publish.push(answered("run-2", "spoof"));
    Face updated = answered("run-3", "spoof");
    updated.type = "updated";
    publish.push(updated);
    ASSERT_TRUE(eventually([&] { return linesOf(scratch / "events.jsonl").size() == 3; }));
    EXPECT_EQ(photosIn(scratch / "photos").size(), 1U);
    const Texts uris = membersOf(scratch / "events.jsonl", "photo-uri");
    EXPECT_EQ(uris[0], "");
    EXPECT_NE(uris[1], "");
    EXPECT_EQ(uris[2], "") << "photos are of answers";
}

TEST(Photos, stayWhereTheyAreUnlessWanted)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, withPhotos(scratch, "none"));
    publish.push(answered("run-1", "identified"));
    ASSERT_TRUE(eventually([&] { return linesOf(scratch / "events.jsonl").size() == 1; }));
    EXPECT_FALSE(std::filesystem::exists(scratch / "photos"));
    // While it plays.
    g_object_set(publish.element(), "photos", 2, nullptr);
    publish.push(answered("run-2", "identified"));
    ASSERT_TRUE(eventually([&] { return linesOf(scratch / "events.jsonl").size() == 2; }));
    EXPECT_EQ(photosIn(scratch / "photos").size(), 1U);
}

TEST(Photos, lineTargetsSayThatTheyCarryNone)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, withPhotos(scratch, "message"));
    ASSERT_EQ(publish.told().warnings().size(), 1U);
    EXPECT_NE(publish.told().warnings().front().find("photos=file"), std::string::npos);
}

TEST(FramePhotos, lieBesideThePhotoOfTheFace)
{
    const ScratchDirectory scratch;
    Properties properties = withPhotos(scratch);
    properties.emplace_back("frame-photos", "true");
    Publish publish(scratch, properties);
    Face face = answered("run-1", "identified", "anna");
    face.frame = {0xff, 0xd8, 'f', 'r', 'a', 'm', 'e', 0xff, 0xd9};
    publish.push(face);
    ASSERT_TRUE(eventually([&] { return !linesOf(scratch / "events.jsonl").empty(); }));
    const Texts photos = photosIn(scratch / "photos");
    ASSERT_EQ(photos.size(), 2U);
    const std::filesystem::path frame = photos[0];
    EXPECT_EQ(frame.filename(), "run-1-frame.jpg");
    EXPECT_EQ(frame.parent_path(), std::filesystem::path(photos[1]).parent_path());
    EXPECT_EQ(contentOf(frame), std::string(face.frame.begin(), face.frame.end()));
    EXPECT_EQ(contentOf(photos[1]), std::string(somePhoto.begin(), somePhoto.end()));
    EXPECT_EQ(modeOf(frame), 0600U);
    const std::string line = linesOf(scratch / "events.jsonl").front();
    EXPECT_EQ(member(line, "frame-uri"), "file://" + frame.string());
    EXPECT_EQ(member(line, "photo-uri"), "file://" + photos[1]);
}

TEST(FramePhotos, goNowhereUnlessTheyAreWanted)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, withPhotos(scratch));
    // Somebody else in the line may have asked for them.
    Face face = answered("run-1", "identified");
    face.frame = somePhoto;
    publish.push(face);
    ASSERT_TRUE(eventually([&] { return !linesOf(scratch / "events.jsonl").empty(); }));
    EXPECT_EQ(photosIn(scratch / "photos").size(), 1U);
    EXPECT_EQ(linesOf(scratch / "events.jsonl").front().find("frame-uri"), std::string::npos);
}

TEST(FramePhotos, areForgottenWithThePerson)
{
    const ScratchDirectory scratch;
    Properties properties = withPhotos(scratch);
    properties.emplace_back("frame-photos", "true");
    Publish publish(scratch, properties);
    for (const char *id : {"anna", "ben"}) {
        Face face = answered(std::string("run-") + id, "identified", id);
        face.frame = somePhoto;
        publish.push(face);
    }
    ASSERT_TRUE(eventually([&] { return linesOf(scratch / "events.jsonl").size() == 2; }));
    EXPECT_EQ(photosIn(scratch / "photos").size(), 4U);
    g_signal_emit_by_name(publish.element(), "forget", "anna", nullptr);
    EXPECT_TRUE(eventually([&] { return photosIn(scratch / "photos").size() == 2; }));
    for (const std::string &path : photosIn(scratch / "photos"))
        EXPECT_NE(path.find("run-ben"), std::string::npos);
}

TEST(PhotoAges, areLookedAtWhenItStarts)
{
    using std::chrono::hours;
    const ScratchDirectory scratch;
    const Texts unknown = storeEarlier(scratch, "run-1", core::Status::Unknown, hours(3));
    const Texts freshUnknown = storeEarlier(scratch, "run-2", core::Status::Unknown, hours(1));
    const Texts identified = storeEarlier(scratch, "run-3", core::Status::Identified, hours(30));
    const Texts freshOnes = storeEarlier(scratch, "run-4", core::Status::Identified, hours(20));
    const Texts spoof = storeEarlier(scratch, "run-5", core::Status::Spoof, hours(60));
    const Texts freshSpoof = storeEarlier(scratch, "run-6", core::Status::Spoof, hours(40));
    // Not in the index, so nobody's.
    const Texts others = {std::filesystem::path(unknown[0]).parent_path() / "holiday.jpg"};
    std::ofstream(others[0]) << "mine";
    Properties properties = withPhotos(scratch);
    for (const auto &[name, hours] :
         {std::pair("keep-unknown", "2"), {"keep-identified", "24"}, {"keep-spoof", "48"}})
        properties.emplace_back(name, hours);
    const Publish publish(scratch, properties);
    EXPECT_TRUE(
        eventually([&] { return areGone(unknown) && areGone(identified) && areGone(spoof); }));
    EXPECT_TRUE(areThere(freshUnknown) && areThere(freshOnes) && areThere(freshSpoof));
    EXPECT_TRUE(areThere(others));
}

TEST(WantPhotos, isAskedWhenAStreamStartsAndWhenPropertiesChange)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, withPhotos(scratch));
    auto asked = wishes(publish);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_TRUE(asked[0].photos);
    EXPECT_FALSE(asked[0].frames);
    EXPECT_NE(asked[0].asker, "");
    const std::string asker = asked[0].asker;

    g_object_set(publish.element(), "frame-photos", TRUE, nullptr);
    asked = wishes(publish);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_TRUE(asked[0].photos && asked[0].frames);
    EXPECT_EQ(asked[0].asker, asker);

    g_object_set(publish.element(), "photos", 0, nullptr);
    asked = wishes(publish);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_FALSE(asked[0].photos || asked[0].frames);

    g_object_set(publish.element(), "photos", 0, "camera-alias", "x", nullptr);
    EXPECT_TRUE(wishes(publish).empty()) << "nothing that matters changed";

    g_object_set(publish.element(), "photos", 3, nullptr);
    wishes(publish);
    gst_harness_push_event(publish.harness(), gst_event_new_stream_start("another"));
    asked = wishes(publish);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_TRUE(asked[0].photos && asked[0].frames);
}

TEST(Forget, deletesPhotosAndRecordsAndTellsBothWays)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", "unix://" + scratch / "nobody"}, {"photos", "file"}});
    publish.push(answered("run-1", "identified", "anna-id"));
    publish.push(answered("run-2", "identified", "ben-id"));
    ASSERT_TRUE(eventually([&] { return publish.stat("spooled") == 2; }));
    ASSERT_EQ(photosIn(scratch / "photos").size(), 2U);
    EXPECT_TRUE(folderHolds(scratch / "spool", "anna-id"));
    forgets(publish.harness(), gst_harness_try_pull_event);
    forgets(publish.harness(), gst_harness_try_pull_upstream_event);

    g_signal_emit_by_name(publish.element(), "forget", "anna-id", nullptr);
    const std::vector<metadata::ForgetRequest> anna{{.templateId = "anna-id", .visitId = {}}};
    EXPECT_EQ(forgets(publish.harness(), gst_harness_try_pull_event), anna);
    EXPECT_EQ(forgets(publish.harness(), gst_harness_try_pull_upstream_event), anna);
    EXPECT_TRUE(eventually([&] { return publish.stat("spooled") == 1; }));
    EXPECT_TRUE(eventually([&] { return photosIn(scratch / "photos").size() == 1; }));
    EXPECT_TRUE(eventually([&] { return !folderHolds(scratch / "spool", "anna-id"); }))
        << "not a byte of it stays";
    EXPECT_TRUE(eventually([&] { return !folderHolds(scratch / "photos", "anna-id"); }));
    EXPECT_TRUE(folderHolds(scratch / "spool", "ben-id"));

    // Nobody in particular is nobody.
    g_signal_emit_by_name(publish.element(), "forget", nullptr, "");
    EXPECT_TRUE(forgets(publish.harness(), gst_harness_try_pull_event).empty());
    EXPECT_EQ(publish.stat("spooled"), 1U);
}

TEST(Forget, isObeyedFromBothSidesAndPassedOn)
{
    const ScratchDirectory scratch;
    Publish publish(scratch, {{"uri", "unix://" + scratch / "nobody"}});
    publish.push({.eventId = "run-1", .track = 1});
    publish.push({.eventId = "run-2", .track = 2});
    publish.push({.eventId = "run-3", .track = 3});
    ASSERT_TRUE(eventually([&] { return publish.stat("spooled") == 3; }));
    const auto request = [](std::uint64_t track) {
        return metadata::ForgetRequest{.templateId = {}, .visitId = Face{.track = track}.visit()};
    };
    forgets(publish.harness(), gst_harness_try_pull_event);
    gst_harness_push_event(publish.harness(),
                           gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM,
                                                metadata::forgetStructure(request(1)).release()));
    EXPECT_TRUE(eventually([&] { return publish.stat("spooled") == 2; }));
    EXPECT_EQ(forgets(publish.harness(), gst_harness_try_pull_event),
              std::vector<metadata::ForgetRequest>{request(1)});
    forgets(publish.harness(), gst_harness_try_pull_upstream_event);
    gst_harness_push_upstream_event(
        publish.harness(), gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                                metadata::forgetStructure(request(2)).release()));
    EXPECT_TRUE(eventually([&] { return publish.stat("spooled") == 1; }));
    EXPECT_EQ(forgets(publish.harness(), gst_harness_try_pull_upstream_event),
              std::vector<metadata::ForgetRequest>{request(2)});
}
