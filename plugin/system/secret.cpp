// SPDX-License-Identifier: LGPL-2.1-or-later
#include "system/secret.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace ooto::system
{

bool fitsHeader(std::string_view value)
{
    return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

Secret::Secret(std::string_view value)
{
    if (value.empty())
        return;
    size_ = value.size();
    bytes_ = new char[size_ + 1];
    std::memcpy(bytes_, value.data(), size_);
    bytes_[size_] = '\0';
}

Secret::Secret(const Secret &other) : Secret(std::string_view(other.reveal(), other.size_)) {}

Secret::Secret(Secret &&other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0))
{
}

Secret &Secret::operator=(Secret other) noexcept
{
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
}

Secret::~Secret()
{
    if (bytes_)
        explicit_bzero(bytes_, size_); // unlike memset, not dropped as a dead store
    delete[] bytes_;
}

std::strong_ordering Secret::operator<=>(const Secret &other) const
{
    return std::string_view(reveal(), size_) <=> std::string_view(other.reveal(), other.size_);
}

bool Secret::fitsHeader() const
{
    return system::fitsHeader(std::string_view(reveal(), size_));
}

} // namespace ooto::system
