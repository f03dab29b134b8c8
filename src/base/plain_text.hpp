// SPDX-License-Identifier: Apache-2.0
// What text may consist of: UTF-8, without characters that a reader does not see or a terminal
// obeys.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace engram {

//! What some editors put before text in UTF-8; readers pass over it.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// What does not belong into text.
struct UnwantedCharacter {
    std::size_t offset;  //!< in bytes
    std::string what;    //!< e.g. "the control character U+0007"
    std::string remedy;  //!< e.g. "remove it"
};

//! The first place where text is not UTF-8, or has a control character other than tab and line
//! ends, one that changes the direction of text, an unusual line end (U+2028, U+2029), or U+FFFE
//! and U+FFFF, which are no characters.
std::optional<UnwantedCharacter> find_unwanted(std::string_view text);

// Of a character in a text, counted from 1; columns count characters.
struct TextPosition {
    int line;
    int column;
};
TextPosition position_in(std::string_view text, std::size_t offset);

//! The text with unwanted characters and bytes, and carriage returns, written as \xNN or \uNNNN.
std::string visible(std::string_view text);
//! The same with line ends as \n: a name or value in a message must not look like another message.
std::string one_line(std::string_view text);

//! The text, or if it has more than `most` bytes its beginning and how many there are.
std::string shortened(const std::string& text, std::size_t most = 200);

}  // namespace engram
