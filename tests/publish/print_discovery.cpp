// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints what Home Assistant gets, one JSON object a line: {"topic": …, "document": …}.
#include "publish/mqtt_layout.h"

#include <cstdio>
#include <memory>

using namespace std::chrono_literals;
using ooto::publish::MqttLayout;

namespace
{

void print(const MqttLayout::Publications &publications)
{
    for (const auto &publication : publications) {
        if (publication.topic.starts_with("homeassistant/") && !publication.payload.empty())
            std::printf("{\"topic\":\"%s\",\"document\":%s}\n", publication.topic.c_str(),
                        publication.payload.c_str());
    }
}

void printAll(const std::string &prefix, bool photos)
{
    MqttLayout layout({.prefix = prefix,
                       .clientId = "ooto-d9k8",
                       .homeAssistant = true,
                       .photos = photos,
                       .version = "1.2.3"});
    for (const char *camera : {"door", "Front door", "Küche/+#", "\"},{", "\xff\xfe", "日本"})
        print(layout.noteCamera(camera, ooto::publish::CameraState::Live, 1s));
    const ooto::metadata::Labels labels{{"0b8f3c1e-9c1f-4e50-a3c5-1f1f0d4b9a01", "Anna"},
                                        {"Grace Hopper", "Grace \"Amazing\" Hopper"},
                                        {"id/with+#levels", "{{ states('x') }}\\"},
                                        {"日本", "日本"}};
    print(layout.setLabels(std::make_shared<const ooto::metadata::Labels>(labels), 1s));
    print(layout.setPhotos(!photos));
}

} // namespace

int main()
{
    printAll("ooto", true);
    printAll("site 2/ooto", false);
    return 0;
}
