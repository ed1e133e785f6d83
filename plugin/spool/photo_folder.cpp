// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/photo_folder.h"

#include "core/base/guarded.h"
#include "spool/moved_aside.h"
#include "spool/photo_index.h"
#include "system/file_descriptor.h"
#include "system/plain_text.h"

#include <glib.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <map>
#include <optional>
#include <utility>

namespace ooto::spool
{

namespace
{

/** By more than this the wall clock is believed to have jumped. */
constexpr auto clockTolerance = std::chrono::seconds(60);

bool isPart(const std::string &part)
{
    return !part.empty() && part.front() != '.' && part.size() <= 200 &&
           part.find('/') == std::string::npos && system::isPlainText(part);
}

std::string dateOf(const Moment &moment)
{
    const std::time_t seconds = std::chrono::system_clock::to_time_t(moment.wall);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
    return text;
}

/** Opens a folder below another one, made where it is missing; no link is followed. */
system::FileDescriptor openFolder(int parent, const std::string &name)
{
    if (::mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST)
        return system::FileDescriptor();
    return system::FileDescriptor(
        ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool writeAll(int file, const std::vector<std::uint8_t> &bytes)
{
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written = ::write(file, bytes.data() + done, bytes.size() - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        done += static_cast<std::size_t>(written);
    }
    return true;
}

/** Of a file that is not whole yet. */
std::string unfinishedName(const std::string &name)
{
    return "." + name + ".part";
}

/** A whole file or none, under a name of its own until it is whole. */
bool writeFile(int folder, const std::string &name, const std::vector<std::uint8_t> &bytes)
{
    const std::string unfinished = unfinishedName(name);
    {
        const system::FileDescriptor file(
            ::openat(folder, unfinished.c_str(),
                     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file || !writeAll(file.get(), bytes)) {
            const int error = errno;
            ::unlinkat(folder, unfinished.c_str(), 0);
            errno = error;
            return false;
        }
    }
    return ::renameat(folder, unfinished.c_str(), folder, name.c_str()) == 0;
}

} // namespace

struct PhotoFolder::State {
    explicit State(std::string given) : folder(std::move(given)), index(folder) {}

    system::FileDescriptor openRoot() const
    {
        g_mkdir_with_parents(folder.c_str(), 0700);
        return system::FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    bool clockJumped(const Moment &now);
    std::size_t removeAll(const std::vector<std::string> &paths);

    const std::string folder;
    core::Guarded<int> lock; ///< one thread at a time; the number is of no use
    PhotoIndex index;
    std::optional<Moment> lastSweep;
};

PhotoFolder::PhotoFolder(std::string folder) : state_(std::make_unique<State>(std::move(folder))) {}

PhotoFolder::~PhotoFolder() = default;

StoredPhoto PhotoFolder::store(const Record &record, Kind kind, const std::string &cameraSlug)
{
    const auto lock = state_->lock.lock();
    const Picture &picture = kind == Kind::Face ? record.photo : record.frame;
    if (!picture.bytes)
        return {};
    if (!isPart(cameraSlug) || !isPart(record.eventId))
        return {.path = {}, .error = "its name cannot be that of a file"};
    const std::string name =
        record.eventId + (kind == Kind::Frame ? "-frame" : "") + (picture.png ? ".png" : ".jpg");
    const std::string date = dateOf(record.received);
    const std::string path = cameraSlug + "/" + date + "/" + name;
    const auto failed = [&](const std::string &why) {
        return StoredPhoto{.path = {},
                           .error = "'" + system::plainText(state_->folder) + "' " + why};
    };
    const system::FileDescriptor root = state_->openRoot();
    if (!root)
        return failed(std::string("cannot be used: ") + std::strerror(errno));
    // Told first: what is not in the index nobody would ever delete.
    if (!state_->index.add(path, record))
        return failed("has an index that cannot be written: " + state_->index.problem());
    const system::FileDescriptor camera = openFolder(root.get(), cameraSlug);
    const system::FileDescriptor day =
        camera ? openFolder(camera.get(), date) : system::FileDescriptor();
    struct stat there {
    };
    const bool isThere = day &&
                         ::fstatat(day.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                         S_ISREG(there.st_mode);
    if (!isThere && (!day || !writeFile(day.get(), name, *picture.bytes))) {
        const std::string why = std::strerror(errno);
        state_->index.remove({path});
        return failed("cannot be written: " + why);
    }
    return {.path = state_->folder + "/" + path, .error = {}};
}

/** Files that are there no more count as deleted. @return how many went */
std::size_t PhotoFolder::State::removeAll(const std::vector<std::string> &paths)
{
    // The folder is made for photos, not for looking.
    if (paths.empty())
        return 0;
    const system::FileDescriptor root = openRoot();
    std::vector<std::string> gone;
    for (const std::string &path : paths) {
        const std::size_t first = path.find('/');
        const std::size_t second = path.find('/', first + 1);
        if (!root || first == std::string::npos || second == std::string::npos)
            continue;
        const std::string camera = path.substr(0, first);
        const std::string date = path.substr(first + 1, second - first - 1);
        const std::string name = path.substr(second + 1);
        if (!isPart(camera) || !isPart(date) || !isPart(name))
            continue;
        const auto open = [](int parent, const std::string &folder) {
            return system::FileDescriptor(
                ::openat(parent, folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        };
        const system::FileDescriptor cameraFolder = open(root.get(), camera);
        const system::FileDescriptor day =
            cameraFolder ? open(cameraFolder.get(), date) : system::FileDescriptor();
        // Of a process that was killed while it wrote.
        if (day)
            ::unlinkat(day.get(), unfinishedName(name).c_str(), 0);
        if (!day ? errno == ENOENT : ::unlinkat(day.get(), name.c_str(), 0) == 0 || errno == ENOENT)
            gone.push_back(path);
        // Fails while there is anything in it.
        if (day)
            ::unlinkat(cameraFolder.get(), date.c_str(), AT_REMOVEDIR);
    }
    index.remove(gone);
    return gone.size();
}

/** Also true right after it was set right: the next sweep is the first to be sure. */
bool PhotoFolder::State::clockJumped(const Moment &now)
{
    const std::optional<Moment> before = std::exchange(lastSweep, now);
    if (!before || before->bootId != now.bootId)
        return false;
    const auto wall =
        std::chrono::duration_cast<std::chrono::microseconds>(now.wall - before->wall);
    const auto passed = now.sinceBoot - before->sinceBoot;
    return std::chrono::abs(wall - passed) > clockTolerance;
}

void PhotoFolder::sweep(const PhotoAges &ages, const Moment &now)
{
    const auto lock = state_->lock.lock();
    if (state_->clockJumped(now))
        return;
    state_->removeAll(state_->index.older(ages, now));
    const auto longest = std::max({ages.identified, ages.unknown, ages.spoof});
    removeMovedAside(
        {.folder = state_->folder, .beginning = "index", .before = now.wall - longest});
}

std::size_t PhotoFolder::forget(const Person &person)
{
    const auto lock = state_->lock.lock();
    const std::size_t gone = state_->removeAll(state_->index.of(person));
    if (!person.templateId.empty() || !person.visitId.empty())
        removeMovedAside({.folder = state_->folder, .beginning = "index"});
    return gone;
}

std::string PhotoFolder::takeNotice()
{
    const auto lock = state_->lock.lock();
    return state_->index.takeNotice();
}

std::shared_ptr<PhotoFolder> photoFolder(const std::string &folder)
{
    // Never destroyed: threads may go on while the process exits.
    static auto &folders = *new core::Guarded<std::map<std::string, std::weak_ptr<PhotoFolder>>>();
    auto known = folders.lock();
    std::weak_ptr<PhotoFolder> &place = (*known)[folder];
    if (auto there = place.lock())
        return there;
    auto made = std::make_shared<PhotoFolder>(folder);
    place = made;
    return made;
}

} // namespace ooto::spool
