// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/locale/utf.hpp>

namespace engram {
namespace {

using Utf8 = boost::locale::utf::utf_traits<char>;
using boost::locale::utf::code_point;

// A character of a text, or a byte that belongs to none.
struct Decoded {
    code_point code;
    std::size_t n_bytes;
    bool is_valid;
};

Decoded decode(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return {first, 1, true};
    const char* position = text.data();
    const code_point code = Utf8::decode(position, text.data() + text.size());
    if (code == boost::locale::utf::illegal || code == boost::locale::utf::incomplete)
        return {first, 1, false};
    return {code, static_cast<std::size_t>(position - text.data()), true};
}

bool is_control(code_point c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0);
}

bool changes_direction(code_point c) {
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

// Those that YAML does not take for themselves.
bool is_line_end_or_none(code_point c) {
    return c == 0x2028 || c == 0x2029 || c == 0xFFFE || c == 0xFFFF;
}

bool is_unwanted(const Decoded& c) {
    return !c.is_valid || is_control(c.code) || changes_direction(c.code) ||
           is_line_end_or_none(c.code);
}

UnwantedCharacter described(const Decoded& c, std::size_t offset) {
    if (!c.is_valid)
        return {offset, fmt::format("a byte that is not UTF-8 (0x{:02x})", c.code),
                "it must be text in UTF-8"};
    const std::string name = fmt::format("U+{:04X}", c.code);
    if (is_control(c.code)) return {offset, "the control character " + name, "remove it"};
    if (changes_direction(c.code))
        return {offset, name + ", which changes the direction of text", "remove it"};
    if (c.code < 0xFFFE) return {offset, name + ", an unusual end of a line", "remove it"};
    return {offset, name + ", which is no character", "remove it"};
}

std::string escaped(const Decoded& c) {
    return c.code < 0x100 ? fmt::format("\\x{:02x}", c.code) : fmt::format("\\u{:04x}", c.code);
}

// Of most texts all that there is to see.
std::size_t length_of_ordinary(std::string_view text) {
    const auto is_ordinary = [](char c) { return c >= 0x20 && c < 0x7F; };
    return std::find_if_not(text.begin(), text.end(), is_ordinary) - text.begin();
}

}  // namespace

std::optional<UnwantedCharacter> find_unwanted(std::string_view text) {
    for (std::size_t i = length_of_ordinary(text); i < text.size();
         i += length_of_ordinary(text.substr(i))) {
        const Decoded c = decode(text.substr(i));
        if (is_unwanted(c)) return described(c, i);
        i += c.n_bytes;
    }
    return std::nullopt;
}

TextPosition position_in(std::string_view text, std::size_t offset) {
    TextPosition position{1, 1};
    for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
        const bool ends_line =
            text[i] == '\n' || (text[i] == '\r' && !text.substr(i + 1).starts_with('\n'));
        const bool continues_character = (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
        if (ends_line) position = {position.line + 1, 0};
        if (!continues_character) ++position.column;
    }
    return position;
}

std::string visible(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const Decoded c = decode(text.substr(i));
        if (is_unwanted(c) || c.code == '\r')
            result += escaped(c);
        else
            result += text.substr(i, c.n_bytes);
        i += c.n_bytes;
    }
    return result;
}

std::string one_line(std::string_view text) {
    std::string result = visible(text);
    for (std::size_t i = result.find('\n'); i != std::string::npos; i = result.find('\n', i))
        result.replace(i, 1, "\\n");
    return result;
}

std::string shortened(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return fmt::format("{}... ({} bytes)", text.substr(0, end), text.size());
}

}  // namespace engram
