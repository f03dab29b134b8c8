// SPDX-License-Identifier: Apache-2.0
// Numbers as the shortest text that reads back as the same number.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdlib>
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

//! The same, but 1e10 rather than 10000000000.
inline std::string short_number_text(double value) {
    const std::string plain = number_text(value);
    char buffer[32];
    const auto result =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    std::string text{buffer, result.ptr};
    const std::size_t exponent = text.find('e') + 1;
    if (text[exponent] == '+') text.erase(exponent, 1);
    const std::size_t digits = exponent + (text[exponent] == '-' ? 1 : 0);
    if (text[digits] == '0') text.erase(digits, 1);
    return text.size() + 2 < plain.size() ? text : plain;
}

//! Rounded down to three digits.
inline std::string three_digits(double value) {
    if (!(value > 0.0)) return "0";
    const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2.0);
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer,
                                      std::floor(value / unit * (1.0 + 1e-12)) * unit,
                                      std::chars_format::general, 3);
    return short_number_text(std::strtod(std::string(buffer, result.ptr).c_str(), nullptr));
}

}  // namespace engram
