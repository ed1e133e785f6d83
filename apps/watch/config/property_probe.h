// SPDX-License-Identifier: LGPL-2.1-or-later
// An element that is never started, to try properties on.
#pragma once

#include "config/config.h"
#include "element/handles.h"

#include <optional>
#include <string>
#include <vector>

namespace ooto::watch
{

class PropertyProbe
{
public:
    /** @param factory `ootoidentify` */
    explicit PropertyProbe(std::string factory);

    const std::string &factory() const { return factory_; }
    /** False where the plugin is not installed: nothing can be tried then. */
    bool isThere() const { return element_ != nullptr; }
    /** Whether it is one of the element's own, not of the classes below it, as `name`. */
    bool has(const std::string &property) const;
    /** Whether it can be written and not read. */
    bool isSecret(const std::string &property) const;
    std::vector<std::string> names() const;
    /** @return what is wrong, going on after the name; nothing: it is set here now */
    std::optional<std::string> take(const Setting &setting);
    /** What was set, or the default. */
    bool boolean(const char *property) const;

private:
    GParamSpec *find(const std::string &property) const;

    std::string factory_;
    system::ObjectHandle<GstElement> element_;
};

} // namespace ooto::watch
