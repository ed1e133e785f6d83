// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service.h"

#include "handles.h"
#include "http/http_uri.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <sys/stat.h>

namespace ooto::enrol
{

namespace
{

using Trouble = std::runtime_error; // with a text for people

constexpr const char *notFound = "Template not found"; // the service's words
constexpr auto uriFlags = GUriFlags(SOUP_HTTP_URI_FLAGS);
constexpr unsigned timeoutS = 60;
constexpr gsize longestAnswer = 16384;       // json-glib recurses once per bracket
constexpr goffset largestPhoto = 20'000'000; // bytes

struct Credentials {
    std::string appId, appKey;
};

struct Answer {
    unsigned status = 0;
    std::string templateId; ///< of an enrolment
    int code = 0;           ///< the service's own, of an error
    std::string info;
};

/** Where `verb` of the service is, beside its `identify`. */
Uri uriOf(const Account &account, const char *verb)
{
    Error error;
    const Uri identify(g_uri_parse(account.endpoint.c_str(), uriFlags, ErrorOut(error)));
    const std::string scheme = identify ? g_uri_get_scheme(identify.get()) : "";
    const char *host = identify ? g_uri_get_host(identify.get()) : nullptr;
    if ((scheme != "https" && scheme != "http") || !host || !*host ||
        g_uri_get_userinfo(identify.get()) || g_uri_get_query(identify.get()) ||
        !g_str_has_suffix(g_uri_get_path(identify.get()), "/identify"))
        throw Trouble(std::string("--endpoint is the URL that ootoidentify has, such as ") +
                      vendorsEndpoint);
    if (scheme == "http" && !http::isLoopback(host) && !account.allowHttp)
        throw Trouble("The photo and the key would go over plain http to " + plain(host) +
                      "; give an https URL, or --allow-http for a service in your own network");
    return Uri(g_uri_parse_relative(identify.get(), verb, uriFlags, nullptr));
}

/** From the file where one is named, as ootoidentify has it, else from the environment. */
Credentials credentialsOf(const std::string &file)
{
    const KeyFile keys(g_key_file_new());
    struct stat status {
    };
    if (!file.empty()) {
        if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
            throw Trouble("The credentials file " + file + " cannot be read");
        if (status.st_mode & 007)
            throw Trouble("The credentials file " + file +
                          " is open to everyone; run: chmod o-rwx " + file);
        // GLib's words would quote the file, and its key.
        if (!g_key_file_load_from_file(keys.get(), file.c_str(), G_KEY_FILE_NONE, nullptr))
            throw Trouble("The credentials file " + file +
                          " is no key file with [ooto], app-id=... and app-key=...");
    }
    const auto part = [&](const char *name, const char *variable) {
        const Chars value(g_key_file_get_string(keys.get(), "ooto", name, nullptr));
        const char *found = value ? g_strstrip(value.get()) : nullptr;
        if (file.empty())
            found = std::getenv(variable);
        if (!found || !*found)
            throw Trouble(std::string("No ") + name + ": " +
                          (file.empty()
                               ? std::string("give --credentials-file FILE, or set ") + variable
                               : "write it into [ooto] of " + file));
        for (const char *c = found; *c; ++c)
            if (!g_ascii_isprint(*c))
                throw Trouble(std::string("The ") + name + " holds what cannot be sent");
        return std::string(found);
    };
    return {part("app-id", "OOTO_APP_ID"), part("app-key", "OOTO_APP_KEY")};
}

/** Null where `node` is no object that has one. */
JsonNode *member(JsonNode *node, const char *name)
{
    return node && JSON_NODE_HOLDS_OBJECT(node)
               ? json_object_get_member(json_node_get_object(node), name)
               : nullptr;
}

std::string textOf(JsonNode *node)
{
    return node && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node)
                                                                   : "";
}

/** Sends it, and reads what the service says; both shapes of answers are understood. */
Answer exchange(SoupMessage *message, const Credentials &credentials)
{
    SoupMessageHeaders *header = soup_message_get_request_headers(message);
    soup_message_headers_append(header, "APP-ID", credentials.appId.c_str());
    soup_message_headers_append(header, "APP-KEY", credentials.appKey.c_str());
    soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT); // the key goes nowhere else
    const Object<SoupSession> session(soup_session_new_with_options("timeout", timeoutS, nullptr));
    Error error;
    const Object<GInputStream> body(
        soup_session_send(session.get(), message, nullptr, ErrorOut(error)));
    std::string text(longestAnswer, '\0');
    gsize size = 0;
    if (!body || !g_input_stream_read_all(body.get(), text.data(), text.size(), &size, nullptr,
                                          ErrorOut(error)))
        throw Trouble("The service cannot be asked: " + plain(error->message));
    text.resize(size);

    Answer answer;
    answer.status = soup_message_get_status(message);
    const Object<JsonParser> parser(json_parser_new());
    json_parser_load_from_data(parser.get(), text.data(), gssize(size), nullptr);
    JsonNode *result = member(json_parser_get_root(parser.get()), "result");
    JsonNode *enrolled = member(result, "enroll");
    const Chars id(g_strdup(textOf(member(enrolled ? enrolled : result, "templateId")).c_str()));
    answer.templateId = g_strstrip(id.get());
    answer.info = plain(textOf(member(result, "info")));
    JsonNode *code = member(result, "code");
    if (code && json_node_get_value_type(code) == G_TYPE_INT64)
        answer.code = int(json_node_get_int(code));
    if (answer.info.find(credentials.appKey) != std::string::npos)
        answer.info.clear();
    return answer;
}

std::string refusal(const Answer &answer)
{
    if (answer.status == SOUP_STATUS_UNAUTHORIZED || answer.status == SOUP_STATUS_FORBIDDEN)
        return "The service refused the app-id or app-key (HTTP " + std::to_string(answer.status) +
               ")";
    if (!answer.info.empty())
        return "The service refused it: " + answer.info + " (code " + std::to_string(answer.code) +
               ")";
    return "The service answered HTTP " + std::to_string(answer.status) +
           ", and not as the identify service does; check --endpoint";
}

/** As a multipart body with the part that the service wants. */
Object<SoupMessage> messageOf(const Account &account, const std::string &file)
{
    struct stat status {
    };
    char *content = nullptr;
    gsize size = 0;
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size > largestPhoto ||
        !g_file_get_contents(file.c_str(), &content, &size, nullptr))
        throw Trouble("The photo " + file + " cannot be read, or has more than 20 MB");
    const Bytes photo(g_bytes_new_take(content, size));
    const bool jpeg = size > 2 && std::memcmp(content, "\xff\xd8\xff", 3) == 0;
    if (!jpeg && !(size > 4 && std::memcmp(content, "\x89PNG", 4) == 0))
        throw Trouble("The photo " + file + " is neither JPEG nor PNG");
    const Multipart body(soup_multipart_new(SOUP_FORM_MIME_TYPE_MULTIPART));
    // The file's own name is nobody's business.
    soup_multipart_append_form_file(body.get(), "photo", jpeg ? "photo.jpg" : "photo.png",
                                    jpeg ? "image/jpeg" : "image/png", photo.get());
    const Uri uri = uriOf(account, "add");
    const Chars text(g_uri_to_string(uri.get()));
    return Object<SoupMessage>(soup_message_new_from_multipart(text.get(), body.get()));
}

} // namespace

/** What comes from elsewhere, and may hold anything. */
std::string plain(const std::string &text)
{
    std::string result = Chars(g_utf8_make_valid(text.c_str(), gssize(text.size()))).get();
    for (char &c : result)
        if (g_ascii_iscntrl(c))
            c = ' ';
    return result;
}

std::string addTemplate(const Account &account, const std::string &photo)
{
    const Answer answer =
        exchange(messageOf(account, photo).get(), credentialsOf(account.credentialsFile));
    if (answer.status != SOUP_STATUS_OK || answer.templateId.empty())
        throw Trouble(refusal(answer));
    return answer.templateId;
}

bool deleteTemplate(const Account &account, const std::string &templateId)
{
    const Object<JsonBuilder> builder(json_builder_new());
    json_builder_begin_object(builder.get());
    json_builder_set_member_name(builder.get(), "templateId");
    json_builder_add_string_value(builder.get(), templateId.c_str());
    json_builder_end_object(builder.get());
    const Node root(json_builder_get_root(builder.get()));
    const Chars text(json_to_string(root.get(), FALSE));
    const Bytes body(g_bytes_new(text.get(), std::strlen(text.get())));

    const Uri uri = uriOf(account, "delete");
    const Object<SoupMessage> message(soup_message_new_from_uri("POST", uri.get()));
    soup_message_set_request_body_from_bytes(message.get(), "application/json", body.get());
    const Answer answer = exchange(message.get(), credentialsOf(account.credentialsFile));
    if (answer.status == SOUP_STATUS_BAD_REQUEST && answer.info == notFound)
        return false;
    if (answer.status != SOUP_STATUS_OK)
        throw Trouble(refusal(answer));
    return true;
}

} // namespace ooto::enrol
