// Numbers as the shortest text that reads back as the same number.
#pragma once

#include <charconv>
#include <cmath>
#include <string>

namespace engram {

inline std::string number_text(double value) {
    char buffer[32];
    // Left alone, to_chars would write 100000 as 1e+05.
    const double size = std::abs(value);
    const bool common = size == 0 || (size >= 1e-5 && size < 1e15);
    const auto format = common ? std::chars_format::fixed : std::chars_format::scientific;
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, format);
    return {buffer, result.ptr};
}

}  // namespace engram
