// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_text.hpp"

#include <yaml-cpp/yaml.h>

namespace engram {
namespace {

void emit(YAML::Emitter& out, const ConfigNode& node) {
    switch (node.kind) {
        case ConfigNode::Kind::null:
            out << YAML::Null;
            break;
        case ConfigNode::Kind::scalar:
            if (node.quoted) out << YAML::DoubleQuoted;
            out << node.text;
            break;
        case ConfigNode::Kind::list:
            out << YAML::Flow << YAML::BeginSeq;
            for (const ConfigNode& item : node.children) emit(out, item);
            out << YAML::EndSeq;
            break;
        case ConfigNode::Kind::map:
            out << YAML::BeginMap;
            for (std::size_t i = 0; i < node.keys.size(); ++i) {
                out << YAML::Key << node.keys[i] << YAML::Value;
                emit(out, node.children[i]);
            }
            out << YAML::EndMap;
            break;
    }
}

}  // namespace

std::string config_text(const ConfigNode& node) {
    YAML::Emitter out;
    emit(out, node);
    return std::string(out.c_str()) + "\n";
}

std::string inline_text(const ConfigNode& node) {
    YAML::Emitter out;
    out.SetMapFormat(YAML::Flow);
    emit(out, node);
    return out.c_str();
}

}  // namespace engram
