// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/record.h"

#include <glib.h>

#include <algorithm>
#include <ctime>
#include <fstream>

namespace ooto::spool
{

namespace
{

std::string readBootId()
{
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

std::chrono::microseconds sinceBoot()
{
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

} // namespace

Moment Moment::now()
{
    static const std::string bootId = readBootId();
    return {std::chrono::system_clock::now(), spool::sinceBoot(), bootId};
}

std::chrono::milliseconds Moment::since(const Moment &earlier) const
{
    const bool sameBoot = !bootId.empty() && bootId == earlier.bootId;
    const auto age =
        sameBoot
            ? std::chrono::duration_cast<std::chrono::milliseconds>(sinceBoot - earlier.sinceBoot)
            : std::chrono::duration_cast<std::chrono::milliseconds>(wall - earlier.wall);
    return std::max(age, std::chrono::milliseconds{0});
}

bool Person::isOf(const std::string &itsTemplate, const std::string &itsVisit) const
{
    return (!templateId.empty() &&
            g_ascii_strcasecmp(templateId.c_str(), itsTemplate.c_str()) == 0) ||
           (!visitId.empty() && visitId == itsVisit);
}

std::int64_t unixMicroseconds(std::chrono::system_clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

} // namespace ooto::spool
