// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends while its producer is still connecting by TLS: leaving_producer BROKER CA MILLISECONDS
#include "producing.h"
#include "support/c11_threads.h"

#include <cstdlib>

int main(int argc, char **argv)
{
    using namespace ooto;
    if (argc != 4)
        return 2;
    kafka::ProducerSettings settings = test::settingsFor(argv[1]);
    settings.tls = true;
    settings.sslCaFile = argv[2];
    kafka::Producer producer(settings, {});
    producer.open();
    for (kafka::Producer::Token number = 1; number <= 20; ++number)
        producer.send(number, test::recordOf(number));
    std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(argv[3])));
    producer.close(std::chrono::milliseconds(0));
    return 0;
}
