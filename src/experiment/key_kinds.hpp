// SPDX-License-Identifier: Apache-2.0
// How configuration keys are described: one line tells the name of a key, the member that it sets
// and what it may be. Reading, messages, config.yaml and the tests of the documentation follow.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/value_text.hpp"

namespace engram::keys {

// What a key may be; a Range is one more kind, of numbers and lists of numbers.

template <class Integer>
struct Integers {
    Integer low;
    Integer high = std::numeric_limits<Integer>::max();
};

template <class Value>
struct Word {
    const char* text;
    Value value;
};

// One of several words.
template <class Value>
struct Words {
    std::span<const Word<Value>> list;

    template <std::size_t n>
    constexpr Words(const Word<Value> (&words)[n]) : list(words) {}

    const char* text_of(Value value) const {
        for (const Word<Value>& word : list)
            if (word.value == value) return word.text;
        return "";
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> all;
        for (const Word<Value>& word : list) all.push_back(word.text);
        return all;
    }
};
template <class Value, std::size_t n>
Words(const Word<Value> (&)[n]) -> Words<Value>;

struct Text {};       //!< any
struct Name {};       //!< of a group
struct Names {};      //!< of one group, or a list of several
struct Texts {};      //!< one, or a list of several
struct SomeNames {};  //!< of one group, or a list of any number, also none
struct Path {};       //!< of a file, or null

struct Special {};  //!< read by the reader of its section

// A number, or infinity.
struct OrInfinite {
    Range range;
};

// The keys of another section, for values of its own.
template <class Keys>
struct Map {
    const Keys* section;
};
template <class Keys>
Map(const Keys*) -> Map<Keys>;

// The keys of another section, or null: no such values. What a map leaves out is as it was, or as
// its defaults.
template <class Keys>
struct MapOrNull {
    const Keys* section;
};
template <class Keys>
MapOrNull(const Keys*) -> MapOrNull<Keys>;

enum class Need { optional, required };

template <class Owner, class Value, class Kind>
struct Key {
    using Applies = bool (*)(const Owner&);

    const char* name;
    Value Owner::*member;
    Kind kind;
    Need need = Need::optional;
    Applies applies = nullptr;  //!< whether it is written of these parameters; null: of all

    constexpr Key(const char* its_name, Value Owner::*its_member, Kind its_kind,
                  Need its_need = Need::optional,
                  std::type_identity_t<Applies> if_it_applies = nullptr)
        : name(its_name),
          member(its_member),
          kind(its_kind),
          need(its_need),
          applies(if_it_applies) {}
};

template <class Owner, class Value, class Kind>
Owner owner_of(const Key<Owner, Value, Kind>&);

// Keys in a row. A std::tuple of so many types would take another second to compile, wherever keys
// are read.
template <std::size_t index, class Key>
struct KeyAt {
    Key key;
};
template <class Indices, class... Keys>
struct KeysInARow;
template <std::size_t... indices, class... Keys>
struct KeysInARow<std::index_sequence<indices...>, Keys...> : KeyAt<indices, Keys>... {
    constexpr KeysInARow(Keys... keys) : KeyAt<indices, Keys>{keys}... {}

    template <class Visit>
    constexpr void for_each(Visit&& visit) const {
        (visit(static_cast<const KeyAt<indices, Keys>&>(*this).key), ...);
    }
};

//! All keys are of members of one type.
template <class First, class... Keys>
struct Section {
    using Owner = decltype(owner_of(std::declval<First>()));

    const char* name;
    KeysInARow<std::index_sequence_for<First, Keys...>, First, Keys...> keys;

    constexpr Section(const char* its_name, First first, Keys... others)
        : name(its_name), keys(first, others...) {}

    template <class Visit>
    constexpr void for_each(Visit&& visit) const {
        keys.for_each(visit);
    }
};

inline void read_value(ConfigReader& reader, const char* key, double& target, const Range& range) {
    reader.number(key, target, range);
}
inline void read_value(ConfigReader& reader, const char* key, std::vector<double>& target,
                       const Range& range) {
    reader.numbers(key, target, range);
}

inline void read_value(ConfigReader& reader, const char* key, double& target,
                       const OrInfinite& kind) {
    reader.number_or_infinity(key, target, kind.range);
}

template <class Integer>
void read_value(ConfigReader& reader, const char* key, Integer& target,
                const Integers<Integer>& range) {
    reader.integer(key, target, range.low, range.high);
}

template <class Value>
void read_value(ConfigReader& reader, const char* key, Value& target, const Words<Value>& words) {
    std::size_t index = words.list.size();
    reader.word(key, index, words.texts());
    if (index < words.list.size()) target = words.list[index].value;
}

inline void read_value(ConfigReader& reader, const char* key, std::string& target, Text) {
    reader.text(key, target);
}
inline void read_value(ConfigReader& reader, const char* key, std::string& target, Name) {
    reader.text(key, target);
}
inline void read_value(ConfigReader& reader, const char* key, GroupNames& target, Names) {
    std::vector<std::string> names;
    reader.one_or_more_texts(key, names);
    target = std::move(names);
}
inline void read_value(ConfigReader& reader, const char* key, std::vector<std::string>& target,
                       Texts) {
    reader.one_or_more_texts(key, target);
}
inline void read_value(ConfigReader& reader, const char* key, GroupNames& target, SomeNames) {
    const ConfigNode* node = reader.node(key);
    if (node != nullptr && node->kind == ConfigNode::Kind::list && node->children.empty())
        target = {};
    else
        read_value(reader, key, target, Names{});
}
inline void read_value(ConfigReader& reader, const char* key, std::optional<std::string>& target,
                       Path) {
    reader.path(key, target);
}
// Null is what is not given.
template <class Value, class Kind>
requires(!std::is_same_v<Kind, Special>) void read_value(ConfigReader& reader, const char* key,
                                                         std::optional<Value>& target,
                                                         const Kind& kind) {
    target.reset();
    if (reader.node(key) == nullptr) return;
    Value value{};
    read_value(reader, key, value, kind);
    if (!reader.problems().concern(reader.path_of(key))) target = value;
}
template <class Value>
void read_value(ConfigReader&, const char*, Value&, Special) {}

template <class AnyKey, class Parameters>
void read_key(ConfigReader& reader, const AnyKey& key, Parameters& parameters) {
    if (key.need == Need::required) reader.require(key.name);
    read_value(reader, key.name, parameters.*key.member, key.kind);
}

template <class... Keys, class Parameters>
void read_keys(ConfigReader& reader, const Section<Keys...>& section, Parameters& parameters) {
    section.for_each([&](const auto& key) { read_key(reader, key, parameters); });
}

//! Of a section that has these keys only.
template <class... Keys, class Parameters>
void read_section(ConfigReader reader, const Section<Keys...>& section, Parameters& parameters) {
    read_keys(reader, section, parameters);
    reader.finish();
}

//! \pre the target has the values that hold where the map says nothing
template <class Value, class Keys>
void read_value(ConfigReader& reader, const char* key, std::optional<Value>& target,
                Map<Keys> map) {
    read_section(reader.section(key), *map.section, *target);
}

template <class Value, class Keys>
void read_value(ConfigReader& reader, const char* key, std::optional<Value>& target,
                MapOrNull<Keys> map) {
    if (!reader.has(key)) {
        reader.node(key);
        return;
    }
    if (reader.node(key) == nullptr) return target.reset();
    if (!target) target.emplace();
    read_section(reader.section(key), *map.section, *target);
}

//! What follows a key and its colon, as YAML.
inline std::string value_text(double value, const OrInfinite&, const std::string& = "") {
    return value == std::numeric_limits<double>::infinity() ? " .inf" : " " + yaml_text(value);
}
template <class Value, class Kind>
std::string value_text(const Value& value, const Kind&, const std::string& = "") {
    return " " + yaml_text(value);
}
template <class Value>
std::string value_text(const Value& value, const Words<Value>& words, const std::string& = "") {
    return std::string(" ") + words.text_of(value);
}
template <class Value>
std::string value_text(const std::optional<Value>& value, const Words<Value>& words,
                       const std::string& = "") {
    return value ? value_text(*value, words) : " null";
}
inline std::string value_text(const std::string& name, Name, const std::string& = "") {
    return " " + name_text(name);
}
inline std::string value_text(const GroupNames& names, Names, const std::string& = "") {
    if (names.size() == 1) return " " + name_text(names[0]);
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name_text(name);
    return " [" + text + "]";
}
inline std::string value_text(const std::optional<GroupNames>& names, Names kind,
                              const std::string& = "") {
    return names ? value_text(*names, kind) : " null";
}
inline std::string value_text(const std::optional<std::vector<std::string>>& names, Texts,
                              const std::string& = "") {
    return names ? value_text(GroupNames(*names), Names{}) : " null";
}
inline std::string value_text(const std::optional<GroupNames>& names, SomeNames,
                              const std::string& = "") {
    return names && names->size() == 0 ? " []" : value_text(names, Names{});
}
template <class Value, class Keys>
std::string value_text(const std::optional<Value>& value, Map<Keys> map,
                       const std::string& indent = "") {
    return "\n" + section_text(*map.section, *value, indent + "  ");
}

template <class Value, class Keys>
std::string value_text(const std::optional<Value>& value, MapOrNull<Keys> map,
                       const std::string& indent = "") {
    return value ? value_text(value, Map{map.section}, indent) : " null";
}

//! A line of each key that applies.
template <class... Keys, class Parameters>
std::string section_text(const Section<Keys...>& section, const Parameters& parameters,
                         const std::string& indent = "  ") {
    std::string text;
    section.for_each([&](const auto& key) {
        if (key.applies != nullptr && !key.applies(parameters)) return;
        text.append(indent).append(key.name).append(":");
        text += value_text(parameters.*key.member, key.kind, indent);
        if (text.back() != '\n') text += '\n';
    });
    return text;
}

template <class Owner, class Value, class OwnerOfKey, class ValueOfKey>
constexpr bool is_same_member(Value Owner::*a, ValueOfKey OwnerOfKey::*b) {
    if constexpr (std::is_same_v<Value, ValueOfKey>)
        return a == b;
    else
        return false;
}

//! Name of the key that sets a member; null if none of the section does.
template <class Owner, class Value, class... Keys>
constexpr const char* find_name(const Section<Keys...>& section, Value Owner::*member) {
    const char* name = nullptr;
    if constexpr (std::is_same_v<Owner, typename Section<Keys...>::Owner>)
        section.for_each([&](const auto& key) {
            if (is_same_member(key.member, member)) name = key.name;
        });
    return name;
}

}  // namespace engram::keys
