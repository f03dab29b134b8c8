// SPDX-License-Identifier: Apache-2.0
// Registers of PTX: words that each instruction reads as the type that it names.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace engram::test::ptx {

using b8 = std::uint8_t;
using b16 = std::uint16_t;
using b32 = std::uint32_t;
using b64 = std::uint64_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using s64 = std::int64_t;
using f32 = float;
using f64 = double;
using pred = bool;

template <class T>
struct WordOf {
    using type = std::conditional_t<sizeof(T) == 8, b64, b32>;
};
template <class T>
requires std::is_integral_v<T>
struct WordOf<T> {
    using type = std::make_unsigned_t<T>;
};
template <>
struct WordOf<bool> {
    using type = bool;
};
template <class T>
using Word = typename WordOf<T>::type;

//! The low bits of a word, as a value.
template <class T>
inline T from_word(b64 word) {
    return std::bit_cast<T>(static_cast<Word<T>>(word));
}
template <class T>
inline Word<T> to_word(T value) {
    return std::bit_cast<Word<T>>(value);
}

}  // namespace engram::test::ptx
