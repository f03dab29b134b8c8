// SPDX-License-Identifier: Apache-2.0
// Values as YAML that reads back as the same value.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/number_text.hpp"
#include "experiment/experiment.hpp"

namespace engram {

//! In double quotes, in which any text can be written.
std::string quoted(const std::string& text);
//! A name as it is, unless YAML would take it for a number, a truth value, or nothing.
std::string name_text(const std::string& name);

std::string yaml_text(const RecordedSynapse& synapse);
std::string yaml_text(const ExportBlock& block);
std::string yaml_text(const SynapseSelection& selection);
std::string yaml_text(const StipulatedWeights& weights);
inline std::string yaml_text(const std::string& text) {
    return quoted(text);
}
inline std::string yaml_text(const std::optional<std::string>& text) {
    return text ? quoted(*text) : "null";
}
template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
std::string yaml_text(Number value) {
    if constexpr (std::is_floating_point_v<Number>)
        return number_text(value);
    else
        return std::to_string(value);
}
template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
std::string yaml_text(const std::optional<Number>& value) {
    return value ? yaml_text(*value) : "null";
}
template <class Item>
std::string yaml_text(const std::vector<Item>& items) {
    std::string text;
    for (const Item& item : items) text.append(text.empty() ? "" : ", ").append(yaml_text(item));
    return "[" + text + "]";
}

}  // namespace engram
