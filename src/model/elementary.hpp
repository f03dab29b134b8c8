// SPDX-License-Identifier: Apache-2.0
// Elementary functions from plain IEEE operations, so that every compiler, instruction set and
// device gives the same bits. libm promises that for none of them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "model/macros.hpp"

namespace engram::model {

// exp(x) in double precision, error below 1 ulp; 0 below -708, clamped at +708.
ENGRAM_HD_INLINE double exp_exact(double x) {
    if (x < -708.0) return 0.0;
    if (x > 708.0) x = 708.0;
    const double k = std::floor(std::fma(x, 1.4426950408889634, 0.5));
    // ln 2 in two parts, the first with trailing zeros, so that k * ln2_high is exact.
    double r = std::fma(k, -6.93147180369123816490e-01, x);
    r = std::fma(k, -1.90821492927058770002e-10, r);
    double p = 1.6059043836821613e-10;  // 1/13!
    p = std::fma(p, r, 2.08767569878681e-09);
    p = std::fma(p, r, 2.505210838544172e-08);
    p = std::fma(p, r, 2.755731922398589e-07);
    p = std::fma(p, r, 2.7557319223985893e-06);
    p = std::fma(p, r, 2.48015873015873e-05);
    p = std::fma(p, r, 1.984126984126984e-04);
    p = std::fma(p, r, 1.388888888888889e-03);
    p = std::fma(p, r, 8.333333333333333e-03);
    p = std::fma(p, r, 4.1666666666666664e-02);
    p = std::fma(p, r, 1.6666666666666666e-01);
    p = std::fma(p, r, 0.5);
    p = std::fma(p, r, 1.0);
    p = std::fma(p, r, 1.0);
    const auto scale = static_cast<std::uint64_t>(static_cast<std::int64_t>(k) + 1023) << 52;
    return p * std::bit_cast<double>(scale);
}

// Sine of 2 pi times a number in double precision, error below 2e-16.
ENGRAM_HD_INLINE double sin_of_turns(double turns) {
    const double turn = turns - std::floor(turns);
    const double quarter = std::floor(std::fma(4.0, turn, 0.5));  // the nearest, 0 ... 4
    const double x = std::fma(-0.25, quarter, turn) * 6.283185307179586477;
    const double x2 = x * x;
    double sine = -7.647163731819816e-13;  // -1/15!
    sine = std::fma(sine, x2, 1.6059043836821613e-10);
    sine = std::fma(sine, x2, -2.505210838544172e-08);
    sine = std::fma(sine, x2, 2.7557319223985893e-06);
    sine = std::fma(sine, x2, -1.984126984126984e-04);
    sine = std::fma(sine, x2, 8.333333333333333e-03);
    sine = std::fma(sine, x2, -1.6666666666666666e-01);
    sine = std::fma(sine * x2, x, x);
    double cosine = 4.779477332387385e-14;  // 1/16!
    cosine = std::fma(cosine, x2, -1.1470745597729725e-11);
    cosine = std::fma(cosine, x2, 2.08767569878681e-09);
    cosine = std::fma(cosine, x2, -2.755731922398589e-07);
    cosine = std::fma(cosine, x2, 2.48015873015873e-05);
    cosine = std::fma(cosine, x2, -1.388888888888889e-03);
    cosine = std::fma(cosine, x2, 4.1666666666666664e-02);
    cosine = std::fma(cosine, x2, -0.5);
    cosine = std::fma(cosine, x2, 1.0);
    const bool is_cosine = quarter == 1.0 || quarter == 3.0;
    const bool is_negative = quarter == 2.0 || quarter == 3.0;
    const double value = is_cosine ? cosine : sine;
    return is_negative ? -value : value;
}

// A whole number below 2^52 as a double: what vector units without 64-bit conversions can do, too.
ENGRAM_HD_INLINE double exact_double(std::uint64_t value) {
    return std::bit_cast<double>(value | 0x4330000000000000ULL) - 0x1p52;
}

// Natural logarithm of a positive normal number in double precision, error below 2 ulp.
ENGRAM_HD_INLINE double log_exact(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    // Mantissa in [sqrt(1/2), sqrt(2)), so that the series below converges fast. The exponent is
    // biased, as vector units shift 64-bit words without a sign only.
    constexpr std::uint64_t bias = 1024;
    const std::uint64_t exponent = (bits - 0x3fe6a09e667f3bcdULL + (bias << 52)) >> 52;
    const double m = std::bit_cast<double>(bits - ((exponent - bias) << 52));
    const double f = m - 1.0;
    const double s = f / (2.0 + f);
    const double s2 = s * s;
    double p = 1.0 / 23.0;
    p = std::fma(p, s2, 1.0 / 21.0);
    p = std::fma(p, s2, 1.0 / 19.0);
    p = std::fma(p, s2, 1.0 / 17.0);
    p = std::fma(p, s2, 1.0 / 15.0);
    p = std::fma(p, s2, 1.0 / 13.0);
    p = std::fma(p, s2, 1.0 / 11.0);
    p = std::fma(p, s2, 1.0 / 9.0);
    p = std::fma(p, s2, 1.0 / 7.0);
    p = std::fma(p, s2, 1.0 / 5.0);
    p = std::fma(p, s2, 1.0 / 3.0);
    // log(m) = 2 s + 2 s^3 p; the exponent part is added last, in two parts.
    const double tail = 2.0 * s * s2 * p;
    const double k = exact_double(exponent) - static_cast<double>(bias);
    const double low = std::fma(k, 1.90821492927058770002e-10, tail);
    return std::fma(k, 6.93147180369123816490e-01, 2.0 * s + low);
}

// Natural logarithm in single precision of a positive normal number, error below 2 ulp.
ENGRAM_HD_INLINE float log_single(float x) {
    const auto bits = std::bit_cast<std::int32_t>(x);
    const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
    const float m = std::bit_cast<float>(
        bits - static_cast<std::int32_t>(static_cast<std::uint32_t>(exponent) << 23));
    const float f = m - 1.0f;
    float p = 7.0376836292e-2f;
    p = std::fma(p, f, -1.1514610310e-1f);
    p = std::fma(p, f, 1.1676998740e-1f);
    p = std::fma(p, f, -1.2420140846e-1f);
    p = std::fma(p, f, 1.4249322787e-1f);
    p = std::fma(p, f, -1.6668057665e-1f);
    p = std::fma(p, f, 2.0000714765e-1f);
    p = std::fma(p, f, -2.4999993993e-1f);
    p = std::fma(p, f, 3.3333331174e-1f);
    const float f2 = f * f;
    const float k = static_cast<float>(exponent);
    const float y = std::fma(f * f2, p, std::fma(k, -2.12194440e-4f, -0.5f * f2));
    return std::fma(k, 0.693359375f, f + y);
}

}  // namespace engram::model
