// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints the header `webhook-signature`: signed-webhook ID UNIX-SECONDS BODY SECRET...
#include "publish/webhook_signature.h"

#include <cstdlib>
#include <iostream>

int main(int argc, char **argv)
{
    if (argc < 5)
        return EXIT_FAILURE;
    std::vector<ooto::system::Secret> secrets;
    for (int i = 4; i < argc; ++i)
        secrets.emplace_back(argv[i]);
    const auto signature =
        ooto::publish::webhookSignature(secrets, argv[1], std::atoll(argv[2]), argv[3]);
    if (!signature)
        return EXIT_FAILURE;
    std::cout << *signature << "\n";
    return EXIT_SUCCESS;
}
