// SPDX-License-Identifier: Apache-2.0
// The problems that a configuration has, as text.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/errors.hpp"
#include "experiment/configuration.hpp"

namespace engram::test {

inline const std::string minimal = "simulation: {duration_s: 30}\n";

// Text of the ConfigError, empty if there is none.
inline std::string problems_of(const std::string& text, const Overrides& overrides = {}) {
    try {
        parse_configuration(text, "configs/x.yaml", overrides);
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.exit_code(), ExitCode::invalid_configuration);
        return error.what();
    }
    return "";
}
}  // namespace engram::test
