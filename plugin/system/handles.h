// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners for what GLib, libsoup and json-glib hand out. Not for headers that other floors include.
#pragma once

#include <gio/gio.h>

#include <memory>
#include <utility>

namespace ooto::system
{

template<auto Release>
struct Releaser {
    template<typename T>
    void operator()(T *pointer) const
    {
        Release(pointer);
    }
};

/** Owns one thing with a release function of its own. */
template<typename T, auto Release>
using Handle = std::unique_ptr<T, Releaser<Release>>;

using CharsHandle = Handle<char, g_free>;
using BytesHandle = Handle<GBytes, g_bytes_unref>;
using ErrorHandle = Handle<GError, g_error_free>;
using KeyFileHandle = Handle<GKeyFile, g_key_file_unref>;
using UriHandle = Handle<GUri, g_uri_unref>;
using DateHandle = Handle<GDateTime, g_date_time_unref>;
using ContextHandle = Handle<GMainContext, g_main_context_unref>;

/** Owns one reference to a GObject. */
template<typename T>
using ObjectHandle = Handle<T, g_object_unref>;

/** One more reference to a GObject that someone else holds. */
template<typename T>
ObjectHandle<T> referTo(T *object)
{
    return ObjectHandle<T>(static_cast<T *>(g_object_ref(object)));
}

/** Receives a GError through the `GError **` of a call: `ErrorHandle e; f(ErrorOut(e));` */
class ErrorOut
{
public:
    explicit ErrorOut(ErrorHandle &target) : target_(target) {}
    ErrorOut(const ErrorOut &) = delete;
    ErrorOut &operator=(const ErrorOut &) = delete;
    ~ErrorOut() { target_.reset(error_); }
    operator GError **() { return &error_; }

private:
    ErrorHandle &target_;
    GError *error_ = nullptr;
};

/** A GSource that is removed from its context when its owner goes. */
class SourceHandle
{
public:
    SourceHandle() = default;
    explicit SourceHandle(GSource *adopted) : source_(adopted) {}
    SourceHandle(SourceHandle &&other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
    SourceHandle &operator=(SourceHandle &&other) noexcept
    {
        std::swap(source_, other.source_);
        return *this;
    }
    ~SourceHandle() { reset(); }

    GSource *get() const { return source_; }
    void reset()
    {
        if (GSource *source = std::exchange(source_, nullptr)) {
            g_source_destroy(source);
            g_source_unref(source);
        }
    }

private:
    GSource *source_ = nullptr;
};

} // namespace ooto::system
