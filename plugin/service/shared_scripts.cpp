// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/shared_scripts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <utility>

namespace ooto::service
{

namespace
{

/** Beyond this, numbers of Lua are not exact any more. */
constexpr std::uint64_t largest = 1ULL << 52;

/**
 * The hash of a date has a field for each run, "r:<run>": count, ceiling, when it was heard, and
 * the number of its last call. A count only grows, by maximum, and by one with each permit; what a
 * run may count to by itself is its ceiling, and counts of the dead and ceilings of the living
 * together stay within the limit.
 *
 * `clock` is the hash's own time: it goes on by 6 s at most from one call to the next. So a server
 * that was frozen, or cut off, finds nobody dead, and a hash that was begun a moment ago is young
 * for as long as the living need to say who they are.
 */
constexpr const char *budgetLua = R"(
local day, before, bucket = KEYS[1], KEYS[2], KEYS[3]
local run = 'r:' .. ARGV[1]
local sequence, count, keep = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local limit, needs, token = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
local rate, first, last = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local zone, leaving = ARGV[11], ARGV[12] == '1'
local known, grown, alive, wanted = 10, 6, 20, 10

local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
if now < first or now >= last then
  return {'clock', time[1]}
end

local function read(key)
  local hash, words = {}, redis.call('HGETALL', key)
  for i = 1, #words, 2 do
    hash[words[i]] = words[i + 1]
  end
  return hash
end
local function parse(value)
  local c, u, h, q = string.match(value or '', '^(%d+) (%d+) (-?[%d.]+) (%d+)$')
  return tonumber(c or 0), tonumber(u or 0), tonumber(h or -1000), tonumber(q or 0)
end
local function whole(number)
  return string.format('%.0f', number)
end
local function write(hash, field, c, u, h, q)
  hash[field] = whole(c) .. ' ' .. whole(u) .. ' ' .. string.format('%.3f', h) .. ' ' .. whole(q)
  redis.call('HSET', day, field, hash[field])
end

local hash = read(day)
local clock = tonumber(hash.clock or 0)
if hash.heard then
  clock = clock + math.min(math.max(now - tonumber(hash.heard), 0), grown)
else
  hash.born, hash.zone = whole(now * 1000000), zone
  redis.call('HSET', day, 'born', hash.born, 'zone', zone)
  -- At midnight those of yesterday go on, where they were there until now.
  local past = read(before)
  if past.heard and now - tonumber(past.heard) < known and tonumber(past.clock) >= known then
    local living = {}
    for field, value in pairs(past) do
      local _, _, heard = parse(value)
      if string.sub(field, 1, 2) == 'r:' and tonumber(past.clock) - heard <= alive then
        living[#living + 1] = field
      end
    end
    clock = known
    for _, field in ipairs(living) do
      write(hash, field, 0, math.floor(limit / #living), clock, 0)
    end
  end
end

local counted, _, _, latest = parse(hash[run])
if sequence <= latest then
  return {'stale', time[1], hash.born, hash.zone}
end
count = math.max(count, counted)
for i = 13, #ARGV, 2 do
  local field, least = 'r:' .. ARGV[i], tonumber(ARGV[i + 1])
  local c, u, h, q = parse(hash[field])
  if field ~= run and least > c then
    write(hash, field, least, math.max(u, least), h, q)
  end
end

local sum, kept, runs = count, 0, leaving and 0 or 1
for field, value in pairs(hash) do
  if string.sub(field, 1, 2) == 'r:' and field ~= run then
    local c, u, heard = parse(value)
    sum = sum + c
    if clock - heard <= alive then
      runs = runs + 1
      kept = kept + math.max(u - c, 0)
    end
  end
end

local ceiling, pressed = count, hash.want and clock - tonumber(hash.want) < wanted
local young = clock < known
if limit > 0 and not leaving then
  local room = limit - (sum - count) - kept
  local fair = math.floor(math.max(limit - sum, 0) / runs)
  ceiling = math.max(count, math.min(keep, room))
  if not young then
    local most = count + needs
    if needs == 1 or not pressed then
      most = count + math.max(fair, needs)
    end
    ceiling = math.max(ceiling, math.min(most, room))
    if needs == 1 and sum < limit and (ceiling - count) * 2 < fair + 1 then
      pressed = true
      redis.call('HSET', day, 'want', string.format('%.3f', clock))
    end
  end
end

local status, wait = 'ok', 0
if limit > 0 and needs == 1 and ceiling <= count then
  if sum >= limit then
    status = 'spent'
  elseif young then
    status, wait = 'young', (known - clock) * 1000
  else
    status = 'short'
  end
elseif token and rate > 0 then
  local most = math.max(rate, 1)
  local held = redis.call('HMGET', bucket, 'tokens', 'at')
  local tokens = tonumber(held[1] or 0)
  if held[2] then
    tokens = math.min(most, tokens + math.max(now - tonumber(held[2]), 0) * rate)
  end
  if tokens < 1 then
    status, wait = 'rate', (1 - tokens) / rate * 1000
  else
    tokens = tokens - 1
  end
  redis.call('HSET', bucket, 'tokens', string.format('%.6f', tokens),
    'at', string.format('%.6f', now))
  redis.call('EXPIRE', bucket, 172800)
end

if status == 'ok' and limit > 0 and needs == 1 then
  count, sum = count + 1, sum + 1
end
if leaving and count == 0 then
  redis.call('HDEL', day, run)
else
  write(hash, run, count, ceiling, clock, sequence)
end
redis.call('HSET', day, 'clock', string.format('%.3f', clock), 'heard',
  string.format('%.6f', now))
redis.call('EXPIRE', day, 172800)
return {status, time[1], hash.born, hash.zone, whole(count), whole(ceiling), whole(sum),
  whole(math.max(runs, 1)), pressed and '1' or '0', whole(math.ceil(wait))}
)";

/** SET NX begins a visit; who has the one that there is lets it go on. */
constexpr const char *visitLua = R"(
local visit = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'GET', 'EX', ARGV[2])
if visit == ARGV[1] then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return visit
)";

constexpr std::array statuses{
    std::pair{std::string_view("ok"), core::SharedReply::Status::Ok},
    std::pair{std::string_view("spent"), core::SharedReply::Status::Spent},
    std::pair{std::string_view("short"), core::SharedReply::Status::Short},
    std::pair{std::string_view("young"), core::SharedReply::Status::Young},
    std::pair{std::string_view("rate"), core::SharedReply::Status::Rate},
    std::pair{std::string_view("stale"), core::SharedReply::Status::Stale}};

/** With a point, whatever the locale is. */
std::string written(double number)
{
    std::array<char, 64> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::string(text.data(), end) : "0";
}

std::string written(std::uint64_t number)
{
    return std::to_string(std::min(number, largest));
}

const char *flag(bool set)
{
    return set ? "1" : "0";
}

template<typename Number>
bool read(const redis::Reply &word, Number &number)
{
    const char *end = word.text.data() + word.text.size();
    const auto [parsed, error] = std::from_chars(word.text.data(), end, number);
    return error == std::errc() && parsed == end;
}

bool readNumbers(const std::vector<redis::Reply> &words, core::SharedReply &reply)
{
    std::uint64_t wait = 0;
    const bool sound = words.size() == 10 && read(words[4], reply.count) &&
                       read(words[5], reply.ceiling) && read(words[6], reply.sum) &&
                       read(words[7], reply.runs) && read(words[9], wait);
    reply.pressed = sound && words[8].text == "1";
    reply.wait = std::chrono::milliseconds(std::min<std::uint64_t>(wait, 3600000));
    return sound;
}

} // namespace

const redis::Script &budgetScript()
{
    static const auto *const script = new redis::Script(budgetLua);
    return *script;
}

const redis::Script &visitScript()
{
    static const auto *const script = new redis::Script(visitLua);
    return *script;
}

std::vector<std::string> budgetKeys(const std::string &prefix, core::LocalDate date)
{
    return {prefix + "day:" + core::toText(date),
            prefix + "day:" + core::toText(date - std::chrono::days(1)), prefix + "rate"};
}

std::vector<std::string> budgetArguments(const core::SharedCall &call, const Today &today,
                                         const std::string &run, const RunCounts &others)
{
    std::vector<std::string> words = {run,
                                      written(call.sequence),
                                      written(call.count),
                                      written(call.keep),
                                      written(call.limit),
                                      flag(call.needsOne),
                                      flag(call.wantsToken),
                                      written(call.rate),
                                      std::to_string(today.begin),
                                      std::to_string(today.end),
                                      today.zone,
                                      flag(call.leaving)};
    for (const auto &[other, count] : others) {
        words.push_back(other);
        words.push_back(written(count));
    }
    return words;
}

std::optional<BudgetWords> readBudget(const redis::Reply &from)
{
    const std::vector<redis::Reply> &words = from.items;
    BudgetWords read;
    if (from.kind != redis::Reply::Kind::List || words.size() < 2 ||
        !service::read(words[1], read.serverTime))
        return std::nullopt;
    if (words[0].text == "clock")
        return read;
    const auto *const status = std::find_if(statuses.begin(), statuses.end(), [&](const auto &one) {
        return one.first == words[0].text;
    });
    if (status == statuses.end() || words.size() < 4)
        return std::nullopt;
    read.state = words[2].text;
    read.zone = words[3].text;
    core::SharedReply reply;
    reply.status = status->second;
    if (reply.status != core::SharedReply::Status::Stale && !readNumbers(words, reply))
        return std::nullopt;
    read.reply = reply;
    return read;
}

} // namespace ooto::service
