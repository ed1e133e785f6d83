// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/picture.h"

#include <atomic>
#include <utility>

namespace ooto::metadata
{

namespace
{

/** Counted, so that copying a structure takes no memory, and cannot fail. */
struct SharedPicture {
    explicit SharedPicture(Picture of) : picture(std::move(of)) {}

    const Picture picture;
    std::atomic<unsigned> owners{1};
};

gpointer share(gpointer boxed)
{
    ++static_cast<SharedPicture *>(boxed)->owners;
    return boxed;
}

void release(gpointer boxed)
{
    auto *shared = static_cast<SharedPicture *>(boxed);
    if (--shared->owners == 0)
        delete shared;
}

} // namespace

GType pictureType()
{
    static const GType type = g_boxed_type_register_static("GstOotoPicture", share, release);
    return type;
}

void setPicture(GstStructure *structure, const char *field, const Picture &picture)
{
    if (!picture.bytes)
        return;
    GValue value = G_VALUE_INIT;
    g_value_init(&value, pictureType());
    g_value_take_boxed(&value, new SharedPicture(picture));
    gst_structure_take_value(structure, field, &value);
}

Picture pictureOf(const GstStructure *structure, const char *field)
{
    const GValue *value = gst_structure_get_value(structure, field);
    if (!value || !G_VALUE_HOLDS(value, pictureType()))
        return {};
    const auto *shared = static_cast<const SharedPicture *>(g_value_get_boxed(value));
    return shared ? shared->picture : Picture{};
}

} // namespace ooto::metadata
