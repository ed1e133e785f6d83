// SPDX-License-Identifier: LGPL-2.1-or-later
// Posts to the identify server over a real socket, with every byte of the body in hand.
#pragma once

#include "glib_handles.h"

#include <opencv2/imgcodecs.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ooto::server
{

using Photo = std::vector<std::uint8_t>;

inline Photo readFile(const std::string &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline Photo asJpeg(const cv::Mat &picture, int quality = 90)
{
    Photo bytes;
    cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
    return bytes;
}

struct BodyPart {
    std::string name;
    Photo bytes;
    std::string contentType = "image/jpeg"; ///< empty: no such header
    std::string fileName = "photo.jpg";     ///< empty: none
};

struct Response {
    unsigned status = 0; ///< 0: see error
    std::string body;
    std::map<std::string, std::string> header; ///< names in lower case
    std::string error;

    JsonObject *json()
    {
        if (!parser_) {
            parser_.reset(json_parser_new());
            json_parser_load_from_data(parser_.get(), body.data(), static_cast<gssize>(body.size()),
                                       nullptr);
        }
        JsonNode *root = json_parser_get_root(parser_.get());
        return root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : nullptr;
    }

    /** The node at a path such as "result.box.x"; nullptr where there is none. */
    JsonNode *at(const std::string &path)
    {
        JsonObject *object = json();
        for (std::size_t from = 0; object;) {
            const std::size_t dot = path.find('.', from);
            const std::string member = path.substr(from, dot - from);
            JsonNode *node = json_object_get_member(object, member.c_str());
            if (!node || dot == std::string::npos)
                return node;
            object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : nullptr;
            from = dot + 1;
        }
        return nullptr;
    }
    bool has(const std::string &path) { return at(path) != nullptr; }
    bool isNull(const std::string &path) { return at(path) && JSON_NODE_HOLDS_NULL(at(path)); }
    std::string text(const std::string &path)
    {
        JsonNode *node = at(path);
        return node && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node)
                                                                       : "(no string)";
    }
    double number(const std::string &path)
    {
        return at(path) && JSON_NODE_HOLDS_VALUE(at(path)) ? json_node_get_double(at(path)) : -99;
    }
    int code() { return static_cast<int>(number("result.code")); }

private:
    ObjectPtr<JsonParser> parser_;
};

/** Thread-bound. */
class HttpClient
{
public:
    /** @param caFile whom to trust with https; empty: the system's CAs */
    explicit HttpClient(const std::string &identifyUrl, const std::string &caFile = {})
        : base_(identifyUrl.substr(0, identifyUrl.rfind('/'))),
          session_(soup_session_new_with_options("timeout", 20u, nullptr))
    {
        if (!caFile.empty()) {
            const ObjectPtr<GTlsDatabase> cas(g_tls_file_database_new(caFile.c_str(), nullptr));
            soup_session_set_tls_database(session_.get(), cas.get());
        }
    }

    std::string appId = "demo"; ///< empty: the header is not sent
    std::string appKey = "demo-key";
    std::string method = "POST";
    /** Uses an open connection, as libsoup does not for a POST by itself; may ask twice then. */
    bool keepConnection = false;

    /** @param path behind ".../api/v1.0", with the query */
    Response send(const std::string &path, const std::string &contentType, const Photo &body)
    {
        const ObjectPtr<SoupMessage> message(
            soup_message_new(method.c_str(), (base_ + path).c_str()));
        soup_message_add_flags(message.get(), SOUP_MESSAGE_NO_REDIRECT);
        if (keepConnection)
            soup_message_add_flags(message.get(), SOUP_MESSAGE_IDEMPOTENT);
        SoupMessageHeaders *headers = soup_message_get_request_headers(message.get());
        if (!appId.empty())
            soup_message_headers_append(headers, "APP-ID", appId.c_str());
        if (!appKey.empty())
            soup_message_headers_append(headers, "APP-KEY", appKey.c_str());
        const BytesPtr bytes(g_bytes_new(body.data(), body.size()));
        if (method == "POST")
            soup_message_set_request_body_from_bytes(message.get(), contentType.c_str(),
                                                     bytes.get());

        Response response;
        GError *failed = nullptr;
        const BytesPtr answer(
            soup_session_send_and_read(session_.get(), message.get(), nullptr, &failed));
        if (failed) {
            const ErrorPtr error(failed);
            response.error = error->message;
            return response;
        }
        gsize size = 0;
        const auto *data = static_cast<const char *>(g_bytes_get_data(answer.get(), &size));
        response.body.assign(data ? data : "", size);
        response.status = soup_message_get_status(message.get());
        soup_message_headers_foreach(
            soup_message_get_response_headers(message.get()),
            [](const char *name, const char *value, gpointer into) {
                (*static_cast<std::map<std::string, std::string> *>(
                    into))[take(g_ascii_strdown(name, -1))] = value;
            },
            &response.header);
        return response;
    }

    Response post(const std::string &path, const std::vector<BodyPart> &parts)
    {
        Photo body;
        const auto add = [&](const std::string &text) {
            body.insert(body.end(), text.begin(), text.end());
        };
        for (const BodyPart &part : parts) {
            add("--edge\r\nContent-Disposition: form-data; name=\"" + part.name + "\"");
            add(part.fileName.empty() ? "\r\n" : "; filename=\"" + part.fileName + "\"\r\n");
            if (!part.contentType.empty())
                add("Content-Type: " + part.contentType + "\r\n");
            add("\r\n");
            body.insert(body.end(), part.bytes.begin(), part.bytes.end());
            add("\r\n");
        }
        add("--edge--\r\n");
        return send(path, "multipart/form-data; boundary=edge", body);
    }

    Response identify(const Photo &photo, const std::string &query = "")
    {
        return post("/identify" + query, {{"photo", photo}});
    }

    Response add(const Photo &photo, const std::string &templateId)
    {
        std::vector<BodyPart> parts = {{"photo", photo}};
        if (!templateId.empty())
            parts.push_back({"templateId", Photo(templateId.begin(), templateId.end()), "", ""});
        return post("/add", parts);
    }

    Response remove(const std::string &json)
    {
        return send("/delete", "application/json", Photo(json.begin(), json.end()));
    }

private:
    std::string base_;
    ObjectPtr<SoupSession> session_;
};

} // namespace ooto::server
