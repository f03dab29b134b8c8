// SPDX-License-Identifier: Apache-2.0
// What the program says on standard error. All of it passes here: each line begins with "engram: ",
// a message is written as a whole, and control characters in it (of a file's name, say) are made
// visible.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/plain_text.hpp"

namespace engram {

enum class MessageKind { notice, note, warning, error };

//! \param text  each of its lines gets the prefix
void print_message(MessageKind kind, std::string_view text);

//! Text among the values, such as the name of a file, becomes one line.
template <class... T>
std::string message_text(fmt::format_string<T...> format, T&&... values) {
    [[maybe_unused]] const auto shown = []<class Value>(Value&& value) {
        if constexpr (std::is_convertible_v<Value, std::string_view>)
            return one_line(value);
        else
            return value;
    };
    return fmt::format(fmt::runtime(fmt::string_view(format)), shown(std::forward<T>(values))...);
}

//! How things go.
template <class... T>
void notice(fmt::format_string<T...> format, T&&... values) {
    print_message(MessageKind::notice, message_text(format, std::forward<T>(values)...));
}
//! What the user should know, and may be as wanted.
template <class... T>
void note(fmt::format_string<T...> format, T&&... values) {
    print_message(MessageKind::note, message_text(format, std::forward<T>(values)...));
}
//! What is not as it should be, though the program goes on.
template <class... T>
void warning(fmt::format_string<T...> format, T&&... values) {
    print_message(MessageKind::warning, message_text(format, std::forward<T>(values)...));
}
//! Why the program ends; only main says it.
inline void error(std::string_view text) {
    print_message(MessageKind::error, text);
}

//! E.g. "1 rank", "2 ranks".
std::string counted(unsigned long long n, std::string_view thing);

//! "1:02:03 h", "2:03 min", "45 s", "120 days", "3.2 years".
std::string duration_text(double seconds);
//! E.g. "350 MB", "1.2 TB".
std::string memory_text(double memory_MB);

}  // namespace engram
