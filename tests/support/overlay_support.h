// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes frames and the metadata on them for the overlay's tests, pictures and benchmark.
#pragma once

#include "core/base/box.h"

#include <gst/video/video.h>

#include <string>
#include <vector>

namespace ooto::test
{

/** One face of an `OotoFaces` meta. What is empty or negative is left out. */
struct FaceSpec {
    std::string status;
    core::Box box; ///< 0..1 of the visible frame
    std::string name = {};
    double similarity = -1;
    int live = -1; ///< 0 or 1
    std::string templateId = {};
    std::string reason = {};
    guint64 trackId = 0;
};

struct FacesSpec {
    std::vector<FaceSpec> faces = {};
    std::string serviceState = {};
    std::string serviceReason = {};
    std::string notice = {};
};

/** Adds an empty `OotoFaces` meta. @return its structure, the buffer's */
GstStructure *addFacesMeta(GstBuffer *buffer);
void addFaces(GstBuffer *buffer, const FacesSpec &spec);
GstStructure *faceStructure(const FaceSpec &spec);
/** Takes the structure into a GstValueArray. */
void appendStructure(GValue *array, GstStructure *structure);

GstVideoInfo videoInfo(GstVideoFormat format, int width, int height);
/** Every byte of it is `fill`; a palette is a grey ramp. */
GstBuffer *makeFrame(const GstVideoInfo &info, guint8 fill);
/** The frame as BGRx words, row by row. */
std::vector<guint32> pixelsOf(GstBuffer *buffer, const GstVideoInfo &info);
std::vector<guint8> bytesOf(GstBuffer *buffer);

} // namespace ooto::test
