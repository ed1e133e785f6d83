// SPDX-License-Identifier: LGPL-2.1-or-later
// Records for tests of what waits.
#pragma once

#include "spool/record.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ooto::test
{

inline spool::Picture pictureOf(const std::string &text)
{
    return {.bytes = std::make_shared<const std::vector<std::uint8_t>>(text.begin(), text.end())};
}

inline std::string textOf(const spool::Picture &picture)
{
    return picture.bytes ? std::string(picture.bytes->begin(), picture.bytes->end())
                         : std::string();
}

inline spool::Record recordOf(const std::string &eventId, const std::string &photo = {},
                              core::Status status = core::Status::Unknown)
{
    spool::Record record;
    record.eventId = eventId;
    record.camera = "door";
    record.visitId = "visit-of-" + eventId;
    record.status = status;
    record.received = spool::Moment::now();
    record.json = R"({"event-id":")" + eventId + "\"}";
    if (!photo.empty())
        record.photo = pictureOf(photo);
    return record;
}

inline spool::Moment later(spool::Moment moment, std::chrono::seconds by)
{
    moment.wall += by;
    moment.sinceBoot += by;
    return moment;
}

inline std::vector<std::string> eventIdsOf(const std::vector<spool::Record> &records)
{
    std::vector<std::string> ids;
    for (const spool::Record &record : records)
        ids.push_back(record.eventId);
    return ids;
}

/** Whether the text is in any file below the folder. */
inline bool isInFiles(const std::string &folder, const std::string &text)
{
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file())
            continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(file), {}};
        if (content.find(text) != std::string::npos)
            return true;
    }
    return false;
}

/** Looks again and again, 20 s at most. */
inline bool comesTrue(const std::function<bool()> &condition)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

} // namespace ooto::test
