// SPDX-License-Identifier: LGPL-2.1-or-later
// A key that cannot be printed by accident and does not stay in freed memory.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace ooto::system
{

/** False with control characters or bytes outside of ASCII, which a header cannot carry. */
bool fitsHeader(std::string_view value);

/** Holds a secret. Copies are secrets of their own; each wipes its bytes when it goes. */
class Secret
{
public:
    Secret() = default;
    explicit Secret(std::string_view value);
    Secret(const Secret &other);
    Secret(Secret &&other) noexcept;
    Secret &operator=(Secret other) noexcept;
    ~Secret();

    bool empty() const { return size_ == 0; }
    /** For the one place that puts it on the wire. */
    const char *reveal() const { return bytes_ ? bytes_ : ""; }
    bool operator==(const Secret &other) const { return (*this <=> other) == 0; }
    std::strong_ordering operator<=>(const Secret &other) const;

    /** False with control characters or bytes outside of ASCII: such a key cannot be a header. */
    bool fitsHeader() const;

    template<typename Stream>
    friend Stream &operator<<(Stream &, const Secret &) = delete;

private:
    char *bytes_ = nullptr; ///< owned, NUL terminated
    std::size_t size_ = 0;
};

} // namespace ooto::system
