// SPDX-License-Identifier: LGPL-2.1-or-later
#include "request_log.h"
#include "glib_handles.h"
#include "photo_file.h"

#include <array>
#include <cstdio>

namespace ooto::server
{
namespace
{

std::string iso8601(std::chrono::system_clock::time_point time)
{
    const gint64 us =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    GDateTime *seconds = g_date_time_new_from_unix_utc(us / G_USEC_PER_SEC);
    std::array<char, 16> fraction;
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ",
                  static_cast<int>(us % G_USEC_PER_SEC / 1000));
    const std::string text = take(g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S"));
    g_date_time_unref(seconds);
    return text + fraction.data();
}

std::string jsonLine(const ReceivedRequest &request, std::size_t photoBytes)
{
    const ObjectPtr<JsonBuilder> builder(json_builder_new());
    JsonBuilder *json = builder.get();
    const auto text = [&](const char *name, const std::string &value) {
        json_builder_set_member_name(json, name);
        json_builder_add_string_value(json, take(g_utf8_make_valid(value.c_str(), -1)).c_str());
    };
    const auto number = [&](const char *name, gint64 value) {
        json_builder_set_member_name(json, name);
        json_builder_add_int_value(json, value);
    };
    json_builder_begin_object(json);
    text("time", iso8601(request.arrived));
    text("path", request.path);
    text("query", request.query);
    number("status", request.status);
    number("code", request.code);
    number("bytes", static_cast<gint64>(photoBytes));
    number("width", request.photoWidth);
    number("height", request.photoHeight);
    json_builder_end_object(json);
    const JsonNodePtr root(json_builder_get_root(json));
    return take(json_to_string(root.get(), FALSE));
}

} // namespace

std::string RequestLog::open(const std::string &logFile, const std::string &photoFolder)
{
    if (!logFile.empty()) {
        log_.open(logFile, std::ios::app);
        if (!log_)
            return "cannot write to " + logFile;
    }
    photoFolder_ = photoFolder;
    std::error_code ignored;
    if (!photoFolder.empty() && !std::filesystem::is_directory(photoFolder_, ignored))
        return photoFolder + " is no folder";
    return {};
}

void RequestLog::write(const ReceivedRequest &request)
{
    const Part *photo = request.part("photo");
    if (log_.is_open())
        log_ << jsonLine(request, photo ? photo->bytes.size() : 0) << std::endl;
    if (photoFolder_.empty() || !photo || photo->bytes.empty())
        return;
    std::array<char, 32> name;
    std::snprintf(name.data(), name.size(), "%06llu",
                  static_cast<unsigned long long>(request.number));
    std::ofstream(photoFolder_ /
                      (std::string(name.data()) + fileSuffix(readPhotoFile(photo->bytes).type)),
                  std::ios::binary)
        .write(reinterpret_cast<const char *>(photo->bytes.data()),
               static_cast<std::streamsize>(photo->bytes.size()));
}

} // namespace ooto::server
