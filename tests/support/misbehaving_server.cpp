// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/misbehaving_server.h"

#include "support/asking.h"

#include <chrono>
#include <random>

using namespace std::chrono_literals;

namespace ooto::test
{

void misbehave(RawConnection &connection, std::uint32_t seed)
{
    std::mt19937 random(seed + connection.number());
    while (!connection.readRequest().empty()) {
        switch (random() % 14) {
        case 0:
            connection.write(RawServer::response("500 Trouble", "<html>"));
            break;
        case 1:
            connection.write(RawServer::response("429 Slow Down", "", "Retry-After: 0\r\n"));
            break;
        case 2:
            connection.write(RawServer::response("200 OK", "{\"result\":{\"sea"));
            break;
        case 3:
            connection.write(RawServer::response("400 Bad", R"({"result":{"code":5}})"));
            break;
        case 4:
            connection.reset();
            return;
        case 5:
            return;
        case 6:
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{");
            return;
        case 7:
            connection.pause(1s); // longer than the client's patience
            return;
        case 8:
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n");
            while (connection.write(" ") && connection.pause(20ms)) {
            }
            return;
        case 9:
            connection.write(
                RawServer::response("302 Found", "", "Location: http://x.example/\r\n"));
            break;
        default:
            connection.pause(std::chrono::milliseconds(random() % 30));
            connection.write(RawServer::response("200 OK", matchBody));
        }
    }
}

} // namespace ooto::test
