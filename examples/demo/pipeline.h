// SPDX-License-Identifier: LGPL-2.1-or-later
// What the demo's pipelines have in common: how they are built, and how their errors read.
#pragma once

#include "handles.h"

#include <string>

namespace ooto::demo
{

/**
 * Builds a pipeline from a launch line.
 * @param error gets a text for people when an element is missing or the line is wrong
 * @return an empty handle then
 */
GstHandle<GstElement> parsePipeline(const std::string &line, std::string &error);

/** What an error or warning message says, in one or two lines. */
std::string messageText(GstMessage *message);

enum class EncoderPace {
    Thorough, ///< as long as it takes
    Live      ///< leaves the processor to others
};

/**
 * The part of a launch line from raw video to an MP4 file's bytes, with the encoder that is there;
 * a key frame every second, so that single pictures can be found quickly.
 * @param error gets a text that says what to install when there is none
 */
std::string encoderLine(EncoderPace pace, std::string &error);

/**
 * Lets only buffers through whose times grow: after lost packets, or with B-frames over RTP, a
 * decoder gives frames without a time or with one of the past, and a file can hold neither.
 */
void dropUntimedBuffers(GstPad *pad);

} // namespace ooto::demo
