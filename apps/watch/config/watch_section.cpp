// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/watch_section.h"

#include "config/named_file.h"
#include "config/nearest_name.h"
#include "config/values.h"

#include <array>
#include <map>
#include <optional>

namespace ooto::watch
{

namespace
{

struct ServerDraft {
    ServerConfig config;
    std::optional<Address> listen = Address{.host = "127.0.0.1", .port = 9464};
    std::optional<Address> page;
    std::map<std::string, Origin> written;
};

void takeListen(ServerDraft &draft, const Entry &entry, Reading &reading)
{
    draft.listen = readAddress(entry, reading.findings);
    draft.config.listen = entry.text();
}

void takePageListen(ServerDraft &draft, const Entry &entry, Reading &reading)
{
    draft.page = readAddress(entry, reading.findings);
    draft.config.pageListen = entry.text();
}

template<std::string ServerConfig::*member>
void takeFile(ServerDraft &draft, const Entry &entry, Reading &reading)
{
    checkNamedFile(entry, reading.findings);
    draft.config.*member = entry.text();
}

void takeAllowHttp(ServerDraft &draft, const Entry &entry, Reading &reading)
{
    draft.config.pageAllowHttp = readBoolean(entry, reading.findings).value_or(true);
}

void takeAllowedHosts(ServerDraft &draft, const Entry &entry, Reading &reading)
{
    draft.config.allowedHosts = wordsOf(entry.text());
    for (const std::string &host : draft.config.allowedHosts) {
        if (host.find_first_of("/:@*?#") != std::string::npos) {
            reading.findings.mistake(entry.origin, "takes names of hosts, without scheme and "
                                                   "port, with spaces between them");
            return;
        }
    }
}

void takeLog(ServerDraft &draft, const Entry &entry, Reading &reading)
{
    const auto choice = readChoice(entry, {"text", "json"}, reading.findings);
    draft.config.log = choice == 1U ? LogFormat::Json : LogFormat::Text;
}

constexpr std::array keys{Key<ServerDraft>{"listen", takeListen},
                          Key<ServerDraft>{"page-listen", takePageListen},
                          Key<ServerDraft>{"page-cert", takeFile<&ServerConfig::pageCert>},
                          Key<ServerDraft>{"page-key", takeFile<&ServerConfig::pageKey>},
                          Key<ServerDraft>{"page-allow-http", takeAllowHttp},
                          Key<ServerDraft>{"token-file", takeFile<&ServerConfig::tokenFile>},
                          Key<ServerDraft>{"allowed-hosts", takeAllowedHosts},
                          Key<ServerDraft>{"log", takeLog}};

bool isBroken(const Section &section)
{
    for (const Entry &entry : section.entries) {
        if (entry.broken)
            return true;
    }
    return false;
}

/** What fits together only as a whole. */
void checkPage(const ServerDraft &draft, const Section &section, Findings &findings)
{
    const ServerConfig &config = draft.config;
    if (isBroken(section)) // what is missing may be what could not be read
        return;
    if (config.pageCert.empty() != config.pageKey.empty()) {
        const bool hasKey = config.pageCert.empty();
        findings.mistake(draft.written.at(hasKey ? "page-key" : "page-cert"),
                         hasKey ? "needs page-cert beside it" : "needs page-key beside it");
    }
    if (!draft.page)
        return;
    const Origin &origin = draft.written.at("page-listen");
    if (draft.listen && draft.page->port != 0 && *draft.page == *draft.listen)
        findings.mistake(origin, "is the same address as that of listen");
    if (!draft.page->isLoopback() && config.pageCert.empty() && config.pageKey.empty() &&
        !config.pageAllowHttp)
        findings.mistake(origin, "lets other machines in, so it needs page-cert and page-key; "
                                 "behind a proxy that has these, page-allow-http=true will do");
}

} // namespace

std::vector<std::string> watchKeys()
{
    std::vector<std::string> names;
    addNames(keys, names);
    return names;
}

ServerConfig readWatchSection(const Section *section, Reading &reading)
{
    ServerDraft draft;
    if (!section)
        return draft.config;
    for (const Entry &entry : section->entries) {
        const auto *key = findKey(keys, entry.key);
        draft.written[entry.key] = entry.origin;
        if (!key)
            reading.findings.mistake(entry.origin,
                                     "is no key of [watch]" + meantName(entry.key, watchKeys()));
        else if (!entry.broken)
            key->take(draft, entry, reading);
    }
    checkPage(draft, *section, reading.findings);
    return draft.config;
}

} // namespace ooto::watch
