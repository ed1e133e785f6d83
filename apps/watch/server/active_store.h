// SPDX-License-Identifier: LGPL-2.1-or-later
// Which cameras people switched off or on, over restarts.
#pragma once

#include "core/base/guarded.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace ooto::watch
{

/**
 * Lines `CAMERA=off` and `CAMERA=on` (percent-encoded) in a file that is replaced as a whole. A
 * camera that was switched off is off for privacy: where the file cannot be read, or not to its
 * end, every camera of which it does not plainly say `on` is off until somebody switches it.
 * Thread-safe; set() and saveAgain() wait for the disk.
 */
class ActiveStore
{
public:
    /** @param path in the state directory; a file that is not there yet is no problem */
    explicit ActiveStore(std::string path);

    /** What is wrong with the file, to be told; empty: nothing. */
    std::string problem() const;
    /** What holds for a camera. @param configured `active` of its group */
    bool isActive(const std::string &camera, bool configured) const;
    /**
     * From now on, also when it cannot be kept.
     * @return why it will not outlive a restart; empty: it will
     */
    std::string set(const std::string &camera, bool active);
    /** Whether something is not kept yet. */
    bool unsaved() const;
    /** Tries again to keep what could not be. @return as set() */
    std::string saveAgain();

private:
    struct State {
        std::map<std::string, bool> choices;
        bool inDoubt = false; ///< what was chosen of the others is not known
        std::string problem;
        std::uint64_t version = 0;
        std::uint64_t saved = 0; ///< the version that the file has
        bool saving = false;     ///< a thread is at it
    };
    static State read(const std::string &path);
    std::string saveUpTo(std::uint64_t version);

    const std::string path_;
    mutable core::Guarded<State> state_;
    std::condition_variable savedOnce_;
};

} // namespace ooto::watch
