// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether what a template makes is what its head says.
#pragma once

#include "publish/template_head.h"
#include "publish/template_samples.h"

#include <string>
#include <vector>

namespace ooto::publish
{

/** Of each event and status that the head wants, with all fields and with few. */
std::vector<SampleKind> wantedSamples(const TemplateHead &head);

/** Goes on after "the body is "; empty: it is well-formed JSON or XML, or anything else. */
std::string bodyProblem(const std::string &body, Escape escape);
/** A sentence; empty: something can be published to it. */
std::string topicProblem(const std::string &topic);
/** A sentence; empty: it is the path of a request to the same server. */
std::string pathProblem(const std::string &path);

} // namespace ooto::publish
