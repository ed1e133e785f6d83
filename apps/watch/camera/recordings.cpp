// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera/recordings.h"

#include "system/handles.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ooto::watch
{

namespace
{

namespace fs = std::filesystem;

bool hasDate(std::string_view location)
{
    for (const char *date : {"%Y", "%F", "%s"})
        if (location.find(date) != std::string_view::npos)
            return true;
    return false;
}

/** Nothing is written over: a restart may come within the second. */
fs::path freeName(const fs::path &wanted)
{
    std::error_code ignored;
    fs::path name = wanted;
    for (int number = 2; fs::exists(name, ignored) && number < 1000; ++number) {
        name = wanted.parent_path() / wanted.stem();
        name += "-" + std::to_string(number) + wanted.extension().string();
    }
    return name;
}

/** On a streaming thread; `pattern` is the location that was set. Null: there is no such name. */
char *nameNow(GstElement *, guint, gpointer pattern)
{
    const system::DateHandle now(g_date_time_new_now_local());
    const system::CharsHandle name(g_date_time_format(now.get(), static_cast<char *>(pattern)));
    if (!name)
        return nullptr;
    const fs::path wanted(name.get());
    // What goes wrong here goes wrong again where the file is opened, and is told there.
    g_mkdir_with_parents(wanted.parent_path().c_str(), 0700);
    return g_strdup(freeName(wanted).c_str());
}

void releasePattern(gpointer pattern, GClosure *)
{
    g_free(pattern);
}

void nameFilesOf(GstElement *sink)
{
    char *location = nullptr;
    g_object_get(sink, "location", &location, nullptr);
    if (location && hasDate(location))
        g_signal_connect_data(sink, "format-location", G_CALLBACK(nameNow), location,
                              releasePattern, GConnectFlags(0));
    else
        g_free(location);
}

void nameFilesOfItem(const GValue *item, gpointer)
{
    nameFilesOf(static_cast<GstElement *>(g_value_get_object(item)));
}

} // namespace

void nameRecordings(GstBin *bin)
{
    using IteratorHandle = system::Handle<GstIterator, gst_iterator_free>;
    const IteratorHandle sinks(gst_bin_iterate_all_by_element_factory_name(bin, "splitmuxsink"));
    gst_iterator_foreach(sinks.get(), nameFilesOfItem, nullptr);
}

} // namespace ooto::watch
