// SPDX-License-Identifier: LGPL-2.1-or-later
// A value, or why there is none: as much of C++23's std::expected as is needed.
#pragma once

#include <utility>
#include <variant>

namespace ooto::core
{

template<typename T, typename E>
class [[nodiscard]] Expected
{
public:
    Expected(T value) : either_(std::in_place_index<0>, std::move(value)) {}
    Expected(E error) : either_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return either_.index() == 0; }
    /** To be called with a value only. */
    T &operator*() { return *std::get_if<0>(&either_); }
    const T &operator*() const { return *std::get_if<0>(&either_); }
    /** To be called without a value only. */
    const E &error() const { return *std::get_if<1>(&either_); }

private:
    std::variant<T, E> either_;
};

} // namespace ooto::core
