// SPDX-License-Identifier: Apache-2.0
#include "base/step_time.hpp"

#include <gtest/gtest.h>

namespace engram {
namespace {

TEST(StepTime, IsTheNearestDoubleToTheDecimal) {
    EXPECT_EQ(step_time_ms(50, 0.2), 10.0);
    EXPECT_EQ(step_time_ms(3, 0.2), 0.6);
    EXPECT_EQ(step_time_ms(3, 0.1), 0.3);
    EXPECT_EQ(step_time_ms(7, 0.025), 0.175);
    // Eight weeks at 0.1 ms.
    EXPECT_EQ(step_time_ms(48'384'000'003, 0.1), 4838400000.3);
    EXPECT_EQ(step_time_ms(144'100'003, 0.2), 28820000.6);
    EXPECT_EQ(step_time_ms(3, 1.0 / 3), 3 * (1.0 / 3));
    EXPECT_EQ(step_time_ms(5, 1e-7), 5 * 1e-7);
}

}  // namespace
}  // namespace engram
