// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures for people out of the annotated video: a contact sheet, and one for the README.
#pragma once

#include "report.h"

#include <string>
#include <vector>

namespace ooto::demo
{

/**
 * Moments worth a picture, in order: shortly after each answer first, the rest spread over the
 * longest gaps.
 * @return seconds from the start of the video
 */
std::vector<double> chooseMoments(const std::vector<TrackRecord> &tracks, const FrameCounts &counts,
                                  int number);

/** In the longest time in which the most people are named; seconds from the video's start. */
double chooseBestMoment(const std::vector<TrackRecord> &tracks, const FrameCounts &counts);

/**
 * Writes PNG files from the video: the moments, each with its time, as a sheet of three columns,
 * and the best one alone at full size.
 * @return empty, or a text for people that says what went wrong
 */
std::string writePictures(const std::string &video, const std::vector<double> &momentsS,
                          const std::string &sheetFile, double bestMomentS,
                          const std::string &pictureFile);

} // namespace ooto::demo
