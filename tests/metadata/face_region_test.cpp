// SPDX-License-Identifier: LGPL-2.1-or-later
// A face's metadata as other people's elements read it.
#include "identify/settings.h"
#include "metadata/faces_meta.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

using namespace ooto;

namespace
{

constexpr int frameWidth = 1920;
constexpr int frameHeight = 1080;

core::FaceView spoofedFace()
{
    auto answer = std::make_shared<core::Answer>();
    answer->templateId = "grace";
    answer->transactionId = "transaction";
    answer->similarity = 0.93;
    answer->liveness = core::Judgement{0.2, false};
    answer->deepfake = core::Judgement{0.9, true};
    core::FaceView face;
    face.trackId = 12;
    face.box = {0.25, 0.5, 0.125, 0.25};
    face.detectionScore = 0.875;
    face.status = core::Status::Spoof;
    face.answer = answer;
    return face;
}

metadata::ReportContext contextOf(unsigned facts = identify::Settings().facts)
{
    return {"door", facts, {frameWidth, frameHeight, 1, 1}, nullptr, {}, true};
}

/** What DL Streamer's gvametaconvert makes JSON of. */
struct Converted {
    guint x = 0, y = 0, w = 0, h = 0;
    int id = 0;
    std::string roiType;
    double xMin = 0, xMax = 0, yMin = 0, yMax = 0;
    double confidence = 0;
    std::map<std::string, std::string> labels; ///< by attribute
    std::map<std::string, std::string> models;
    std::map<std::string, double> confidences; ///< as its tensors have them
};

Converted convert(const GstVideoRegionOfInterestMeta *region)
{
    Converted object;
    object.x = region->x;
    object.y = region->y;
    object.w = region->w;
    object.h = region->h;
    object.roiType = g_quark_to_string(region->roi_type);
    for (const GList *item = region->params; item; item = item->next) {
        const auto *param = static_cast<const GstStructure *>(item->data);
        if (gst_structure_has_name(param, "object_id")) {
            EXPECT_TRUE(gst_structure_get_int(param, "id", &object.id));
        } else if (gst_structure_has_name(param, "detection")) {
            // All four, and doubles, or it leaves the detection out.
            EXPECT_TRUE(gst_structure_get(param, "x_min", G_TYPE_DOUBLE, &object.xMin, "x_max",
                                          G_TYPE_DOUBLE, &object.xMax, "y_min", G_TYPE_DOUBLE,
                                          &object.yMin, "y_max", G_TYPE_DOUBLE, &object.yMax,
                                          nullptr));
            EXPECT_TRUE(gst_structure_get_double(param, "confidence", &object.confidence));
            int label = -1;
            EXPECT_TRUE(gst_structure_get_int(param, "label_id", &label));
        } else {
            const char *label = gst_structure_get_string(param, "label");
            const char *model = gst_structure_get_string(param, "model_name");
            const char *attribute = gst_structure_get_string(param, "attribute_name");
            if (!label || !model)
                continue;
            const std::string name = attribute ? attribute : gst_structure_get_name(param);
            object.labels[name] = label;
            object.models[name] = model;
            gst_structure_get_double(param, "confidence", &object.confidences[name]);
        }
    }
    return object;
}

struct BufferDeleter {
    void operator()(GstBuffer *buffer) const { gst_buffer_unref(buffer); }
};
using BufferPtr = std::unique_ptr<GstBuffer, BufferDeleter>;

BufferPtr bufferWith(const core::FaceView &face, const metadata::ReportContext &context)
{
    BufferPtr buffer(gst_buffer_new());
    metadata::FaceDescriptions descriptions;
    metadata::attachFaces(buffer.get(), {face}, context, {}, 0, 0, {}, descriptions);
    return buffer;
}

} // namespace

TEST(FaceRegion, isWhatGvametaconvertReads)
{
    const core::FaceView face = spoofedFace();
    const BufferPtr buffer = bufferWith(face, contextOf());
    const auto *region = gst_buffer_get_video_region_of_interest_meta_id(buffer.get(), 12);
    ASSERT_NE(region, nullptr);
    const Converted object = convert(region);
    EXPECT_EQ(object.roiType, "face");
    EXPECT_EQ(object.id, 12);
    EXPECT_EQ(object.confidence, 0.875);
    EXPECT_DOUBLE_EQ(object.xMin, 0.25);
    EXPECT_DOUBLE_EQ(object.xMax, 0.375);
    EXPECT_DOUBLE_EQ(object.yMin, 0.5);
    EXPECT_DOUBLE_EQ(object.yMax, 0.75);
    EXPECT_EQ(object.x, 480U);
    EXPECT_EQ(object.y, 540U);
    EXPECT_EQ(object.w, 240U);
    EXPECT_EQ(object.h, 270U);
    using Strings = std::map<std::string, std::string>;
    EXPECT_EQ(object.labels,
              (Strings{{"identity", "unknown"}, {"liveness", "spoof"}, {"deepfake", "genuine"}}));
    EXPECT_EQ(object.models,
              (Strings{{"identity", "ooto"}, {"liveness", "ooto"}, {"deepfake", "ooto"}}));
    EXPECT_EQ(object.confidences.at("identity"), 0.93);
    EXPECT_EQ(object.confidences.at("liveness"), 0.2);
}

TEST(FaceRegion, tellsNoMoreThanTheFactsAskedFor)
{
    const BufferPtr buffer = bufferWith(spoofedFace(), contextOf(metadata::FactLiveness));
    const auto *region = gst_buffer_get_video_region_of_interest_meta_id(buffer.get(), 12);
    ASSERT_NE(region, nullptr);
    const Converted object = convert(region);
    EXPECT_EQ(object.labels.size(), 1U);
    EXPECT_EQ(object.labels.count("liveness"), 1U);
}

TEST(FaceRegion, tenThousandPeopleMakeNoQuarks)
{
    core::FaceView face = spoofedFace();
    face.status = core::Status::Identified;
    bufferWith(face, contextOf()); // what is made once
    const GQuark before = g_quark_from_string("ooto-test-before");
    for (int i = 0; i < 10000; ++i) {
        auto answer = std::make_shared<core::Answer>();
        answer->templateId = "person-" + std::to_string(i);
        answer->transactionId = "transaction-" + std::to_string(i);
        answer->similarity = 0.9;
        face.answer = answer;
        face.trackId = i + 1;
        face.visit = static_cast<core::VisitNumber>(i);
        bufferWith(face, contextOf());
    }
    EXPECT_EQ(g_quark_from_string("ooto-test-after") - before, 1U);
}
