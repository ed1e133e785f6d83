// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers and names that tell what happened apart: also between runs, processes and machines.
#pragma once

#include "core/asking/face.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace ooto::metadata
{

/**
 * This run of the process: 8 characters of when it began and 13 of chance, in the order of ASCII
 * (digits before lower-case letters, without i, l, o and u), so that runs sort by time. A process
 * that forks is another run from then on. Thread-safe.
 */
std::string runId();

/** The next event's number in the process, from 1. Thread-safe. */
std::uint64_t nextEventNumber();

/** `<run>-<number>`; 12 digits at least, so that ids sort in the order of the events. */
std::string eventId(std::uint64_t number);
/** `<camera>-<run>-<number>`: the camera's name is as people wrote it. */
std::string visitId(const std::string &camera, core::VisitNumber visit);

/** The number of a visit of this process; 0 for any other text. */
core::VisitNumber visitNumberOf(const std::string &visitId);

/** How many events a camera has told in its streams; goes on when the stream is built anew. */
using EventSequence = std::shared_ptr<std::atomic<std::uint64_t>>;

/**
 * The camera's. Of cameras that no stream uses now the 1024 last used are remembered; one that
 * comes back later begins above all that were forgotten, so that no number comes twice.
 * Thread-safe.
 */
EventSequence eventSequenceOf(const std::string &camera);

} // namespace ooto::metadata
