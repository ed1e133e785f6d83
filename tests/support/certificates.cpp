// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/certificates.h"

#include <cstdlib>
#include <fstream>

namespace ooto::test
{

namespace
{

/** Runs in the directory that is $1. */
constexpr const char *script = R"(
set -e
cd "$1"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
self_sign() { # name, subject, days, extension
    key "$1"
    openssl req -x509 -new -key "$1.key" -out "$1.crt" -subj "$2" -days "$3" -addext "$4"
}
sign() { # name, subjectAltName, days
    key "$1"
    openssl req -new -key "$1.key" -out "$1.csr" -subj "/CN=$1"
    printf 'subjectAltName=%s\n' "$2" > "$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -out "$1.crt" \
        -days "$3" -extfile "$1.ext"
}
local=DNS:localhost,IP:127.0.0.1
self_sign ca "/CN=CA of a test" 2 "keyUsage=critical,keyCertSign"
self_sign self-signed "/CN=localhost" 2 "subjectAltName=$local"
sign good "$local" 2
sign expired "$local" -1
sign client DNS:client.example 2
sign other-host DNS:elsewhere.example 2
mv ca.crt ca.pem
openssl pkcs8 -topk8 -in client.key -out client-encrypted.key -passout pass:geheim
for name in good expired other-host self-signed client; do cat $name.crt $name.key > $name.pem; done
)";

} // namespace

Certificates::Certificates()
{
    if (directory().empty())
        return;
    const std::string scriptFile = directory_ / "make.sh";
    std::ofstream(scriptFile) << script;
    const std::string command = "sh '" + scriptFile + "' '" + directory() + "' >/dev/null 2>&1";
    made_ = std::system(command.c_str()) == 0;
}

} // namespace ooto::test
