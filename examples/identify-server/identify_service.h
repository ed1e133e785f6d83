// SPDX-License-Identifier: LGPL-2.1-or-later
// What is answered to whom: the service's checks in their order, without any HTTP.
#pragma once

#include "answers.h"
#include "gallery.h"
#include "received_request.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ooto::server
{

inline constexpr const char *identifyPath = "/api/v1.0/identify";
inline constexpr const char *addPath = "/api/v1.0/add";
inline constexpr const char *deletePath = "/api/v1.0/delete";

struct Reply {
    unsigned status = 200;
    int code = 0; ///< `result.code` of the body; 0 without one
    std::string body;
    std::string contentType = "application/json";
    std::vector<std::pair<std::string, std::string>> header; ///< further ones
};

/** A refusal with the service's JSON; `code` is the HTTP status where it has no code for it. */
Reply refusal(unsigned status, int code, const std::string &info);

/** Thread-bound. */
class IdentifyService
{
public:
    explicit IdentifyService(std::unique_ptr<Recogniser> recogniser)
        : recogniser_(std::move(recogniser))
    {
    }

    /**
     * Checks method, path, credentials, size, flags and photo, in this order, and answers.
     */
    Reply answer(const ReceivedRequest &request, const AnswerStyle &style);

    /** The first good face that is posted to be identified is enrolled as this and matches. */
    void enrolFirstAs(const std::string &templateId) { enrolFirst_ = templateId; }
    std::vector<std::string> openGallery(const std::string &folder, bool writable)
    {
        return gallery_.open(folder, writable, *recogniser_);
    }
    std::size_t enrolled() const { return gallery_.size(); }
    const char *detectorName() const { return recogniser_->detectorName(); }

private:
    Reply identify(const ReceivedRequest &request, IdentifyAnswer answer, const AnswerStyle &style);
    Reply enrol(const ReceivedRequest &request, IdentifyAnswer answer, const AnswerStyle &style);
    Reply remove(const ReceivedRequest &request);
    /** Fills the answer's sighting; a refusal when the photo is not what it should be. */
    std::optional<Reply> lookAtPhoto(const ReceivedRequest &request, IdentifyAnswer &answer);

    std::unique_ptr<Recogniser> recogniser_;
    Gallery gallery_;
    std::optional<std::string> enrolFirst_;
};

} // namespace ooto::server
