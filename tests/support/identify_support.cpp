// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/identify_support.h"

#include "support/photos.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

namespace ooto::test
{

namespace
{

/** The photograph as square BGR of this side. */
cv::Mat portraitOf(const Portrait &portrait)
{
    return photos::resized(photos::load(portrait.file), portrait.size);
}

} // namespace

GstVideoInfo infoOf(const std::string &text)
{
    GstVideoInfo info;
    GstCaps *caps = gst_caps_from_string(text.c_str());
    EXPECT_TRUE(caps && gst_video_info_from_caps(&info, caps)) << text;
    gst_caps_unref(caps);
    return info;
}

GstBuffer *frameFromBgr(const GstVideoInfo &info, const std::vector<std::uint8_t> &bgr)
{
    GstVideoInfo source;
    gst_video_info_set_format(&source, GST_VIDEO_FORMAT_BGR, info.width, info.height);
    // Pixels as they are: the photograph's shape in frame pixels is the test's business.
    source.par_n = info.par_n;
    source.par_d = info.par_d;
    source.fps_n = info.fps_n;
    source.fps_d = info.fps_d;
    GstBuffer *in = gst_buffer_new_allocate(nullptr, source.size, nullptr);
    GstBuffer *out = gst_buffer_new_allocate(nullptr, info.size, nullptr);
    gst_buffer_memset(out, 0, 0, info.size);

    GstVideoFrame from;
    GstVideoFrame to;
    gst_video_frame_map(&from, &source, in, GST_MAP_WRITE);
    for (int row = 0; row < info.height; ++row)
        memcpy(static_cast<guint8 *>(GST_VIDEO_FRAME_PLANE_DATA(&from, 0)) +
                   row * static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&from, 0)),
               bgr.data() + row * 3UL * static_cast<unsigned>(info.width),
               3UL * static_cast<unsigned>(info.width));
    GstVideoInfo progressive = info;
    progressive.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    gst_video_frame_map(&to, &progressive, out, GST_MAP_WRITE);
    GstVideoConverter *converter = gst_video_converter_new(&source, &progressive, nullptr);
    EXPECT_NE(converter, nullptr) << gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info));
    if (converter) {
        gst_video_converter_frame(converter, &from, &to);
        gst_video_converter_free(converter);
    }
    gst_video_frame_unmap(&from);
    gst_video_frame_unmap(&to);
    gst_buffer_unref(in);
    return out;
}

GstBuffer *makeScene(const GstVideoInfo &info, const std::vector<Portrait> &portraits)
{
    cv::Mat scene(info.height, info.width, CV_8UC3, cv::Scalar(120, 130, 125));
    for (const Portrait &portrait : portraits) {
        const cv::Mat picture = portraitOf(portrait);
        const cv::Rect place = cv::Rect(portrait.x, portrait.y, picture.cols, picture.rows) &
                               cv::Rect(0, 0, scene.cols, scene.rows);
        if (place.empty())
            continue;
        picture(place - cv::Point(portrait.x, portrait.y)).copyTo(scene(place));
    }
    return frameFromBgr(info, {scene.datastart, scene.dataend});
}

std::string stringField(const GstStructure *structure, const char *field)
{
    const char *text = gst_structure_get_string(structure, field);
    return text ? text : "";
}

bool hasFacesMeta(GstBuffer *buffer)
{
    return gst_buffer_get_custom_meta(buffer, "OotoFaces") != nullptr;
}

bool hasStatus(GstBuffer *buffer, const std::string &status)
{
    const std::vector<ReadFace> faces = readFaces(buffer);
    return faces.size() == 1 && faces.front().status == status;
}

std::vector<ReadFace> readFaces(GstBuffer *buffer)
{
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, "OotoFaces");
    if (!meta)
        return {};
    std::vector<ReadFace> faces;
    const GValue *array = gst_structure_get_value(gst_custom_meta_get_structure(meta), "faces");
    for (guint i = 0; i < gst_value_array_get_size(array); ++i) {
        const GstStructure *face = gst_value_get_structure(gst_value_array_get_value(array, i));
        ReadFace read;
        gst_structure_get(face, "track-id", G_TYPE_UINT64, &read.trackId, "roi-id", G_TYPE_INT,
                          &read.roiId, nullptr);
        read.status = stringField(face, "status");
        read.templateId = stringField(face, "template-id");
        read.reason = stringField(face, "reason");
        const GValue *box = gst_structure_get_value(face, "box");
        const auto side = [box](guint n) {
            return g_value_get_double(gst_value_array_get_value(box, n));
        };
        read.box = {side(0), side(1), side(2), side(3)};
        faces.push_back(read);
    }
    return faces;
}

Identify::Identify(const std::string &properties, const std::string &caps)
{
    EXPECT_NE(properties.find("endpoint="), std::string::npos) << "tests always set endpoint";
    GError *error = nullptr;
    element_ = gst_parse_launch(("ootoidentify " + properties).c_str(), &error);
    EXPECT_EQ(error, nullptr) << (error ? error->message : "");
    bus_ = gst_bus_new();
    gst_element_set_bus(element_, bus_);
    // Goes to PLAYING at once, so everything was set before.
    harness_ = gst_harness_new_with_element(element_, "sink", "src");
    setCaps(caps);
}

Identify::~Identify()
{
    GstElement *element = harness_->element;
    gst_harness_teardown(harness_);
    gst_element_set_bus(element, nullptr);
    gst_object_unref(element_);
    gst_object_unref(bus_);
}

void Identify::setCaps(const std::string &caps)
{
    info_ = infoOf(caps);
    gst_harness_set_src_caps_str(harness_, caps.c_str());
}

GstBuffer *Identify::push(GstBuffer *frame)
{
    frame = gst_buffer_make_writable(frame);
    GST_BUFFER_PTS(frame) = time_;
    GST_BUFFER_DURATION(frame) = 40 * GST_MSECOND;
    time_ += 40 * GST_MSECOND;
    if (gst_harness_push(harness_, frame) != GST_FLOW_OK)
        return nullptr;
    return gst_harness_try_pull(harness_);
}

bool Identify::pushUntil(GstBuffer *frame, const std::function<bool(GstBuffer *)> &condition,
                         std::chrono::milliseconds longest)
{
    const auto end = std::chrono::steady_clock::now() + longest;
    while (std::chrono::steady_clock::now() < end) {
        GstBuffer *out = push(gst_buffer_copy(frame));
        if (!out)
            return false;
        const bool holds = condition(out);
        gst_buffer_unref(out);
        if (holds)
            return true;
        pace();
    }
    return false;
}

void Identify::pace()
{
    using namespace std::chrono_literals;
    const guint64 skipped = stat("samples-skipped");
    // Slower at once, up to a live stream's pace, and faster again bit by bit.
    pause_ = skipped > skipped_ ? std::min<std::chrono::milliseconds>(2 * pause_, 40ms)
                                : std::max(shortestPause, pause_ * 15 / 16);
    skipped_ = skipped;
    std::this_thread::sleep_for(pause_);
}

void Identify::collect()
{
    while (GstMessage *message = gst_bus_pop(bus_)) {
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT)
            collected_.emplace_back(gst_structure_copy(gst_message_get_structure(message)));
        GError *error = nullptr;
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
            gst_message_parse_warning(message, &error, nullptr);
        else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
            gst_message_parse_error(message, &error, nullptr);
        if (error)
            complaints_.emplace_back(error->message);
        g_clear_error(&error);
        gst_message_unref(message);
    }
}

std::vector<StructurePtr> Identify::messages(const char *name, std::size_t awaited)
{
    const auto count = [&] {
        collect();
        return static_cast<std::size_t>(std::count_if(
            collected_.begin(), collected_.end(), [name](const StructurePtr &message) {
                return gst_structure_has_name(message.get(), name);
            }));
    };
    for (int i = 0; count() < awaited && i < 1000; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::vector<StructurePtr> found;
    for (const StructurePtr &message : collected_) {
        if (gst_structure_has_name(message.get(), name))
            found.emplace_back(gst_structure_copy(message.get()));
    }
    return found;
}

std::vector<std::string> Identify::complaints()
{
    collect();
    return complaints_;
}

guint64 Identify::stat(const char *name)
{
    GstStructure *stats = nullptr;
    g_object_get(element_, "stats", &stats, nullptr);
    guint64 value = 0;
    if (!gst_structure_get_uint64(stats, name, &value)) {
        guint small = 0;
        EXPECT_TRUE(gst_structure_get_uint(stats, name, &small)) << name;
        value = small;
    }
    gst_structure_free(stats);
    return value;
}

std::string makeFolder()
{
    char *folder = g_dir_make_tmp("ooto-test-XXXXXX", nullptr);
    EXPECT_NE(folder, nullptr);
    std::string path = folder;
    g_free(folder);
    return path;
}

void removeFolder(const std::string &folder)
{
    std::error_code error;
    std::filesystem::remove_all(folder, error);
}

std::string writeCredentials(const std::string &folder, const std::string &id,
                             const std::string &key)
{
    const std::string path = folder + "/credentials.conf";
    std::ofstream(path) << "[ooto]\napp-id=" << id << "\napp-key=" << key << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                           std::filesystem::perms::owner_write);
    return path;
}

Service::Service(bool withGallery) : folder_(makeFolder())
{
    options_.appId = "tester";
    options_.appKey = key;
    options_.detector = server::DetectorChoice::Cascade;
    if (withGallery) {
        options_.galleryFolder = folder_ + "/gallery";
        std::filesystem::create_directory(options_.galleryFolder);
        std::filesystem::copy_file(photos::hopperFile,
                                   options_.galleryFolder + "/Grace Hopper.jpg");
        std::filesystem::copy_file(photos::collinsFile,
                                   options_.galleryFolder + "/Eileen Collins.png");
    }
    credentialsFile_ = writeCredentials(folder_, options_.appId, key);
    restart();
    endpoint_ = server_ ? server_->endpoint() : "";
    options_.port = server_ ? server_->port() : 0;
}

Service::~Service()
{
    server_.reset();
    removeFolder(folder_);
}

void Service::restart()
{
    std::string error;
    server_.reset();
    server_ = server::IdentifyServer::start(options_, error);
    EXPECT_NE(server_, nullptr) << error;
}

std::string Service::properties() const
{
    return "endpoint=" + endpoint_ + " credentials-file=" + credentialsFile_;
}

} // namespace ooto::test
