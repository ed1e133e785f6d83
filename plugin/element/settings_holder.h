// SPDX-License-Identifier: LGPL-2.1-or-later
// The settings of one element: as they were set, and as they are in effect.
#pragma once

#include "core/base/guarded.h"
#include "element/property_table.h"

#include <gst/gst.h>

#include <optional>

namespace ooto::element
{

/** Thread-safe. */
template<typename Settings>
class SettingsHolder
{
public:
    /** One property was set. */
    struct Change {
        Settings before;
        Settings after;
        bool tooLate = false; ///< it takes effect at the next start, and is another than before
    };

    /** @param properties of the class, which stays */
    explicit SettingsHolder(const PropertyTable<Settings> &properties) : properties_(properties) {}

    /** @return nothing where there is no such property, or it cannot be written */
    std::optional<Change> set(unsigned id, const GValue *value)
    {
        auto values = values_.lock();
        Change change{.before = values->set, .after = {}};
        if (!properties_.set(values->set, id, value))
            return std::nullopt;
        change.after = values->set;
        change.tooLate = values->started && properties_.waitsForStart(id) &&
                         !properties_.isSame(values->set, *values->started, id);
        return change;
    }
    /** What is in effect. @return false where there is no such property, or it cannot be read */
    bool get(unsigned id, GValue *value)
    {
        auto values = values_.lock();
        const bool fixed = values->started && properties_.waitsForStart(id);
        return properties_.get(fixed ? *values->started : values->set, id, value);
    }
    /** From now on those that wait for a start stay. @return all */
    Settings start()
    {
        auto values = values_.lock();
        values->started = values->set;
        return values->set;
    }
    void stop() { values_.lock()->started.reset(); }
    /** As they were set. */
    Settings current() { return values_.lock()->set; }

private:
    struct Values {
        Settings set;
        std::optional<Settings> started; ///< from start to stop
    };

    const PropertyTable<Settings> &properties_;
    core::Guarded<Values> values_;
};

/** Sets a property, warns where that is too late, and where there is none. */
template<typename Settings>
std::optional<typename SettingsHolder<Settings>::Change>
setProperty(SettingsHolder<Settings> &settings, GObject *element, unsigned id, const GValue *value,
            GParamSpec *spec)
{
    auto change = settings.set(id, value);
    if (!change)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(element, id, spec);
    else if (change->tooLate)
        GST_ELEMENT_WARNING(element, RESOURCE, SETTINGS,
                            ("%s takes effect when the element starts the next time.", spec->name),
                            ("Until then it has the value that it reads back."));
    return change;
}

} // namespace ooto::element
