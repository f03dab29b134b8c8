// SPDX-License-Identifier: Apache-2.0
// Instructions of PTX where they differ from those of C++.
#include "device/ptx/instructions.hpp"

#include <gtest/gtest.h>

namespace engram::test::ptx {
namespace {

const b64 nan = to_word(std::numeric_limits<double>::quiet_NaN());
const b64 infinity = to_word(std::numeric_limits<double>::infinity());

TEST(PtxInstructions, ShiftsEndAtTheWidth) {
    EXPECT_EQ(shl<b32>(1, 31), 0x80000000u);
    EXPECT_EQ(shl<b32>(1, 32), 0u);
    EXPECT_EQ(shl<b64>(3, 64), 0u);
    EXPECT_EQ(shr<u64>(~b64{0}, 70), 0u);
    EXPECT_EQ(shr<s64>(~b64{0}, 70), ~b64{0});
    EXPECT_EQ(shr<s32>(0x80000000u, 4), 0xf8000000u);
    EXPECT_EQ(shr<u32>(0x80000000u, 4), 0x08000000u);
}

TEST(PtxInstructions, IntegersToFloatingAndBack) {
    EXPECT_EQ((cvt_rni<s64, f64>(to_word(2.5))), 2u);
    EXPECT_EQ((cvt_rni<s64, f64>(to_word(-3.5))), static_cast<b64>(-4));
    EXPECT_EQ((cvt_rzi<s64, f64>(to_word(-2.9))), static_cast<b64>(-2));
    EXPECT_EQ((cvt_rni<s64, f64>(to_word(1e300))), b64{0x7fffffffffffffff});
    EXPECT_EQ((cvt_rni<s64, f64>(to_word(0x1p63))), b64{0x7fffffffffffffff});
    EXPECT_EQ((cvt_rni<s64, f64>(to_word(-1e300))), b64{0x8000000000000000});
    EXPECT_EQ((cvt_rni<s64, f64>(nan)), b64{0x8000000000000000});
    EXPECT_EQ((cvt_rni<s32, f32>(to_word(std::nanf("")))), 0u);
    EXPECT_EQ(from_word<f64>(cvt_rmi<f64, f64>(to_word(-0.5))), -1.0);
    EXPECT_EQ(from_word<f64>(cvt_rn<f64, s32>(0xffffffffu)), -1.0);
    EXPECT_EQ(from_word<f64>(cvt_rn<f64, u32>(0xffffffffu)), 4294967295.0);
    EXPECT_EQ((cvt<s64, s32>(0x80000000u)), 0xffffffff80000000u);
    EXPECT_EQ((cvt<u64, u32>(0x80000000u)), 0x80000000u);
}

TEST(PtxInstructions, WhatIsNotANumberIsUnordered) {
    EXPECT_FALSE(setp_lt<f64>(nan, infinity));
    EXPECT_FALSE(setp_ne<f64>(nan, nan));
    EXPECT_FALSE(setp_eq<f64>(nan, nan));
    EXPECT_TRUE(setp_ltu<f64>(nan, infinity));
    EXPECT_TRUE(setp_neu<f64>(nan, nan));
    EXPECT_TRUE(setp_equ<f64>(nan, nan));
    EXPECT_TRUE(setp_ne<s32>(1, 2));
    EXPECT_TRUE(setp_lt<s32>(0xffffffffu, 0));
    EXPECT_FALSE(setp_lt<u32>(0xffffffffu, 0));
}

TEST(PtxInstructions, ProductsAndBits) {
    EXPECT_EQ(mul_wide<u32>(0xffffffffu, 0xffffffffu), 0xfffffffe00000001u);
    EXPECT_EQ(mul_wide<s32>(0xffffffffu, 2), static_cast<b64>(-2));
    EXPECT_EQ(mul_lo<s32>(0x10000, 0x10000), 0u);
    EXPECT_EQ(mad_lo<s32>(0x10000, 0x10001, 0xffffffffu), 0xffffu);
    EXPECT_EQ(brev<b32>(1), 0x80000000u);
    EXPECT_EQ(clz<b32>(1), 31u);
    EXPECT_EQ(popc<b32>(0x1f0000000aull), 2u);
    EXPECT_EQ(popc<b64>(0x1f0000000aull), 7u);
    EXPECT_EQ(bfind_shiftamt<u32>(0), 0xffffffffu);
    EXPECT_EQ(bfind_shiftamt<u32>(8), 28u);
    EXPECT_FALSE(not_<pred>(true));
    // One rounding.
    EXPECT_EQ(
        from_word<f64>(fma_rn<f64>(to_word(1.0 + 0x1p-52), to_word(1.0 - 0x1p-52), to_word(-1.0))),
        -0x1p-104);
}

}  // namespace
}  // namespace engram::test::ptx
