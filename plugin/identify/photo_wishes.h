// SPDX-License-Identifier: LGPL-2.1-or-later
// What those downstream want to get with the events.
#pragma once

#include "metadata/requests.h"

#include <map>
#include <string>

namespace ooto::identify
{

/**
 * The last wish of each asker; all add up. One without a name is an asker, too. Lasts for a run of
 * the element: askers ask anew at each start of the stream. Not thread-safe.
 */
class PhotoWishes
{
public:
    /** A wish without photos takes back what its asker wished for before. */
    void note(const metadata::PhotoWish &wish);
    bool photos() const { return !frames_.empty(); }
    bool frames() const;

private:
    std::map<std::string, bool> frames_; ///< by asker of photos: frames, too
};

} // namespace ooto::identify
