// SPDX-License-Identifier: Apache-2.0
// summary.json: what a run did, for people and scripts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace engram {

//! Write indented JSON durably; numbers that JSON does not know (NaN, infinity) become null.
void write_summary(const std::string& path, const nlohmann::json& summary);

}  // namespace engram
