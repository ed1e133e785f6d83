// SPDX-License-Identifier: LGPL-2.1-or-later
// Fields of a JSON object that are there, of the right type and in range; all others are absent.
#pragma once

#include <json-glib/json-glib.h>

#include <optional>
#include <string>

namespace ooto::service
{

/** What may be added to a range, since scores come with rounding errors. */
inline constexpr double rangeTolerance = 1e-6;

/**
 * A view of an object inside a parsed document, which must outlive it; empty when there is none,
 * and then all of its fields are absent.
 */
class JsonFields
{
public:
    JsonFields() = default;
    explicit JsonFields(JsonObject *object) : object_(object) {}

    explicit operator bool() const { return object_ != nullptr; }
    JsonFields object(const char *name) const;
    /** Nothing when it is no array; borrowed from the document. */
    JsonArray *array(const char *name) const;
    /** Finite and within low..high; up to rangeTolerance outside is taken as the end itself. */
    std::optional<double> number(const char *name, double low, double high) const;
    /** A number without a fraction within low..high, also when written like 41.0. */
    std::optional<int> integer(const char *name, int low, int high) const;
    std::optional<bool> boolean(const char *name) const;
    /** Without white space around it: not empty, at most 256 bytes, no control characters. */
    std::optional<std::string> text(const char *name) const;
    /** Any string, made fit to be shown: see plainText(). Empty when there is none. */
    std::string shownText(const char *name) const;

private:
    const char *string(const char *name) const;
    JsonNode *node(const char *name) const;

    JsonObject *object_ = nullptr;
};

/** The number in a node, when it is one and within low..high. */
std::optional<double> numberIn(JsonNode *node, double low, double high);

} // namespace ooto::service
