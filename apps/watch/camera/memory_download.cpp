// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/memory_download.h"

#include <array>

namespace ooto::watch
{

namespace
{

struct Download {
    const char *feature; ///< of caps
    const char *factory;
};

/** In the order in which they are tried. */
constexpr std::array downloads{
    Download{"memory:VAMemory", "vapostproc"},
    Download{"memory:VASurface", "vaapipostproc"},
    Download{"memory:DMABuf", "vapostproc"},
    Download{"memory:DMABuf", "vaapipostproc"},
    Download{"memory:DMABuf", "gldownload"},
    Download{"memory:GLMemory", "gldownload"},
    Download{"memory:CUDAMemory", "cudadownload"},
    Download{"memory:NVMM", "nvvideoconvert"},
    Download{"memory:NVMM", "nvvidconv"},
    Download{"memory:MFXSurface", "msdkvpp"},
    Download{"memory:VulkanImage", "vulkandownload"},
};

} // namespace

system::ObjectHandle<GstElement> makeDownload(const GstCaps *caps)
{
    if (!caps || gst_caps_is_empty(caps) || gst_caps_is_any(caps))
        return nullptr;
    const GstCapsFeatures *features = gst_caps_get_features(caps, 0);
    if (!features || gst_caps_features_is_any(features))
        return nullptr;
    for (const Download &download : downloads) {
        if (!gst_caps_features_contains(features, download.feature))
            continue;
        if (GstElement *element = gst_element_factory_make(download.factory, nullptr))
            return system::ObjectHandle<GstElement>(
                static_cast<GstElement *>(gst_object_ref_sink(element)));
    }
    return nullptr;
}

} // namespace ooto::watch
