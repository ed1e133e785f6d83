// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/spool.h"

#include "spool/record_store.h"
#include "spool/spool_file.h"
#include "system/plain_text.h"
#include "system/regular_file.h"

#include <glib.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
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
constexpr std::string_view clientAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

std::string randomClientId()
{
    std::random_device random;
    std::string id = "ooto-";
    for (int i = 0; i < 12; ++i)
        id += clientAlphabet[random() % clientAlphabet.size()];
    return id;
}

} // namespace

struct Spool::State {
    explicit State(SpoolSettings given) : settings(std::move(given)) {}

    bool isReady();
    bool openFile();
    bool noteFailure();
    void noteSuccess() { trouble.clear(); }
    bool saveMemory();
    void noteUnstored(std::span<const Record> records);
    void append(std::vector<Record> &records);
    void keepInMemory(std::span<const Record> records);
    void makeRoom();
    std::uint64_t bytes() const { return store.bytes() + memoryBytes; }
    void expireMemory(const Moment &now);
    template<typename Predicate>
    std::size_t eraseFromMemory(Predicate which);

    SpoolSettings settings;
    std::optional<SpoolFile> file;
    RecordStore store;
    /** Later than all that is on disk. */
    std::deque<Record> memory;
    std::uint64_t memoryBytes = 0;
    std::set<std::int64_t> removed; ///< of those on disk, which could not be deleted there
    std::map<std::int64_t, std::pair<Picture, Picture>> unstored;
    std::int64_t nextId = 1;
    SpoolLosses losses;
    std::string trouble;
    std::string notice;
    bool overflowing = false;
    std::chrono::steady_clock::time_point nextTry{};
};

Spool::Spool(SpoolSettings settings) : state_(std::make_unique<State>(std::move(settings)))
{
    state_->isReady();
}

Spool::~Spool()
{
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
    if (!saveMemory())
        return noteFailure();
    noteSuccess();
    return true;
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
                     system::plainText(file->moveAside()) + "'";
            if (store.open(file->path()))
                return true;
        }
        return noteFailure();
    }
    // Ids were given while there was no file: what lies in it is older, and is yet to be loaded.
    if (nextId > 1 && store.records() > 0) {
        const auto count = static_cast<std::int64_t>(store.lastId());
        store.renumberFrom(nextId);
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
        notice = "the spool was damaged, and was moved to '" +
                 system::plainText(file->moveAside()) + "'";
    }
    return false;
}

bool Spool::State::saveMemory()
{
    if (!removed.empty()) {
        const std::vector<std::int64_t> ids(removed.begin(), removed.end());
        if (!store.remove(ids))
            return false;
        removed.clear();
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
        memoryBytes -= pictureBytes(record);
        record.photo = {};
        record.frame = {};
        ++losses.photosDropped;
    }
    if (store.isOpen() && excess() > 0) {
        if (const auto dropped = store.dropOldest(excess()))
            losses.dropped += *dropped;
    }
    while (excess() > 0 && !memory.empty()) {
        memoryBytes -= sizeOf(memory.front());
        memory.pop_front();
        ++losses.dropped;
    }
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
    while (state.store.isOpen() && found.size() < most) {
        std::vector<Record> loaded;
        if (!state.store.load(afterId, most - found.size(), loaded)) {
            state.noteFailure();
            break;
        }
        if (loaded.empty())
            break;
        afterId = loaded.back().id;
        for (Record &record : loaded) {
            if (state.removed.contains(record.id))
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
        if (record.id > afterId && found.size() < most)
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
    if (onDisk.empty() || state.settings.folder.empty()) {
        state.makeRoom();
        return;
    }
    const bool ready = state.isReady();
    if (ready && state.store.remove(onDisk)) {
        state.makeRoom();
        return;
    }
    if (ready)
        state.noteFailure();
    state.removed.insert(onDisk.begin(), onDisk.end());
}

void Spool::expire(const Moment &now)
{
    State &state = *state_;
    state.expireMemory(now);
    if (!state.isReady())
        return;
    const auto older = state.store.removeOlder(now, state.settings.maxAge);
    if (!older || !state.store.dropOldPictures(now, state.settings.photoAges)) {
        state.noteFailure();
        return;
    }
    state.losses.expired += *older;
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
    if (state.store.isOpen()) {
        if (const auto erased = state.store.forget(person))
            ids.insert(ids.end(), erased->begin(), erased->end());
        else
            state.noteFailure();
    }
    for (const std::int64_t id : ids)
        state.unstored.erase(id);
    state.losses.forgotten += ids.size();
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
        std::vector<Record> records;
        while (old.load(0, adoptedAtOnce, records) && !records.empty()) {
            std::vector<std::int64_t> ids;
            for (const Record &record : records)
                ids.push_back(record.id);
            adopted += records.size();
            state.append(records);
            if (!old.remove(ids))
                break;
            records.clear();
        }
        const bool isEmpty = old.records() == 0;
        old.close();
        if (isEmpty)
            orphan.removeDatabase();
    }
    return adopted;
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
        return state_->store.oldest();
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
    if (!state_->file)
        return randomClientId();
    const std::string path = state_->file->beside(".client-id");
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

} // namespace ooto::spool
