// SPDX-License-Identifier: Apache-2.0
// What the instructions of PTX compute, after "PTX ISA", in registers that are plain words: a value
// is given its type by the instruction. Rounding is that of the host, to the nearest even.
#pragma once

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "device/ptx/thread.hpp"

namespace engram::test::ptx {

template <class T>
constexpr bool is_float = std::is_floating_point_v<T>;
template <class T>
constexpr unsigned bits_of = 8 * sizeof(T);

template <class T, class Compute>
inline Word<T> apply(const Compute& compute, b64 a, b64 b) {
    return to_word<T>(static_cast<T>(compute(from_word<T>(a), from_word<T>(b))));
}

// Integers wrap around.
template <class T>
inline Word<T> add(b64 a, b64 b) {
    return static_cast<Word<T>>(a + b);
}
template <class T>
inline Word<T> sub(b64 a, b64 b) {
    return static_cast<Word<T>>(a - b);
}
template <class T>
inline Word<T> mul_lo(b64 a, b64 b) {
    return static_cast<Word<T>>(a * b);
}
template <class T>
inline Word<T> mad_lo(b64 a, b64 b, b64 c) {
    return static_cast<Word<T>>(a * b + c);
}
template <class T>
inline auto mul_wide(b64 a, b64 b) {
    using Wide = std::conditional_t<sizeof(T) == 2, b32, b64>;
    const auto extended = [](b64 word) { return static_cast<b64>(from_word<T>(word)); };
    return static_cast<Wide>(extended(a) * extended(b));
}
template <class T>
inline Word<T> div(b64 a, b64 b) {
    return apply<T>([](T x, T y) { return x / y; }, a, b);
}
template <class T>
inline Word<T> rem(b64 a, b64 b) {
    return apply<T>([](T x, T y) { return x % y; }, a, b);
}
template <class T>
inline Word<T> and_(b64 a, b64 b) {
    return static_cast<Word<T>>(a & b);
}
template <class T>
inline Word<T> or_(b64 a, b64 b) {
    return static_cast<Word<T>>(a | b);
}
template <class T>
inline Word<T> xor_(b64 a, b64 b) {
    return static_cast<Word<T>>(a ^ b);
}
template <class T>
inline Word<T> not_(b64 a) {
    return std::is_same_v<T, pred> ? static_cast<Word<T>>(a == 0) : static_cast<Word<T>>(~a);
}
// Shifts by more than the width are shifts by the width.
template <class T>
inline Word<T> shl(b64 a, b32 by) {
    return by >= bits_of<T> ? Word<T>{0} : static_cast<Word<T>>(a << by);
}
template <class T>
inline Word<T> shr(b64 a, b32 by) {
    const T value = from_word<T>(a);
    if (by >= bits_of<T>) return value < 0 ? static_cast<Word<T>>(-1) : Word<T>{0};
    return static_cast<Word<T>>(value >> by);
}
template <class T>
inline Word<T> brev(b64 a) {
    Word<T> reversed = 0;
    for (unsigned bit = 0; bit < bits_of<T>; ++bit)
        reversed = static_cast<Word<T>>(reversed << 1 | (a >> bit & 1));
    return reversed;
}
template <class T>
inline b32 clz(b64 a) {
    return static_cast<b32>(std::countl_zero(static_cast<Word<T>>(a)));
}
template <class T>
inline b32 popc(b64 a) {
    return static_cast<b32>(std::popcount(static_cast<Word<T>>(a)));
}
// By how much to shift the highest bit to the top.
template <class T>
inline b32 bfind_shiftamt(b64 a) {
    static_assert(std::is_unsigned_v<T>);
    return from_word<T>(a) == 0 ? 0xffffffffu : clz<T>(a);
}

template <class T>
inline Word<T> add_rn(b64 a, b64 b) {
    return apply<T>([](T x, T y) { return x + y; }, a, b);
}
template <class T>
inline Word<T> sub_rn(b64 a, b64 b) {
    return apply<T>([](T x, T y) { return x - y; }, a, b);
}
template <class T>
inline Word<T> mul_rn(b64 a, b64 b) {
    return apply<T>([](T x, T y) { return x * y; }, a, b);
}
template <class T>
inline Word<T> div_rn(b64 a, b64 b) {
    return apply<T>([](T x, T y) { return x / y; }, a, b);
}
template <class T>
inline Word<T> fma_rn(b64 a, b64 b, b64 c) {
    return to_word<T>(std::fma(from_word<T>(a), from_word<T>(b), from_word<T>(c)));
}
template <class T>
inline Word<T> sqrt_rn(b64 a) {
    return to_word<T>(std::sqrt(from_word<T>(a)));
}
template <class T>
inline Word<T> neg(b64 a) {
    if constexpr (is_float<T>)
        return to_word<T>(-from_word<T>(a));
    else
        return static_cast<Word<T>>(-a);
}
template <class T>
inline Word<T> abs(b64 a) {
    return to_word<T>(std::fabs(from_word<T>(a)));
}

// What is no number gives way; +0 is above -0.
template <class T>
inline Word<T> max(b64 a, b64 b) {
    return apply<T>(
        [](T x, T y) {
            if (std::isnan(x)) return y;
            if (std::isnan(y)) return x;
            return x < y || (x == y && std::signbit(x)) ? y : x;
        },
        a, b);
}

template <class T>
inline Word<T> min(b64 a, b64 b) {
    return apply<T>(
        [](T x, T y) {
            if (std::isnan(x)) return y;
            if (std::isnan(y)) return x;
            return y < x || (x == y && std::signbit(y)) ? y : x;
        },
        a, b);
}

template <class T>
inline Word<T> mov(b64 a) {
    return static_cast<Word<T>>(a);
}
template <class T>
inline Word<T> selp(b64 a, b64 b, bool first) {
    return static_cast<Word<T>>(first ? a : b);
}

template <class T>
inline bool setp_eq(b64 a, b64 b) {
    return from_word<T>(a) == from_word<T>(b);
}
template <class T>
inline bool setp_lt(b64 a, b64 b) {
    return from_word<T>(a) < from_word<T>(b);
}
template <class T>
inline bool setp_le(b64 a, b64 b) {
    return from_word<T>(a) <= from_word<T>(b);
}
template <class T>
inline bool setp_gt(b64 a, b64 b) {
    return setp_lt<T>(b, a);
}
template <class T>
inline bool setp_ge(b64 a, b64 b) {
    return setp_le<T>(b, a);
}
// Of floating numbers the ordered one: false if one is not a number.
template <class T>
inline bool setp_ne(b64 a, b64 b) {
    return setp_lt<T>(a, b) || setp_lt<T>(b, a);
}
// True if one is not a number.
template <class T>
inline bool setp_equ(b64 a, b64 b) {
    return !setp_ne<T>(a, b);
}
template <class T>
inline bool setp_neu(b64 a, b64 b) {
    return !setp_eq<T>(a, b);
}
template <class T>
inline bool setp_ltu(b64 a, b64 b) {
    return !setp_ge<T>(a, b);
}
template <class T>
inline bool setp_leu(b64 a, b64 b) {
    return !setp_gt<T>(a, b);
}
template <class T>
inline bool setp_gtu(b64 a, b64 b) {
    return !setp_le<T>(a, b);
}
template <class T>
inline bool setp_geu(b64 a, b64 b) {
    return !setp_lt<T>(a, b);
}

// Integers beyond the range are its ends; what is not a number becomes the highest bit alone.
template <class To, class From>
inline Word<To> saturated(From rounded) {
    using Limits = std::numeric_limits<To>;
    if (std::isnan(rounded))
        return sizeof(From) < 8 && sizeof(To) < 8 ? Word<To>{0} : Word<To>{1} << (bits_of<To> - 1);
    if (rounded < static_cast<From>(Limits::min())) return to_word<To>(Limits::min());
    // The highest integer plus one, which From can hold.
    if (rounded >= std::ldexp(From{1}, Limits::digits)) return to_word<To>(Limits::max());
    return to_word<To>(static_cast<To>(rounded));
}
template <class To, class From, class Round>
inline Word<To> rounded(b64 a, const Round& round) {
    static_assert(is_float<From>);
    const From value = round(from_word<From>(a));
    if constexpr (is_float<To>)
        return to_word<To>(static_cast<To>(value));
    else
        return saturated<To>(value);
}
template <class To, class From>
inline Word<To> cvt(b64 a) {
    return to_word<To>(static_cast<To>(from_word<From>(a)));
}
template <class To, class From>
inline Word<To> cvt_rn(b64 a) {
    static_assert(is_float<To>);
    return cvt<To, From>(a);
}
template <class To, class From>
inline Word<To> cvt_rni(b64 a) {
    return rounded<To, From>(a, [](From x) { return std::nearbyint(x); });
}
template <class To, class From>
inline Word<To> cvt_rzi(b64 a) {
    return rounded<To, From>(a, [](From x) { return std::trunc(x); });
}
template <class To, class From>
inline Word<To> cvt_rmi(b64 a) {
    return rounded<To, From>(a, [](From x) { return std::floor(x); });
}
template <class To, class From>
inline Word<To> cvt_rpi(b64 a) {
    return rounded<To, From>(a, [](From x) { return std::ceil(x); });
}

}  // namespace engram::test::ptx
