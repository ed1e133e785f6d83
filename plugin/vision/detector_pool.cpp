// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vision/detector_pool.h"

#include <filesystem>
#include <map>
#include <utility>

namespace ooto::vision
{
namespace
{

using Pools = std::map<std::string, std::weak_ptr<DetectorPool>>;

/** Never destroyed: elements may be used to the very end of the process. */
core::Guarded<Pools> &pools()
{
    static auto *const all = new core::Guarded<Pools>();
    return *all;
}

/** Another file of the same name is another detector. */
std::string keyOf(const std::string &file)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    const auto written = std::filesystem::last_write_time(file, error).time_since_epoch().count();
    return file + '\n' + std::to_string(size) + '\n' + std::to_string(written);
}

} // namespace

std::shared_ptr<DetectorPool> DetectorPool::forFile(const Load &load, const std::string &file,
                                                    std::string &error)
{
    const std::string key = keyOf(file);
    if (const auto known = pools().lock()->operator[](key).lock())
        return known;
    LoadedDetector first = load(file);
    if (!first.detector) {
        error = first.error;
        return nullptr;
    }
    auto all = pools().lock();
    // Another thread may have been faster.
    if (const auto known = (*all)[key].lock())
        return known;
    std::erase_if(*all, [](const auto &each) { return each.second.expired(); });
    auto made = std::make_shared<DetectorPool>(load, file, std::move(first.detector));
    (*all)[key] = made;
    return made;
}

DetectorPool::DetectorPool(Load load, std::string file, std::unique_ptr<Detector> first)
    : load_(std::move(load)),
      file_(std::move(file)),
      smallestFacePx_(first->smallestFacePx()),
      stillInterval_(first->stillInterval()),
      seesPartsAlike_(first->seesPartsAlike()),
      name_(first->name())
{
    idle_.lock()->push_back(std::move(first));
}

DetectorPool::Loan DetectorPool::borrow()
{
    {
        auto idle = idle_.lock();
        if (!idle->empty()) {
            auto detector = std::move(idle->back());
            idle->pop_back();
            return {*this, std::move(detector)};
        }
    }
    LoadedDetector another = load_(file_);
    if (another.detector)
        ++*made_.lock();
    else
        *error_.lock() = another.error;
    return {*this, std::move(another.detector)};
}

void DetectorPool::takeBack(std::unique_ptr<Detector> detector)
{
    if (detector)
        idle_.lock()->push_back(std::move(detector));
}

} // namespace ooto::vision
