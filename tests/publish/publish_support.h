// SPDX-License-Identifier: LGPL-2.1-or-later
// An ootopublish between two pads of ours, and events as ootoidentify pushes them.
#pragma once

#include "support/eventually.h"
#include "support/scratch_directory.h"

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ooto::test
{

/** Properties by name, as on a launch line. */
using Properties = std::vector<std::pair<std::string, std::string>>;

/** What a made-up `ooto-face` says. */
struct Face {
    std::string type = "new";
    std::string eventId = {};
    std::uint64_t track = 1;
    std::uint64_t sequence = 0; ///< 0: none
    std::string status = "pending";
    std::string camera = "door";
    std::string templateId = {};
    std::string json = {}; ///< empty: that of the structure
    std::vector<std::uint8_t> photo = {};
    std::vector<std::uint8_t> frame = {};

    std::string visit() const { return camera + "-run-" + std::to_string(track); }
};

/** A custom downstream event of it; the caller owns it. */
GstEvent *faceEvent(const Face &face);
/** Adds an `OotoFaces` with faces of these tracks. */
void showFaces(GstBuffer *buffer, const std::vector<std::uint64_t> &tracks,
               const std::string &camera = "door");

std::vector<std::string> linesOf(const std::string &path);
/** A string member of a line of JSON; empty where there is none. */
std::string member(const std::string &json, const char *name);
/** The member of each line that the file has. */
std::vector<std::string> membersOf(const std::string &path, const char *name);

struct FreeStructure {
    void operator()(GstStructure *structure) const { gst_structure_free(structure); }
};
using Structure = std::unique_ptr<GstStructure, FreeStructure>;
std::string textOf(const GstStructure *structure, const char *field);

/** What a bus has been told, in order. */
class Told
{
public:
    explicit Told(GstElement *element);
    ~Told();
    Told(const Told &) = delete;
    Told &operator=(const Told &) = delete;

    /** Structures of element messages of this name so far. */
    std::vector<Structure> messages(const char *name);
    std::vector<std::string> errors();
    std::vector<std::string> warnings();

private:
    void collect();

    GstElement *const element_;
    GstBus *const bus_;
    std::vector<GstMessage *> all_;
};

/** An ootopublish whose spool and photos are in the scratch folder. */
GstElement *makePublisher(const ScratchDirectory &scratch, const Properties &properties);

/** It, playing, in a harness. */
class Publish
{
public:
    Publish(const ScratchDirectory &scratch, const Properties &properties);
    ~Publish() { stop(); }
    Publish(const Publish &) = delete;
    Publish &operator=(const Publish &) = delete;

    GstHarness *harness() { return harness_; }
    GstElement *element() { return element_; }
    Told &told() { return *told_; }
    bool push(const Face &face) { return gst_harness_push_event(harness_, faceEvent(face)); }
    /** A buffer with its PTS, which comes out again and goes. */
    void pushBuffer(GstBuffer *buffer);
    std::uint64_t stat(const char *name);
    /** To NULL, at once; the element stays. */
    void stop();

private:
    GstHarness *harness_ = nullptr;
    GstElement *element_;
    std::unique_ptr<Told> told_;
    GstClockTime next_ = 0;
};

} // namespace ooto::test
