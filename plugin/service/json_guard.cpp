// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/json_guard.h"

#include "system/handles.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace ooto::service
{

namespace
{

/** json-glib wraps integers of more than 64 bits around, up to 18 digits fit. */
constexpr std::size_t maxIntegerDigits = 18;

/**
 * Walks once over the text, with a stack of its own instead of recursion. What is named pass… goes
 * past what it is named after, and is false where something else is there.
 */
class Scanner
{
public:
    Scanner(std::string &text, int maxDepth) : text_(text), maxDepth_(maxDepth) {}

    bool passOneObject()
    {
        skipSpace();
        if (peek() != '{')
            return false;
        do {
            if (!passValue() || !passEndsAndComma())
                return false;
        } while (!open_.empty());
        return at_ == text_.size();
    }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c)
    {
        if (peek() != c)
            return false;
        ++at_;
        return true;
    }
    bool take(std::string_view word)
    {
        if (std::string_view(text_).substr(at_, word.size()) != word)
            return false;
        at_ += word.size();
        return true;
    }
    void skipSpace()
    {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')
            ++at_;
    }

    /** A whole value, or the start of an object or array up to its first value. */
    bool passValue()
    {
        while (peek() == '{' || peek() == '[') {
            if (open_.size() == static_cast<std::size_t>(maxDepth_))
                return false;
            open_.push_back(text_[at_++]);
            skipSpace();
            if (peek() == closing())
                return true; // empty: passEndsAndComma() closes it
            if (!passName())
                return false;
        }
        switch (peek()) {
        case '"':
            return passString();
        case 't':
            return take("true");
        case 'f':
            return take("false");
        case 'n':
            return take("null");
        default:
            return passNumber();
        }
    }

    /** What may follow a value: ends of what is open, then a comma before a further value. */
    bool passEndsAndComma()
    {
        skipSpace();
        while (!open_.empty() && take(closing())) {
            open_.pop_back();
            skipSpace();
        }
        if (open_.empty())
            return true;
        if (!take(','))
            return false;
        skipSpace();
        return passName();
    }

    char closing() const { return open_.back() == '{' ? '}' : ']'; }

    /** Inside an object, the name and colon before a value. */
    bool passName()
    {
        if (open_.back() != '{')
            return true;
        if (!passString())
            return false;
        skipSpace();
        if (!take(':'))
            return false;
        skipSpace();
        return true;
    }

    bool passString()
    {
        if (!take('"'))
            return false;
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (c == '"')
                return true;
            if (static_cast<unsigned char>(c) < 0x20)
                return false;
            if (c == '\\' && !passEscape())
                return false;
        }
        return false;
    }

    bool passEscape()
    {
        if (!take('u')) {
            const bool known = std::string_view("\"\\/bfnrt").find(peek()) != std::string::npos;
            ++at_;
            return known;
        }
        const std::size_t start = at_;
        const int first = readHexDigits();
        if (first < 0)
            return false;
        if (first >= 0xd800 && first < 0xdc00 && take("\\u")) {
            const int second = readHexDigits();
            if (second >= 0xdc00 && second < 0xe000)
                return true;
            at_ = start + 4; // whatever follows is looked at by itself
        }
        if (first == 0 || (first >= 0xd800 && first < 0xe000))
            text_.replace(start, 4, "0001");
        return true;
    }

    /** @return the value of four hexadecimal digits, or -1 */
    int readHexDigits()
    {
        int value = 0;
        for (int i = 0; i < 4; ++i) {
            const int digit = g_ascii_xdigit_value(peek());
            if (digit < 0)
                return -1;
            value = value * 16 + digit;
            ++at_;
        }
        return value;
    }

    bool passDigits()
    {
        const std::size_t start = at_;
        while (g_ascii_isdigit(peek()))
            ++at_;
        return at_ > start;
    }

    bool passNumber()
    {
        const std::size_t begin = at_;
        take('-');
        const std::size_t start = at_;
        if (!take('0') && !passDigits())
            return false;
        const std::size_t size = at_ - start;
        const bool fraction = take('.');
        if (fraction && !passDigits())
            return false;
        const bool exponent = take('e') || take('E');
        if (exponent) {
            if (!take('+'))
                take('-');
            if (!passDigits())
                return false;
        }
        if (!fraction && !exponent && size > maxIntegerDigits)
            writeNull(begin);
        return true;
    }

    /** Over the number that ends here, which is longer than the word. */
    void writeNull(std::size_t begin)
    {
        constexpr std::string_view null = "null";
        std::fill(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                  text_.begin() + static_cast<std::ptrdiff_t>(at_), ' ');
        text_.replace(begin, null.size(), null);
    }

    std::string &text_;
    const int maxDepth_;
    std::size_t at_ = 0;
    std::vector<char> open_; ///< '{' or '[' of each object or array around here
};

} // namespace

std::optional<std::string> guardJson(std::string_view text, int maxDepth)
{
    if (!g_utf8_validate_len(text.data(), text.size(), nullptr))
        return std::nullopt;
    std::string guarded(text);
    if (!Scanner(guarded, maxDepth).passOneObject())
        return std::nullopt;
    return guarded;
}

} // namespace ooto::service
