// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames with known faces, a server to ask about them, and an ootoidentify to push them through.
#pragma once

#include "core/base/box.h"
#include "server.h"

#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ooto::test
{

/** A photograph's place in a frame, px. */
struct Portrait {
    std::string file;
    int x = 0;
    int y = 0;
    int size = 400; ///< the photograph is square
};

/** A grey frame with portraits on it, in the format, size and colorimetry of `info`. */
GstBuffer *makeScene(const GstVideoInfo &info, const std::vector<Portrait> &portraits);
/** The same from BGR pixels without padding. */
GstBuffer *frameFromBgr(const GstVideoInfo &info, const std::vector<std::uint8_t> &bgr);

GstVideoInfo infoOf(const std::string &caps);

/** One face of an `OotoFaces` meta, as a reader sees it. */
struct ReadFace {
    guint64 trackId = 0;
    int roiId = 0;
    std::string status;
    std::string templateId;
    std::string reason;
    core::Box box; ///< 0..1
};
bool hasFacesMeta(GstBuffer *buffer);
/** The faces of the buffer's meta; none, too, when there is no meta. */
std::vector<ReadFace> readFaces(GstBuffer *buffer);
/** Exactly one face, of this status. */
bool hasStatus(GstBuffer *buffer, const std::string &status);

struct StructureDeleter {
    void operator()(GstStructure *structure) const { gst_structure_free(structure); }
};
using StructurePtr = std::unique_ptr<GstStructure, StructureDeleter>;

std::string stringField(const GstStructure *structure, const char *field);

/** The element between two pads of ours, with a clock of its own making. */
class Identify
{
public:
    /** @param properties as on a launch line; `endpoint` is set by the caller, always */
    explicit Identify(const std::string &properties, const std::string &caps = defaultCaps);
    ~Identify();

    static constexpr const char *defaultCaps =
        "video/x-raw,format=I420,width=640,height=480,framerate=25/1";

    GstElement *element() { return element_; }
    GstHarness *harness() { return harness_; }
    const GstVideoInfo &info() const { return info_; }
    void setCaps(const std::string &caps);

    /** Pushes a frame (taking it), 40 ms after the last, and gives what came out. */
    GstBuffer *push(GstBuffer *frame);
    /**
     * Pushes copies of the frame until the condition holds for what came out: a few ms apart, and
     * more slowly where the analysis cannot keep up, as the stream's time would run away from it.
     * @return false when it did not within `longest`
     */
    bool pushUntil(GstBuffer *frame, const std::function<bool(GstBuffer *)> &condition,
                   std::chrono::milliseconds longest = std::chrono::seconds(10));

    /**
     * Messages of this name so far, oldest first.
     * @param awaited waits until there are so many, 10 s at most: a buffer may show an answer
     *                before the thread that has it has told of it
     */
    std::vector<StructurePtr> messages(const char *name, std::size_t awaited = 0);
    /** Texts of the warnings and errors so far. */
    std::vector<std::string> complaints();
    guint64 stat(const char *name);
    GstClockTime now() const { return time_; }
    /** The next frame's time. */
    void skipTo(GstClockTime time) { time_ = time; }

private:
    static constexpr std::chrono::milliseconds shortestPause{8};

    void collect();
    void pace();

    GstHarness *harness_ = nullptr;
    GstElement *element_ = nullptr;
    GstBus *bus_ = nullptr;
    GstVideoInfo info_{};
    GstClockTime time_ = 0;
    std::chrono::milliseconds pause_ = shortestPause;
    guint64 skipped_ = 0; ///< samples, by the end of the last pause
    std::vector<StructurePtr> collected_;
    std::vector<std::string> complaints_;
};

/** A server on an empty gallery (or the two Debian portraits) and the properties to reach it. */
class Service
{
public:
    explicit Service(bool withGallery = false);
    ~Service();
    server::IdentifyServer *operator->() { return server_.get(); }
    /** `endpoint=… credentials-file=…` */
    std::string properties() const;
    const std::string &credentialsFile() const { return credentialsFile_; }
    void stop() { server_.reset(); }
    /** Again on the same port. */
    void restart();
    static constexpr const char *key = "k3y-that-must-not-show";

private:
    server::ServerOptions options_;
    std::unique_ptr<server::IdentifyServer> server_;
    std::string folder_;
    std::string endpoint_;
    std::string credentialsFile_;
};

/** A credentials file of mode 0600 in `folder`; @return its path */
std::string writeCredentials(const std::string &folder, const std::string &id,
                             const std::string &key);
std::string makeFolder();
void removeFolder(const std::string &folder);

} // namespace ooto::test
