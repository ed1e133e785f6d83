// SPDX-License-Identifier: LGPL-2.1-or-later
// Fills a spool, says so, and waits to be killed: fill-spool FOLDER NAME COUNT
#include "records.h"
#include "spool/spool.h"

#include <unistd.h>

#include <cstdlib>

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    ooto::spool::Spool spool({.folder = arguments[1], .name = arguments[2], .photoAges = {}});
    const int records = std::atoi(arguments[3]);
    for (int i = 0; i < records; ++i) {
        std::vector<ooto::spool::Record> one{ooto::test::recordOf("killed-" + std::to_string(i))};
        spool.append(one);
    }
    const std::string said = spool.trouble().empty() ? "stored\n" : spool.trouble() + "\n";
    if (::write(STDOUT_FILENO, said.data(), said.size()) < 0)
        return 1;
    for (;;)
        ::pause();
}
