// SPDX-License-Identifier: LGPL-2.1-or-later
// A GstHarness around ootooverlay.
#pragma once

#include "support/overlay_support.h"

#include <gst/check/gstharness.h>

#include <memory>

namespace ooto::test
{

struct BufferUnref {
    void operator()(GstBuffer *buffer) const { gst_buffer_unref(buffer); }
};
using Buffer = std::unique_ptr<GstBuffer, BufferUnref>;

class OverlayHarness
{
public:
    explicit OverlayHarness(const std::string &properties = {})
        : harness_(gst_harness_new_parse(("ootooverlay " + properties).c_str()))
    {
    }
    ~OverlayHarness() { gst_harness_teardown(harness_); }
    OverlayHarness(const OverlayHarness &) = delete;
    OverlayHarness &operator=(const OverlayHarness &) = delete;

    /** The pad that pushes into the overlay. */
    GstPad *pad() const { return harness_->srcpad; }
    operator GstHarness *() const { return harness_; }

    void setCaps(const GstVideoInfo &info, const char *feature = nullptr)
    {
        GstVideoInfo copy = info;
        GstCaps *caps = gst_video_info_to_caps(&copy);
        if (feature)
            gst_caps_set_features(caps, 0, gst_caps_features_new(feature, nullptr));
        gst_harness_set_src_caps(harness_, caps);
    }
    /** Takes the buffer. */
    Buffer push(GstBuffer *buffer) { return Buffer(gst_harness_push_and_pull(harness_, buffer)); }
    /** The overlay proposes to blend from the next negotiation on. */
    void proposeComposition()
    {
        gst_harness_add_propose_allocation_meta(
            harness_, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, nullptr);
    }
    bool outputHasFeature() const
    {
        GstCaps *caps = gst_pad_get_current_caps(harness_->sinkpad);
        const bool has = gst_caps_features_contains(
            gst_caps_get_features(caps, 0), GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION);
        gst_caps_unref(caps);
        return has;
    }

private:
    GstHarness *harness_;
};

} // namespace ooto::test
