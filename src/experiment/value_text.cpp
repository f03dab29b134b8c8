// SPDX-License-Identifier: Apache-2.0
#include "experiment/value_text.hpp"

#include <cctype>
#include <set>

namespace engram {

std::string quoted(const std::string& text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            result += std::string("\\x") + digits[byte / 16] + digits[byte % 16];
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::string name_text(const std::string& name) {
    static const std::set<std::string> words = {"null", "true", "false", "yes", "no",
                                                "on",   "off",  "y",     "n"};
    std::string lower;
    for (const char c : name)
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool is_plain = std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_';
    return is_plain && !words.contains(lower) ? name : quoted(name);
}

std::string yaml_text(const RecordedSynapse& synapse) {
    return std::string("[")
        .append(std::to_string(synapse.pre))
        .append(", ")
        .append(std::to_string(synapse.post))
        .append("]");
}

std::string yaml_text(const ExportBlock& block) {
    return std::string("[")
        .append(block.pre ? std::to_string(*block.pre) : "-1")
        .append(", ")
        .append(std::to_string(block.neuron))
        .append("]");
}

std::string yaml_text(const SynapseSelection& selection) {
    return std::string("{from: ")
        .append(name_text(selection.from))
        .append(", to: ")
        .append(name_text(selection.to))
        .append(", count: ")
        .append(std::to_string(selection.count))
        .append("}");
}

std::string yaml_text(const StipulatedWeights& weights) {
    return std::string("{from: ")
        .append(name_text(weights.from))
        .append(", to: ")
        .append(name_text(weights.to))
        .append(", h_mV: ")
        .append(yaml_text(weights.h_mV))
        .append(", z: ")
        .append(yaml_text(weights.z))
        .append("}");
}

}  // namespace engram
