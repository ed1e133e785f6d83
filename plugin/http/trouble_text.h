// SPDX-License-Identifier: LGPL-2.1-or-later
// Parts of sentences for people about what went wrong on the way.
#pragma once

#include <string>

namespace ooto::http
{

/** @param flags GTlsCertificateFlags of a certificate that was refused: "it has expired" */
std::string certificateProblem(unsigned flags);

/**
 * Where a redirect leads: the host only, since a path or query may hold anything.
 * @param location the header of this name, as it came
 * @param endpoint what it may be relative to
 */
std::string redirectTarget(const std::string &location, const std::string &endpoint);

} // namespace ooto::http
