// SPDX-License-Identifier: LGPL-2.1-or-later
// A CA and what it signed, made anew for each test by the openssl program.
#pragma once

#include "support/scratch_directory.h"

#include <string>

namespace ooto::test
{

/** Files below a directory of their own, which goes with this object. */
class Certificates
{
public:
    Certificates();

    /** False when the openssl program is missing or failed: then there are no files. */
    bool made() const { return made_; }
    const std::string &directory() const { return directory_.path(); }
    std::string ca() const { return directory_ / "ca.pem"; }
    // Certificate and key in one file each:
    std::string good() const { return directory_ / "good.pem"; } ///< localhost, 127.0.0.1
    std::string expired() const { return directory_ / "expired.pem"; }
    std::string otherHost() const { return directory_ / "other-host.pem"; }
    std::string selfSigned() const { return directory_ / "self-signed.pem"; }
    std::string client() const { return directory_ / "client.pem"; }
    // In a file each:
    std::string clientCertificate() const { return directory_ / "client.crt"; }
    std::string clientKey() const { return directory_ / "client.key"; }
    std::string encryptedClientKey() const { return directory_ / "client-encrypted.key"; }

private:
    ScratchDirectory directory_;
    bool made_ = false;
};

} // namespace ooto::test
