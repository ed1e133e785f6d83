// SPDX-License-Identifier: LGPL-2.1-or-later
// ooto-enrol: makes a person known to the identify service by a photo, and writes the label that
// ootoidentify shows; or deletes both again.
#include "labels.h"
#include "service.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>

using namespace ooto::enrol;

namespace
{

struct Options {
    Account account;
    std::string labels;
    std::string toDelete; ///< a name or a template id; empty: a photo is enrolled
    std::string name, photo;
};

void enrol(const Options &options)
{
    std::optional<Labels> labels; // first, so that nobody is enrolled whose label cannot be written
    if (!options.labels.empty())
        labels.emplace(options.labels);
    const std::string id = addTemplate(options.account, options.photo);
    std::printf("enrolled %s as %s\n", options.name.c_str(), plain(id).c_str());
    std::fflush(stdout);
    if (labels)
        labels->change(id, options.name.c_str());
}

void forget(const Options &options)
{
    std::optional<Labels> labels;
    std::string id = options.toDelete;
    if (!options.labels.empty()) {
        labels.emplace(options.labels);
        const std::vector<std::string> ids = labels->idsOf(options.toDelete);
        std::string all;
        for (const std::string &one : ids)
            all += " " + one;
        if (ids.size() > 1)
            throw std::runtime_error(options.toDelete + " is the name of several: delete one of" +
                                     all);
        if (!ids.empty())
            id = ids.front();
    }
    const bool deleted = deleteTemplate(options.account, id);
    if (labels) // of what the service had forgotten before, too
        labels->change(id, nullptr);
    if (!deleted)
        throw std::runtime_error("The service has no template " + id);
    std::printf("deleted %s\n", id.c_str());
}

/** @return what is wrong with the command line; empty when nothing is */
std::string parse(int argc, char **argv, Options &options)
{
    struct {
        char *endpoint, *credentialsFile, *labels, *toDelete;
        gboolean allowHttp;
    } raw = {};
    // Names are taken as file names: strings are refused where the locale is C and they are UTF-8.
    const GOptionEntry entries[] = {
        {"endpoint", 'e', 0, G_OPTION_ARG_FILENAME, &raw.endpoint,
         "The identify service, as ootoidentify has it (the vendor's)", "URL"},
        {"allow-http", 0, 0, G_OPTION_ARG_NONE, &raw.allowHttp,
         "Let --endpoint be plain http to another host", nullptr},
        {"credentials-file", 'c', 0, G_OPTION_ARG_FILENAME, &raw.credentialsFile,
         "Your account: [ooto], app-id, app-key; else OOTO_APP_ID and OOTO_APP_KEY", "FILE"},
        {"labels", 'l', 0, G_OPTION_ARG_FILENAME, &raw.labels,
         "The file for ootoidentify's labels-file, where the name is written to", "FILE"},
        {"delete", 'd', 0, G_OPTION_ARG_FILENAME, &raw.toDelete,
         "Delete this person, by the name in the labels or by template id", "WHO"},
        {}};
    const Handle<GOptionContext, g_option_context_free> context(g_option_context_new("NAME PHOTO"));
    g_option_context_set_summary(
        context.get(), "Enrols a person with the identify service by one photo with one clear\n"
                       "face, of 200 pixels or more, and prints the template id.");
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    Error error;
    const bool parsed = g_option_context_parse(context.get(), &argc, &argv, ErrorOut(error));
    const auto take = [](char *text, std::string &value) {
        if (const Chars owned{text})
            value = owned.get();
    };
    take(raw.endpoint, options.account.endpoint);
    take(raw.credentialsFile, options.account.credentialsFile);
    take(raw.labels, options.labels);
    take(raw.toDelete, options.toDelete);
    options.account.allowHttp = raw.allowHttp;
    if (!parsed)
        return error->message;
    if (argc != (raw.toDelete ? 1 : 3))
        return raw.toDelete ? "--delete takes no NAME and no PHOTO" : "NAME and PHOTO are needed";
    if (!raw.toDelete) {
        options.name = argv[1];
        options.photo = argv[2];
    }
    const std::string &who = raw.toDelete ? options.toDelete : options.name;
    return who.empty() || plain(who) != who ? "A name is UTF-8 without control characters" : "";
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    const std::string wrong = parse(argc, argv, options);
    if (!wrong.empty()) {
        std::fprintf(stderr, "ooto-enrol: %s\nTry ooto-enrol --help\n", wrong.c_str());
        return 2;
    }
    try {
        options.toDelete.empty() ? enrol(options) : forget(options);
    } catch (const std::runtime_error &trouble) {
        std::fprintf(stderr, "ooto-enrol: %s\n", trouble.what());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
