// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera that can be killed, frozen and started again: camera-server PORT LOGIN (PATH LINE)...
// Port 0 is any; the port is printed as one line. LOGIN is USER:PASSWORD, or empty for none.
// A pad behind an element called `keyless` passes no key frames.
// It ends when its standard input does, so that it does not outlive whoever started it.
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

namespace
{

/** Who does not log in may not even know what there is. */
void protect(GstRTSPServer *server, const std::string &login)
{
    const auto colon = login.find(':');
    GstRTSPAuth *auth = gst_rtsp_auth_new();
    GstRTSPToken *token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", nullptr);
    gchar *basic =
        gst_rtsp_auth_make_basic(login.substr(0, colon).c_str(), login.substr(colon + 1).c_str());
    gst_rtsp_auth_add_basic(auth, basic, token);
    g_free(basic);
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server, auth);
    g_object_unref(auth);
}

void dropKeyFrames(GstRTSPMediaFactory *, GstRTSPMedia *media, gpointer)
{
    GstElement *bin = gst_rtsp_media_get_element(media);
    if (GstElement *keyless = gst_bin_get_by_name(GST_BIN(bin), "keyless")) {
        GstPad *pad = gst_element_get_static_pad(keyless, "src");
        gst_pad_add_probe(
            pad, GST_PAD_PROBE_TYPE_BUFFER,
            [](GstPad *, GstPadProbeInfo *info, gpointer) {
                return GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info),
                                              GST_BUFFER_FLAG_DELTA_UNIT)
                           ? GST_PAD_PROBE_OK
                           : GST_PAD_PROBE_DROP;
            },
            nullptr, nullptr);
        gst_object_unref(pad);
        gst_object_unref(keyless);
    }
    gst_object_unref(bin);
}

void mount(GstRTSPMountPoints *mounts, const char *path, const char *line, bool isProtected)
{
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, line);
    gst_rtsp_media_factory_set_shared(factory, TRUE); // a camera has one encoder for all
    if (isProtected)
        gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                        G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                        G_TYPE_BOOLEAN, TRUE, nullptr);
    g_signal_connect(factory, "media-configure", G_CALLBACK(dropKeyFrames), nullptr);
    gst_rtsp_mount_points_add_factory(mounts, path, factory);
}

} // namespace

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc < 5 || argc % 2 == 0)
        return 2;
    GMainLoop *loop = g_main_loop_new(nullptr, FALSE);
    GstRTSPServer *server = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server, "127.0.0.1");
    gst_rtsp_server_set_service(server, argv[1]);
    const std::string login = argv[2];
    if (!login.empty())
        protect(server, login);
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
    for (int i = 3; i + 1 < argc; i += 2)
        mount(mounts, argv[i], argv[i + 1], !login.empty());
    g_object_unref(mounts);
    if (gst_rtsp_server_attach(server, nullptr) == 0)
        return 3;
    std::printf("%d\n", gst_rtsp_server_get_bound_port(server));
    std::fflush(stdout);
    std::thread([] {
        char ignored = 0;
        while (read(STDIN_FILENO, &ignored, 1) > 0)
            ;
        _exit(0);
    }).detach();
    g_main_loop_run(loop);
}
