// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps a target connected while no camera that uses it plays.
#pragma once

#include "config/config.h"
#include "element/handles.h"

#include <memory>
#include <string>

namespace ooto::watch
{

/**
 * An ootopublish of its own in a pipeline that has no buffers: elements with the same settings
 * share the target behind it, so that its connection and its spool stay while cameras come and go.
 */
class TargetHolder
{
public:
    explicit TargetHolder(const TargetConfig &config);
    ~TargetHolder();

    const std::string &name() const { return name_; }
    /** `stats` of its ootopublish, which are those of the target. Thread-safe. */
    element::StructureHandle statistics() const;

private:
    std::string name_;
    system::ObjectHandle<GstElement> pipeline_;
    system::ObjectHandle<GstElement> publish_;
};

} // namespace ooto::watch
