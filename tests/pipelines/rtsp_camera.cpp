// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp_camera.h"

#include <gst/rtsp-server/rtsp-server.h>

#include <thread>

namespace ooto::test
{

struct RtspCamera::Private {
    GMainContext *context = g_main_context_new();
    GMainLoop *loop = g_main_loop_new(context, FALSE);
    GstRTSPServer *server = gst_rtsp_server_new();
    guint source = 0;
    std::thread thread;
};

namespace
{

std::string line(int videoAt, int soundAt)
{
    return "( videotestsrc is-live=true pattern=ball"
           " ! video/x-raw,width=640,height=360,framerate=25/1"
           " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10"
           " ! rtph264pay pt=96 config-interval=1 name=pay" +
           std::to_string(videoAt) +
           " audiotestsrc is-live=true wave=silence samplesperbuffer=160"
           " ! audio/x-raw,rate=8000 ! alawenc" +
           " ! rtppcmapay pt=8 name=pay" + std::to_string(soundAt) + " )";
}

void mount(GstRTSPMountPoints *mounts, const char *path, const std::string &launchLine)
{
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launchLine.c_str());
    gst_rtsp_media_factory_set_shared(factory, TRUE); // a camera has one encoder for all
    gst_rtsp_mount_points_add_factory(mounts, path, factory);
}

} // namespace

RtspCamera::RtspCamera() : private_(std::make_unique<Private>())
{
    gst_rtsp_server_set_address(private_->server, "127.0.0.1");
    gst_rtsp_server_set_service(private_->server, "0");
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(private_->server);
    mount(mounts, "/video-first", line(0, 1));
    mount(mounts, "/sound-first", line(1, 0));
    g_object_unref(mounts);
    private_->source = gst_rtsp_server_attach(private_->server, private_->context);
    private_->thread = std::thread([this] { g_main_loop_run(private_->loop); });
}

RtspCamera::~RtspCamera()
{
    // From the loop itself: before it runs a quit would be lost.
    g_main_context_invoke(
        private_->context,
        [](gpointer loop) -> gboolean {
            g_main_loop_quit(static_cast<GMainLoop *>(loop));
            return G_SOURCE_REMOVE;
        },
        private_->loop);
    private_->thread.join();
    g_object_unref(private_->server);
    g_main_loop_unref(private_->loop);
    g_main_context_unref(private_->context);
}

std::string RtspCamera::videoFirstUri() const
{
    return "rtsp://127.0.0.1:" + std::to_string(gst_rtsp_server_get_bound_port(private_->server)) +
           "/video-first";
}

std::string RtspCamera::soundFirstUri() const
{
    return "rtsp://127.0.0.1:" + std::to_string(gst_rtsp_server_get_bound_port(private_->server)) +
           "/sound-first";
}

} // namespace ooto::test
