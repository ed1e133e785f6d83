// SPDX-License-Identifier: LGPL-2.1-or-later
// The detectors of a process: one for each search that is under way at once, whoever's it is.
#pragma once

#include "core/base/guarded.h"
#include "vision/detector.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ooto::vision
{

/**
 * Lends detectors of one file, and makes another only where all are lent: a detector keeps what its
 * network computed last, which is megabytes that no camera needs between its samples. Thread-safe.
 */
class DetectorPool
{
public:
    using Load = std::function<LoadedDetector(const std::string &file)>;

    /** One detector, for as long as this lives. */
    class Loan
    {
    public:
        Loan(DetectorPool &pool, std::unique_ptr<Detector> detector)
            : pool_(pool), detector_(std::move(detector))
        {
        }
        Loan(const Loan &) = delete;
        Loan &operator=(const Loan &) = delete;
        ~Loan() { pool_.takeBack(std::move(detector_)); }

        /** False where another one was needed and could not be made; see error(). */
        explicit operator bool() const { return detector_ != nullptr; }
        Detector *operator->() const { return detector_.get(); }
        Detector &operator*() const { return *detector_; }

    private:
        DetectorPool &pool_;
        std::unique_ptr<Detector> detector_;
    };

    /**
     * The process's pool for this file as it is now, with a detector in it.
     * @param error set to a text for people when null is returned
     */
    static std::shared_ptr<DetectorPool> forFile(const Load &load, const std::string &file,
                                                 std::string &error);
    DetectorPool(Load load, std::string file, std::unique_ptr<Detector> first);

    Loan borrow();
    /** Why the last loan that is empty is so. */
    std::string error() const { return *error_.lock(); }

    /** See Detector. */
    double smallestFacePx() const { return smallestFacePx_; }
    std::chrono::seconds stillInterval() const { return stillInterval_; }
    bool seesPartsAlike() const { return seesPartsAlike_; }
    const char *name() const { return name_; }
    /** Detectors that were made and are there, lent or not. */
    std::size_t size() const { return *made_.lock(); }

private:
    void takeBack(std::unique_ptr<Detector> detector);

    const Load load_;
    const std::string file_;
    const double smallestFacePx_;
    const std::chrono::seconds stillInterval_;
    const bool seesPartsAlike_;
    const char *const name_;
    core::Guarded<std::vector<std::unique_ptr<Detector>>> idle_;
    mutable core::Guarded<std::string> error_;
    mutable core::Guarded<std::size_t> made_{1};
};

} // namespace ooto::vision
