// SPDX-License-Identifier: LGPL-2.1-or-later
// Display names for template ids, read from a key file, and again when that changes.
#pragma once

#include "system/file_watch.h"

#include <map>
#include <memory>
#include <string>

namespace ooto::metadata
{

/**
 * Display name by template id, a UUID in lower case; names are UTF-8 without control characters,
 * 256 bytes at most. For labelOf() to look in.
 */
using Labels = std::map<std::string, std::string>;

/** The template id as it is compared: the case of a UUID's digits means nothing (RFC 9562, 4). */
std::string comparableId(const std::string &templateId);

/** Empty when there is none. A template id that is a UUID counts whatever the case of its digits.
 */
std::string labelOf(const Labels &labels, const std::string &templateId);

/** The property `labels-file`. Thread-bound: one caller at a time. */
class LabelsFile
{
public:
    /**
     * Looks at most once a second whether the file changed.
     * @param file    empty: no labels
     * @param problem set to a text for people when the file became unusable, and the old labels
     *                stay; or when some of its names cannot be read, and the others are taken
     * @return true when the labels changed
     */
    bool refresh(const std::string &file, std::string &problem);

    /** Never null. */
    const std::shared_ptr<const Labels> &labels() const { return labels_; }

private:
    system::FileWatch file_;
    std::shared_ptr<const Labels> labels_ = std::make_shared<const Labels>();
};

} // namespace ooto::metadata
