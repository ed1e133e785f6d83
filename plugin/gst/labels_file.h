// SPDX-License-Identifier: LGPL-2.1-or-later
// Display names for template ids, read from a key file, and again when that changes.
#pragma once

#include "gst/file_watch.h"

#include <map>
#include <memory>
#include <string>

namespace ooto::gst
{

/** Display name by template id; names are UTF-8 without control characters, 256 bytes at most. */
using Labels = std::map<std::string, std::string>;

/** Empty when there is none. */
std::string labelOf(const Labels &labels, const std::string &templateId);

/** The property `labels-file`. Thread-bound: one caller at a time. */
class LabelsFile
{
public:
    /**
     * Looks at most once a second whether the file changed.
     * @param file    empty: no labels
     * @param problem set to a text for people when the file became unusable: the old labels stay
     * @return true when the labels changed
     */
    bool refresh(const std::string &file, std::string &problem);

    /** Never null. */
    const std::shared_ptr<const Labels> &labels() const { return labels_; }

private:
    FileWatch file_;
    std::shared_ptr<const Labels> labels_ = std::make_shared<const Labels>();
};

} // namespace ooto::gst
