// SPDX-License-Identifier: Apache-2.0
#include "io/summary_file.hpp"

#include <nlohmann/json.hpp>

#include "base/durable.hpp"

namespace engram {

void write_summary(const std::string& path, const nlohmann::json& summary) {
    // A stray byte in a path or name must not cost the summary of a long run.
    constexpr auto replace = nlohmann::json::error_handler_t::replace;
    write_text_file(path, summary.dump(2, ' ', false, replace) + "\n");
}

}  // namespace engram
