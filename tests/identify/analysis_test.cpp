// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/identify/analysis.cpp with a detector that sees what the test says.
#include "identify/stream.h"

#include "support/identify_support.h"

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <stdexcept>

using namespace ooto;
using namespace ooto::test;

namespace
{

using Seen = std::vector<vision::Detection>;
constexpr int width = 640;
constexpr int height = 480;

vision::Detection faceAt(const core::Box &px, double score = 0.9)
{
    return {px, score, std::nullopt};
}

/** Says what it is told, in pixels of the frame. */
class ToldDetector : public vision::Detector
{
public:
    explicit ToldDetector(std::function<Seen()> seen) : seen_(std::move(seen)) {}

    std::vector<vision::Detection> detect(const core::ImageView &image, double threshold) override
    {
        Seen faces = seen_();
        std::erase_if(faces, [=](const auto &face) { return face.score < threshold; });
        for (vision::Detection &face : faces)
            face.box = core::scaled(face.box, static_cast<double>(image.width) / width,
                                    static_cast<double>(image.height) / height);
        return faces;
    }
    const std::string &lastError() const override { return error_; }
    double smallestFacePx() const override { return 16; }
    std::chrono::seconds stillInterval() const override { return std::chrono::seconds(10); }
    const char *name() const override { return "told"; }

private:
    std::function<Seen()> seen_;
    std::string error_;
};

struct BufferDeleter {
    void operator()(GstBuffer *buffer) const { gst_buffer_unref(buffer); }
};
using BufferPtr = std::unique_ptr<GstBuffer, BufferDeleter>;

/** A stream that is pushed frame by frame, each analysed before it comes back. */
class Analysis : public testing::Test
{
protected:
    Analysis()
    {
        gst_element_set_bus(element_, bus_);
        gst_element_set_state(element_, GST_STATE_PLAYING);
        settings.endpoint = "http://127.0.0.1:9/api/v1.0/identify";
        settings.backpressure = true;
        settings.minQuality = 0;
        settings.bestShotWindowMs = 0;
        settings.photoFormat = vision::PhotoFormat::Png;
        settings.searchParts = false; // a detector that is told what to see sees all of it
    }
    ~Analysis() override
    {
        if (stream_)
            stream_->stop();
        stream_.reset();
        gst_element_set_state(element_, GST_STATE_NULL);
        gst_element_set_bus(element_, nullptr);
        gst_object_unref(element_);
        gst_object_unref(bus_);
    }

    void configure() { stream_->configure(settings); }

    void start()
    {
        identify::CredentialsSource credentials({"tester", system::Secret(Service::key)}, "");
        ASSERT_EQ(credentials.load(), "");
        stream_ = std::make_shared<identify::Stream>(
            element_, settings,
            std::make_shared<vision::DetectorPool>(
                nullptr, "", std::make_unique<ToldDetector>([this] { return sees(); })),
            std::move(credentials), "");
        service::ConnectionSettings connection;
        connection.endpoint = settings.endpoint;
        connection.appId = "tester";
        ASSERT_EQ(stream_->connect(connection), "");
    }

    /** A grey frame with noise in the grey boxes, and white ones, 200 ms after the last. */
    BufferPtr push(const std::vector<core::Box> &grey = {},
                   const std::vector<core::Box> &white = {})
    {
        cv::Mat picture(height, width, CV_8UC3, cv::Scalar::all(60));
        for (const core::Box &box : grey) {
            cv::Mat part = picture(rect(box));
            cv::randu(part, cv::Scalar::all(20), cv::Scalar::all(140));
        }
        for (const core::Box &box : white)
            picture(rect(box)).setTo(cv::Scalar::all(255));
        BufferPtr buffer(frameFromBgr(info_, {picture.datastart, picture.dataend}));
        time_ += step;
        core::FrameTimes times;
        times.runningTime = time_;
        times.pts = times.streamTime = time_;
        stream_->frame(buffer.get(), info_, times);
        return buffer;
    }

    guint64 stat(const char *name)
    {
        guint64 value = 0;
        const auto statistics = stream_->statistics().toStructure();
        EXPECT_TRUE(gst_structure_get_uint64(statistics.get(), name, &value)) << name;
        return value;
    }

    /** Texts of the warnings since the last call, and those of `ooto-notice`. */
    void collect()
    {
        warnings.clear();
        noticed.clear();
        while (GstMessage *message = gst_bus_pop(bus_)) {
            const GstStructure *structure = gst_message_get_structure(message);
            if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) {
                GError *error = nullptr;
                gst_message_parse_warning(message, &error, nullptr);
                warnings.emplace_back(error->message);
                g_error_free(error);
            } else if (structure && gst_structure_has_name(structure, "ooto-notice")) {
                noticed.push_back(stringField(structure, "text"));
                EXPECT_NE(stringField(structure, "json").find(noticed.back()), std::string::npos);
            }
            gst_message_unref(message);
        }
    }

    static std::string corner(const BufferPtr &buffer)
    {
        GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer.get(), "OotoFaces");
        return meta ? stringField(gst_custom_meta_get_structure(meta), "notice") : "";
    }

    static cv::Mat photoOf(const server::ReceivedRequest &request)
    {
        const server::Part *part = request.part("photo");
        return part ? cv::imdecode(part->bytes, cv::IMREAD_GRAYSCALE) : cv::Mat();
    }

    static cv::Rect rect(const core::Box &box)
    {
        return {static_cast<int>(box.x), static_cast<int>(box.y), static_cast<int>(box.width),
                static_cast<int>(box.height)};
    }

    identify::Settings settings;
    std::function<Seen()> sees = [] { return Seen{}; };
    core::StreamTime step = std::chrono::milliseconds(200);
    std::vector<std::string> warnings;
    std::vector<std::string> noticed;

private:
    GstElement *element_ = gst_element_factory_make("ootooverlay", "camera");
    GstBus *bus_ = gst_bus_new();
    GstVideoInfo info_ = infoOf(Identify::defaultCaps);
    core::StreamTime time_{0};
    std::shared_ptr<identify::Stream> stream_;
};

/** The brightest pixel in reach of a photo's edge that a paint of level 128 would hide. */
double brightest(const cv::Mat &photo)
{
    double most = 255;
    cv::minMaxLoc(photo, nullptr, &most);
    return most;
}

const core::Box mainFace{240, 160, 120, 150};

} // namespace

TEST_F(Analysis, aDetectorThatThrowsEndsNothingAndIsToldOnce)
{
    int calls = 0;
    sees = [&]() -> Seen {
        if (++calls <= 3)
            throw std::runtime_error("no memory left");
        return {faceAt(mainFace)};
    };
    start();
    for (int i = 0; i < 3; ++i)
        push({mainFace});
    EXPECT_EQ(stat("analyses-failed"), 3U);
    collect();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings.front().find("no memory left"), std::string::npos);

    // The next samples are looked at as if nothing had been.
    for (int i = 0; i < 3; ++i)
        push({mainFace});
    EXPECT_EQ(readFaces(push({mainFace}).get()).size(), 1U);
    EXPECT_EQ(stat("samples-skipped"), 0U);
    EXPECT_EQ(stat("analyses-failed"), 3U);
}

TEST_F(Analysis, whatIsNoExceptionOfTheStandardEndsNothingEither)
{
    bool throws = true;
    sees = [&]() -> Seen {
        if (throws)
            throw 7;
        return {faceAt(mainFace)};
    };
    start();
    push();
    throws = false;
    for (int i = 0; i < 3; ++i)
        push({mainFace});
    EXPECT_EQ(stat("analyses-failed"), 1U);
    EXPECT_EQ(stat("tracks"), 1U);
}

TEST_F(Analysis, nobodyElseIsOnAPhotoHoweverSmallOrUnsure)
{
    Service service;
    settings.endpoint = service->endpoint();
    settings.cropMargin = 1;
    const core::Box tiny{400, 200, 20, 24};   // far below two thirds of min-face-size
    const core::Box unsure{140, 180, 40, 50}; // weak
    sees = [&] { return Seen{faceAt(mainFace), faceAt(tiny), faceAt(unsure, 0.65)}; };
    start();
    for (int i = 0; i < 10 && service->requests().empty(); ++i)
        push({mainFace}, {tiny, unsure});
    ASSERT_FALSE(service->requests().empty());
    for (const auto &request : service->requests()) {
        const cv::Mat photo = photoOf(request);
        ASSERT_FALSE(photo.empty());
        EXPECT_GT(photo.cols, 300) << "both are within the crop";
        EXPECT_LT(brightest(photo), 200);
    }
    EXPECT_GE(stat("detections-too-small"), 2U);
}

TEST_F(Analysis, aNeighbourWhomThisVerySampleMissedIsOnNoPhoto)
{
    Service service;
    settings.endpoint = service->endpoint();
    settings.cropMargin = 1;
    const core::Box beside{400, 170, 70, 90};
    bool missed = false;
    sees = [&] { return missed ? Seen{faceAt(mainFace)} : Seen{faceAt(beside)}; };
    // Nobody is asked about before there is more than one to be seen.
    settings.dryRun = true;
    start();
    for (int i = 0; i < 4; ++i)
        push({mainFace}, {beside});
    ASSERT_EQ(stat("tracks"), 1U);
    missed = true;
    settings.dryRun = false;
    ++settings.revision;
    configure();
    for (int i = 0; i < 6; ++i)
        push({mainFace}, {beside});
    bool any = false;
    for (const auto &request : service->requests()) {
        const cv::Mat photo = photoOf(request);
        if (photo.cols < 300)
            continue; // of the neighbour
        any = true;
        EXPECT_LT(brightest(photo), 200);
    }
    EXPECT_TRUE(any);
}

TEST_F(Analysis, theFaceItselfIsNeverPaintedOver)
{
    Service service;
    settings.endpoint = service->endpoint();
    const core::Box onItsEdge{330, 200, 60, 70};
    sees = [&] { return Seen{faceAt(mainFace), faceAt(onItsEdge, 0.65)}; };
    settings.minFaceSizePx = 100;
    start();
    for (int i = 0; i < 10 && service->requests().empty(); ++i)
        push({}, {mainFace});
    ASSERT_FALSE(service->requests().empty());
    const cv::Mat photo = photoOf(service->requests().front());
    int white = 0;
    for (int y = 0; y < photo.rows; ++y) {
        for (int x = 0; x < photo.cols; ++x)
            white += photo.at<std::uint8_t>(y, x) > 240;
    }
    EXPECT_GE(white, mainFace.area() * 0.97);
}

TEST_F(Analysis, theWiderCropAfterNoFaceReachesIntoNobodyElse)
{
    Service service;
    settings.endpoint = service->endpoint();
    settings.cropMargin = 0.5;
    service->setScript([](const server::ReceivedRequest &) -> std::optional<server::Reply> {
        return server::Reply{
            400, 0, R"({"result":{"code":5,"info":"no face"}})", "application/json", {}};
    });
    // 72 px beside the face: outside of half its width, inside of 0.8 of it.
    const core::Box beside{432, 200, 24, 30};
    sees = [&] { return Seen{faceAt(mainFace), faceAt(beside)}; };
    start();
    for (int i = 0; i < 20 && service->requests().size() < 2; ++i)
        push({mainFace}, {beside});
    const auto requests = service->requests();
    ASSERT_GE(requests.size(), 2U);
    EXPECT_GT(requests[1].photoWidth, requests[0].photoWidth);
    EXPECT_LE(requests[1].photoWidth, mainFace.width + 2 * 72);
    EXPECT_LT(brightest(photoOf(requests[1])), 200);
}

TEST_F(Analysis, facesThatAreAllTooSmallForAMinuteAreToldOnce)
{
    const core::Box small{200, 200, 25, 30};
    const core::Box smaller{300, 200, 20, 22};
    std::vector<core::Box> shown{small, smaller};
    sees = [&] {
        Seen seen;
        for (const core::Box &box : shown)
            seen.push_back(faceAt(box));
        return seen;
    };
    settings.dryRun = true;
    step = std::chrono::seconds(1);
    start();
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(corner(push(shown)), "");
    for (int i = 0; i < 90; ++i)
        push(shown);
    const std::string text = "2 faces up to 25 px; min-face-size is 48";
    EXPECT_EQ(corner(push(shown)), text);
    collect();
    EXPECT_EQ(noticed, std::vector<std::string>{text});
    EXPECT_GE(stat("detections-too-small"), 10U);
    EXPECT_EQ(stat("detections"), 0U);

    // Somebody is near enough: nothing needs doing any more.
    shown = {mainFace};
    for (int i = 0; i < 3; ++i)
        push(shown);
    EXPECT_EQ(corner(push(shown)), "");
}
