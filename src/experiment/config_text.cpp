// SPDX-License-Identifier: Apache-2.0
#include "experiment/config_text.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "experiment/value_text.hpp"

namespace engram {
namespace {

// What every reader of YAML takes for text, or for the number that it is; all else can be quoted.
bool is_plain(std::string_view text) {
    const auto is_letter_or_digit = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    const auto is_ordinary = [&](char c) {
        return is_letter_or_digit(c) ||
               std::string_view(" _-+./()=;<>^$").find(c) != std::string_view::npos;
    };
    if (text.empty() || text.back() == ' ' || !std::all_of(text.begin(), text.end(), is_ordinary))
        return false;
    const std::size_t sign = text.front() == '-' || text.front() == '+' ? 1 : 0;
    const std::size_t dot = text.substr(sign).starts_with('.') ? 1 : 0;
    const std::string_view rest = text.substr(sign + dot);
    return (!rest.empty() && is_letter_or_digit(rest.front())) || text.front() == '_' ||
           text.front() == '/';
}

bool means_nothing(const std::string& text) {
    return text == "null" || text == "Null" || text == "NULL";
}

std::string text_of(const std::string& text) {
    return is_plain(text) && !means_nothing(text) ? text : quoted(text);
}

void append(std::string& out, const ConfigNode& node);

void append_list(std::string& out, const ConfigNode& list) {
    out += '[';
    for (std::size_t i = 0; i < list.children.size(); ++i) {
        if (i > 0) out += ", ";
        append(out, list.children[i]);
    }
    out += ']';
}

void append_map(std::string& out, const ConfigNode& map) {
    out += '{';
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
        if (i > 0) out += ", ";
        out += text_of(map.keys[i]) + ": ";
        append(out, map.children[i]);
    }
    out += '}';
}

// On one line.
void append(std::string& out, const ConfigNode& node) {
    switch (node.kind) {
        case ConfigNode::Kind::null:
            out += "null";
            break;
        case ConfigNode::Kind::scalar:
            out += node.quoted ? quoted(node.text) : text_of(node.text);
            break;
        case ConfigNode::Kind::list:
            append_list(out, node);
            break;
        case ConfigNode::Kind::map:
            append_map(out, node);
            break;
    }
}

// A line for each key of the maps of maps.
void append_lines(std::string& out, const ConfigNode& map, const std::string& indent) {
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
        const ConfigNode& child = map.children[i];
        out += indent + text_of(map.keys[i]) + ":";
        if (child.kind == ConfigNode::Kind::map && !child.keys.empty()) {
            out += '\n';
            append_lines(out, child, indent + "  ");
        } else {
            out += ' ';
            append(out, child);
            out += '\n';
        }
    }
}

}  // namespace

std::string config_text(const ConfigNode& node) {
    if (node.kind != ConfigNode::Kind::map || node.keys.empty()) return inline_text(node) + "\n";
    std::string out;
    append_lines(out, node, "");
    return out;
}

std::string inline_text(const ConfigNode& node) {
    std::string out;
    append(out, node);
    return out;
}

}  // namespace engram
