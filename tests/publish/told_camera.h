// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera whose faces a test makes up, in front of an ootopublish.
#pragma once

#include "metadata/reports.h"

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ooto::test
{

/** What a test lets a camera say of a face. */
struct Told {
    core::FaceEventType type = core::FaceEventType::New;
    std::uint64_t track = 1;
    std::string person{}; ///< template id; empty: nobody known
    core::PhotoBytes photo{};
};

/** The event as ootoidentify sends it, unlike any other. */
GstEvent *faceEvent(const std::string &camera, const Told &told, std::string *eventId = nullptr);

/** The member of that name, a text; empty where there is none. */
std::string textMember(const std::string &json, const std::string &name);

/** ootopublish between two pads of ours. */
class ToldCamera
{
public:
    /** @param properties as on a launch line */
    ToldCamera(const std::string &properties, std::string camera);
    ~ToldCamera();
    ToldCamera(const ToldCamera &) = delete;
    ToldCamera &operator=(const ToldCamera &) = delete;

    GstElement *element() { return element_; }
    /** @return its event id */
    std::string tell(const Told &told = {});
    /** Waits while the element has not taken in what came before: none is dropped. */
    std::vector<std::string> tellMany(std::size_t count);
    /** Pushes a frame and takes it out again. @return whether one came out */
    bool frame();
    /** Returns when the element let it pass. */
    void end();
    /** To NULL, as an application ends. */
    void stop();

    std::uint64_t stat(const char *name);
    bool isConnected();
    struct Report {
        std::string state;
        std::string reason;
        std::string json;
    };
    /** All messages `ooto-publish` so far. */
    std::vector<Report> reports();
    /** Until a report with this state and this part of a reason is there. */
    bool waitForReport(const std::string &state, const std::string &part = {});
    /** Until the last report has this state. */
    bool isInState(const std::string &state);
    /** Texts of errors so far. */
    std::vector<std::string> errors();

private:
    void collect();

    const std::string camera_;
    GstElement *element_ = nullptr;
    GstHarness *harness_ = nullptr;
    GstBus *bus_ = nullptr;
    GstClockTime time_ = 0;
    std::uint64_t told_ = 0;
    std::vector<Report> reports_;
    std::vector<std::string> errors_;
};

} // namespace ooto::test
