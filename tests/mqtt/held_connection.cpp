// SPDX-License-Identifier: LGPL-2.1-or-later
// A process that holds a connection until it is killed: held_connection PORT
#include "connection_client.h"

#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    ooto::mqtt::ConnectionSettings settings =
        ooto::test::settingsFor(static_cast<unsigned>(std::stoul(argv[1])));
    settings.will = {.topic = "ooto/status", .payload = "offline", .retain = true};
    ooto::test::ConnectionClient client(settings);
    for (;;)
        pause();
}
