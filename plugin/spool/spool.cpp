// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/spool.h"

#include "spool/moved_aside.h"
#include "spool/record_store.h"
#include "spool/spool_file.h"
#include "system/plain_text.h"
#include "system/regular_file.h"

#include <glib.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string_view>
#include <utility>

namespace ooto::spool
{

namespace
{

constexpr auto pauseAfterTrouble = std::chrono::seconds(1);
constexpr std::size_t adoptedAtOnce = 64;
/** Pictures that may not be written wait for their delivery here. */
constexpr std::size_t mostUnstored = 64;
/** Persons to forget, that a disk does not let go yet. */
constexpr std::size_t mostUnforgotten = 100;
constexpr std::string_view clientAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

std::string randomClientId()
{
    std::random_device random;
    std::string id = "ooto-";
    for (int i = 0; i < 12; ++i)
        id += clientAlphabet[random() % clientAlphabet.size()];
    return id;
}

std::string keptIn(const std::string &path)
{
    std::string problem;
    if (const auto kept = system::readRegularFile(path, 256, problem)) {
        const std::string_view id = system::trimmed(*kept);
        const bool isOne = !id.empty() && id.size() <= 64 &&
                           id.find_first_of("/+#") == std::string_view::npos &&
                           system::isPlainText(id);
        if (isOne)
            return std::string(id);
    }
    const std::string made = randomClientId();
    // Whole or not at all; where it cannot be kept, it is another one next time.
    g_file_set_contents_full(path.c_str(), made.c_str(), -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                             nullptr);
    return made;
}

} // namespace

struct Spool::State {
    explicit State(SpoolSettings given) : settings(std::move(given)) {}

    bool isReady();
    bool eraseForgotten();
    bool isToBeForgotten(const Record &record) const;
    bool openFile();
    bool noteFailure();
    void noteSuccess() { trouble.clear(); }
    bool noteUnread();
    bool saveMemory();
    void noteUnstored(std::span<const Record> records);
    void append(std::vector<Record> &records);
    void keepInMemory(std::span<const Record> records);
    void makeRoom();
    void removeFromDisk(std::span<const std::int64_t> ids);
    std::vector<std::int64_t> forgetOnDisk(const Person &person);
    bool adopt(RecordStore &old, std::size_t &adopted);
    std::uint64_t bytes() const { return store.bytes() + memoryBytes - removedBytes; }
    void expireMemory(const Moment &now);
    void removeBroken(std::chrono::system_clock::time_point before) const;
    template<typename Predicate>
    std::size_t eraseFromMemory(Predicate which);

    SpoolSettings settings;
    std::optional<SpoolFile> file;
    RecordStore store;
    /** Later than all that is on disk. */
    std::deque<Record> memory;
    std::uint64_t memoryBytes = 0;
    RecordStore::Except removed; ///< of those on disk, which could not be deleted there
    std::uint64_t removedBytes = 0;
    std::vector<Person> unforgotten; ///< who may be in the file still, or in its log
    std::string clientId;
    std::map<std::int64_t, std::pair<Picture, Picture>> unstored;
    std::int64_t nextId = 1;
    SpoolLosses losses;
    std::string trouble;
    std::string notice;
    bool overflowing = false;
    std::chrono::steady_clock::time_point nextTry{};
    /** Since when what is on disk cannot be read. */
    std::optional<std::chrono::steady_clock::time_point> unreadSince;
};

Spool::Spool(SpoolSettings settings) : state_(std::make_unique<State>(std::move(settings)))
{
    state_->isReady();
}

Spool::~Spool()
{
    state_->nextTry = {}; // the last one
    state_->isReady();
}

/** Whether the disk may be written to now: what was put off is written first. */
bool Spool::State::isReady()
{
    if (settings.folder.empty())
        return false;
    if (!trouble.empty() && std::chrono::steady_clock::now() < nextTry)
        return false;
    nextTry = std::chrono::steady_clock::now() + pauseAfterTrouble;
    if (!store.isOpen() && !openFile())
        return false;
    // Written back first: on a full disk that is what makes room in the log for deletions.
    if (!trouble.empty())
        store.emptyLog();
    if (!saveMemory() || !eraseForgotten())
        return noteFailure();
    noteSuccess();
    return true;
}

bool Spool::State::eraseForgotten()
{
    if (unforgotten.empty())
        return true;
    for (const Person &person : unforgotten) {
        if (!store.remove(store.of(person)))
            return false;
    }
    if (!store.emptyLog())
        return false;
    unforgotten.clear();
    return true;
}

bool Spool::State::isToBeForgotten(const Record &record) const
{
    return std::any_of(unforgotten.begin(), unforgotten.end(), [&](const Person &person) {
        return person.isOf(record.templateId, record.visitId);
    });
}

bool Spool::State::openFile()
{
    if (!file) {
        file = SpoolFile::takeLowest(settings.folder, settings.name, trouble);
        if (!file)
            return false;
    }
    if (!store.open(file->path())) {
        if (store.isBroken()) {
            notice = "the spool '" + system::plainText(file->path()) + "' cannot be used (" +
                     store.problem() + "); it was moved to '" +
                     system::plainText(moveAside(file->path())) + "'";
            if (store.open(file->path()))
                return true;
        }
        return noteFailure();
    }
    // Ids were given while there was no file: what lies in it is older, and is yet to be loaded.
    if (nextId > 1 && store.records() > 0) {
        const auto count = static_cast<std::int64_t>(store.lastId());
        if (!store.renumberFrom(nextId)) {
            noteFailure();
            store.close();
            return false;
        }
        nextId += count;
        for (Record &record : memory)
            record.id = nextId++;
    } else {
        nextId = std::max(nextId, store.lastId() + 1);
    }
    return true;
}

bool Spool::State::noteFailure()
{
    trouble = "the spool '" + system::plainText(file ? file->path() : settings.folder) +
              "' cannot be written (" + store.problem() + "); events are kept in memory";
    nextTry = std::chrono::steady_clock::now() + pauseAfterTrouble;
    // Damaged under way: begun anew with the next try.
    if (store.isBroken() && file) {
        store.close();
        removed.clear();
        removedBytes = 0;
        notice = "the spool was damaged, and was moved to '" +
                 system::plainText(moveAside(file->path())) + "'";
    }
    return false;
}

/** @return whether what is in memory may go before what cannot be read, which is older */
bool Spool::State::noteUnread()
{
    noteFailure();
    if (!store.isOpen()) {
        unreadSince.reset();
        return true; // it was damaged, and is out of the way
    }
    const auto now = std::chrono::steady_clock::now();
    if (!unreadSince)
        unreadSince = now;
    return now - *unreadSince >= settings.readPatience;
}

bool Spool::State::saveMemory()
{
    if (!removed.empty()) {
        std::vector<std::int64_t> ids;
        for (const auto &[id, bytes] : removed)
            ids.push_back(id);
        if (!store.remove(ids))
            return false;
        removed.clear();
        removedBytes = 0;
    }
    if (memory.empty())
        return true;
    const std::vector<Record> records(memory.begin(), memory.end());
    if (!store.insert(records, settings.photoAges))
        return false;
    noteUnstored(records);
    memory.clear();
    memoryBytes = 0;
    return true;
}

/** Of records that are on disk now. */
void Spool::State::noteUnstored(std::span<const Record> records)
{
    for (const Record &record : records) {
        if (pictureBytes(record) > 0 && settings.photoAges.of(record.status).count() == 0)
            unstored[record.id] = {record.photo, record.frame};
    }
    while (unstored.size() > mostUnstored)
        unstored.erase(unstored.begin());
}

void Spool::State::append(std::vector<Record> &records)
{
    const bool ready = isReady();
    for (Record &record : records)
        record.id = nextId++;
    if (!ready || !store.insert(records, settings.photoAges)) {
        if (ready)
            noteFailure();
        keepInMemory(records);
    } else {
        noteUnstored(records);
    }
    makeRoom();
}

void Spool::State::keepInMemory(std::span<const Record> records)
{
    for (const Record &record : records) {
        memory.push_back(record);
        memoryBytes += sizeOf(record);
    }
}

void Spool::State::makeRoom()
{
    if (bytes() <= settings.maxBytes) {
        overflowing = overflowing && bytes() > settings.maxBytes / 10 * 9;
        return;
    }
    overflowing = true;
    const auto excess = [this] { return bytes() - std::min(bytes(), settings.maxBytes); };
    if (store.isOpen() && excess() > 0) {
        if (const auto dropped = store.dropPictures(excess()))
            losses.photosDropped += *dropped;
    }
    for (Record &record : memory) {
        if (excess() == 0)
            break;
        if (pictureBytes(record) == 0)
            continue;
        losses.photosDropped += pictures(record);
        memoryBytes -= pictureBytes(record);
        record.photo = {};
        record.frame = {};
    }
    if (store.isOpen() && excess() > 0) {
        const std::vector<std::int64_t> oldest = store.oldestOf(excess(), removed);
        removeFromDisk(oldest);
        losses.dropped += oldest.size();
    }
    while (excess() > 0 && !memory.empty()) {
        memoryBytes -= sizeOf(memory.front());
        memory.pop_front();
        ++losses.dropped;
    }
}

/** Or remembers that they are as good as deleted. */
void Spool::State::removeFromDisk(std::span<const std::int64_t> ids)
{
    if (ids.empty())
        return;
    const bool ready = isReady();
    if (ready && store.remove(ids))
        return;
    if (ready)
        noteFailure();
    for (const std::int64_t id : ids) {
        const auto bytes = store.isOpen() ? store.bytesTaken(id) : std::nullopt;
        if (bytes && removed.emplace(id, *bytes).second)
            removedBytes += *bytes;
    }
}

/** Of all numbers: who moves a file aside may not be there any more. */
void Spool::State::removeBroken(std::chrono::system_clock::time_point before) const
{
    if (!settings.folder.empty())
        removeMovedAside(
            {.folder = settings.folder, .beginning = settings.name + "-", .before = before});
}

template<typename Predicate>
std::size_t Spool::State::eraseFromMemory(Predicate which)
{
    return std::erase_if(memory, [&](const Record &record) {
        const bool goes = which(record);
        if (goes)
            memoryBytes -= sizeOf(record);
        return goes;
    });
}

void Spool::State::expireMemory(const Moment &now)
{
    losses.expired += eraseFromMemory(
        [&](const Record &record) { return now.since(record.received) > settings.maxAge; });
    for (Record &record : memory) {
        const std::chrono::hours age = settings.photoAges.of(record.status);
        if (pictureBytes(record) == 0 || age.count() == 0 || now.since(record.received) <= age)
            continue;
        memoryBytes -= pictureBytes(record);
        record.photo = {};
        record.frame = {};
    }
}

void Spool::setLimits(std::uint64_t maxBytes, std::chrono::milliseconds maxAge,
                      const PhotoAges &photoAges)
{
    state_->settings.maxBytes = maxBytes;
    state_->settings.maxAge = maxAge;
    state_->settings.photoAges = photoAges;
    state_->makeRoom();
}

const std::string &Spool::trouble() const
{
    return state_->trouble;
}

bool Spool::isOverflowing() const
{
    return state_->overflowing;
}

std::string Spool::takeNotice()
{
    return std::exchange(state_->notice, {});
}

void Spool::append(std::vector<Record> &records)
{
    if (!records.empty())
        state_->append(records);
}

std::vector<Record> Spool::next(std::int64_t afterId, std::size_t most, const Moment &now)
{
    State &state = *state_;
    std::vector<Record> found;
    std::vector<std::int64_t> tooOld;
    bool isAllRead = true;
    while (state.store.isOpen() && found.size() < most) {
        std::vector<Record> loaded;
        if (!state.store.load(afterId, most - found.size(), loaded)) {
            isAllRead = state.noteUnread();
            break;
        }
        state.unreadSince.reset();
        if (loaded.empty())
            break;
        afterId = loaded.back().id;
        for (Record &record : loaded) {
            if (state.removed.contains(record.id) || state.isToBeForgotten(record))
                continue;
            if (now.since(record.received) > state.settings.maxAge) {
                tooOld.push_back(record.id);
                continue;
            }
            if (const auto unstored = state.unstored.find(record.id);
                unstored != state.unstored.end())
                std::tie(record.photo, record.frame) = unstored->second;
            found.push_back(std::move(record));
        }
    }
    state.expireMemory(now);
    for (const Record &record : state.memory) {
        if (isAllRead && record.id > afterId && found.size() < most)
            found.push_back(record);
    }
    state.losses.expired += tooOld.size();
    if (!tooOld.empty())
        remove(tooOld);
    return found;
}

void Spool::remove(std::span<const std::int64_t> ids)
{
    State &state = *state_;
    std::vector<std::int64_t> onDisk;
    for (const std::int64_t id : ids) {
        state.unstored.erase(id);
        if (state.eraseFromMemory([id](const Record &record) { return record.id == id; }) == 0)
            onDisk.push_back(id);
    }
    state.removeFromDisk(onDisk);
    state.makeRoom();
}

void Spool::expire(const Moment &now)
{
    State &state = *state_;
    state.expireMemory(now);
    state.removeBroken(now.wall - state.settings.maxAge);
    if (!state.isReady())
        return;
    const std::vector<std::int64_t> older = state.store.olderThan(state.settings.maxAge, now);
    state.losses.expired += older.size();
    for (const std::int64_t id : older)
        state.unstored.erase(id);
    state.removeFromDisk(older);
    if (!state.trouble.empty())
        return;
    if (!state.store.dropOldPictures(now, state.settings.photoAges))
        state.noteFailure();
    else
        state.store.shrink();
}

std::vector<std::int64_t> Spool::forget(const Person &person)
{
    State &state = *state_;
    std::vector<std::int64_t> ids;
    state.eraseFromMemory([&](const Record &record) {
        const bool goes = person.isOf(record.templateId, record.visitId);
        if (goes)
            ids.push_back(record.id);
        return goes;
    });
    // What dead processes left is about people, too.
    adoptOrphans();
    const std::vector<std::int64_t> onDisk = state.forgetOnDisk(person);
    if (!person.templateId.empty() || !person.visitId.empty())
        state.removeBroken(std::chrono::system_clock::time_point::max());
    ids.insert(ids.end(), onDisk.begin(), onDisk.end());
    for (const std::int64_t id : ids)
        state.unstored.erase(id);
    state.losses.forgotten += ids.size();
    return ids;
}

std::vector<std::int64_t> Spool::State::forgetOnDisk(const Person &person)
{
    if (settings.folder.empty() || (person.templateId.empty() && person.visitId.empty()))
        return {};
    std::vector<std::int64_t> ids = store.isOpen() ? store.of(person) : std::vector<std::int64_t>();
    std::erase_if(ids, [this](std::int64_t id) { return removed.contains(id); });
    removeFromDisk(ids);
    if (unforgotten.size() < mostUnforgotten)
        unforgotten.push_back(person);
    isReady();
    return ids;
}

std::size_t Spool::adoptOrphans()
{
    State &state = *state_;
    if (!state.isReady())
        return 0;
    std::size_t adopted = 0;
    for (const SpoolFile &orphan :
         SpoolFile::takeOrphans(state.settings.folder, state.settings.name)) {
        RecordStore old;
        if (!old.open(orphan.path()))
            continue; // its own number's next owner moves it aside
        while (old.records() > 0 && state.adopt(old, adopted)) {
        }
        const bool isEmpty = old.records() == 0;
        old.close();
        if (isEmpty)
            orphan.removeDatabase();
    }
    return adopted;
}

/** Some records, to the disk or not at all: in memory they would be less safe than before. */
bool Spool::State::adopt(RecordStore &old, std::size_t &adopted)
{
    std::vector<Record> records;
    if (!old.load(0, adoptedAtOnce, records) || records.empty())
        return false;
    std::vector<std::int64_t> there;
    std::vector<std::int64_t> here;
    for (Record &record : records) {
        there.push_back(record.id);
        record.id = nextId++;
        here.push_back(record.id);
    }
    if (!store.insert(records, settings.photoAges)) {
        noteFailure();
        return false;
    }
    if (!old.remove(there)) {
        removeFromDisk(here); // else they would come again and again
        return false;
    }
    adopted += records.size();
    makeRoom();
    return true;
}

std::uint64_t Spool::records() const
{
    const std::uint64_t all = state_->store.records() + state_->memory.size();
    return all - std::min<std::uint64_t>(all, state_->removed.size());
}

std::uint64_t Spool::bytes() const
{
    return state_->bytes();
}

std::optional<Moment> Spool::oldest() const
{
    if (state_->store.isOpen() && state_->store.records() > state_->removed.size())
        return state_->store.oldest(state_->removed);
    if (!state_->memory.empty())
        return state_->memory.front().received;
    return std::nullopt;
}

const SpoolLosses &Spool::losses() const
{
    return state_->losses;
}

std::string Spool::keptClientId()
{
    if (state_->clientId.empty())
        state_->clientId =
            state_->file ? keptIn(state_->file->beside(".client-id")) : randomClientId();
    return state_->clientId;
}

} // namespace ooto::spool
