// SPDX-License-Identifier: LGPL-2.1-or-later
#include "identify/detector_choice.h"

#include "identify/analysis_pool.h"

namespace ooto::identify
{

namespace
{

std::string whereModelsGo()
{
    return std::string("Put ") + vision::yunetModelName +
           " (OpenCV Zoo) into ~/.local/share/ooto/models, or name it in `model` or "
           "OOTO_FACE_MODEL";
}

ChosenDetector fromLoaded(vision::LoadedDetector loaded)
{
    ChosenDetector chosen;
    chosen.detector = std::move(loaded.detector);
    chosen.error = std::move(loaded.error);
    if (chosen.detector)
        outlive(chosen.detector->name());
    return chosen;
}

ChosenDetector cascade()
{
    const auto file = vision::findCascade();
    if (!file)
        return {nullptr,
                {},
                "OpenCV's face cascade was not found: install the package opencv-data, or set "
                "detector=yunet and a model"};
    return fromLoaded(vision::loadCascade(*file));
}

} // namespace

ChosenDetector chooseDetector(DetectorChoice choice, const std::string &model)
{
    if (choice == DetectorChoice::None || choice == DetectorChoice::Upstream)
        return {};
    if (choice == DetectorChoice::Cascade)
        return cascade();

    const auto file = vision::findYunetModel(model);
    if (file)
        return fromLoaded(vision::loadYunet(*file));
    if (choice == DetectorChoice::Yunet)
        return {nullptr, {}, "No YuNet model was found. " + whereModelsGo()};

    ChosenDetector chosen = cascade();
    chosen.notice = "No YuNet model: OpenCV's cascade looks for faces, and finds about half as "
                    "many. " +
                    whereModelsGo();
    return chosen;
}

} // namespace ooto::identify
