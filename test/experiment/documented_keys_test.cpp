// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md tells of every key what src/experiment/keys.hpp does, and of no others.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "experiment/keys.hpp"
#include "experiment/problems_of.hpp"
#include "io/documentation.hpp"

namespace engram {
namespace {

using test::Cells;
using test::minimal;
using test::problems_of;

// The cells of a row by the heads of their columns.
using Row = std::map<std::string, std::string>;

std::string without_ticks(std::string text) {
    std::erase(text, '`');
    return text;
}

//! The rows of the tables of a section by their first cells, of which one may hold several.
//! \param head  first cell of the heads of these tables
std::map<std::string, Row> rows_of(const std::string& file, const std::string& heading,
                                   const std::string& head, const std::string& separator = ", ") {
    std::ifstream stream(ENGRAM_SOURCE_DIR "/docs/" + file);
    std::map<std::string, Row> rows;
    Cells heads;
    bool inside = heading.empty();
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with("## ")) inside = line == "## " + heading;
        if (!inside || !line.starts_with("|")) {
            heads.clear();
            continue;
        }
        const Cells cells = test::cells_of(line);
        if (heads.empty()) heads = cells;
        if (heads[0] != head || !cells[0].starts_with("`")) continue;
        Row row;
        for (std::size_t i = 0; i < cells.size(); ++i) row[heads.at(i)] = cells[i];
        std::string names = without_ticks(cells[0]) + separator;
        for (std::size_t end; (end = names.find(separator)) != std::string::npos;
             names.erase(0, end + separator.size()))
            EXPECT_TRUE(rows.emplace(names.substr(0, end), row).second) << line;
    }
    EXPECT_FALSE(rows.empty()) << heading;
    return rows;
}

// 10^6 for a power of ten that is long otherwise.
std::string number(double value) {
    const double exponent = std::log10(std::abs(value));
    if (value == 0 || exponent != std::round(exponent) || std::abs(exponent) < 2.5 || exponent == 3)
        return number_text(value);
    return (value < 0 ? "-10^" : "10^") + number_text(exponent);
}

std::string allowed(const Range& range) {
    if (range.low_excluded) return "> " + number(range.low) + ", <= " + number(range.high);
    return number(range.low) + " … " + number(range.high);
}
template <class Integer>
std::string allowed(const keys::Integers<Integer>& range) {
    const auto low = number(static_cast<double>(range.low));
    if (range.high < std::numeric_limits<Integer>::max())
        return low + " … " + number(static_cast<double>(range.high));
    return sizeof(Integer) == 8 && std::is_unsigned_v<Integer> ? low + " … 2^64-1" : ">= " + low;
}
template <class Value>
std::string allowed(const keys::Words<Value>& words) {
    std::string text;
    for (const std::string& word : words.texts()) text += (text.empty() ? "`" : ", `") + word + "`";
    return text;
}
std::string allowed(keys::Text) {
    return "text";
}
std::string allowed(keys::Path) {
    return "path";
}
template <class Keys>
std::string allowed(keys::Map<Keys> map) {
    return std::string("any keys of [") + map.section->name + "]";
}
template <class Keys>
std::string allowed(keys::MapOrNull<Keys> map) {
    return allowed(keys::Map{map.section});
}
std::string allowed(const keys::OrInfinite& kind) {
    return allowed(kind.range);
}
std::string allowed(keys::Names) {
    return "a group, or a list of groups";
}
std::string allowed(keys::Texts) {
    return "names";
}
std::string allowed(keys::SomeNames) {
    return "names of groups";
}
std::string allowed(keys::SchemeName) {
    return "see below";
}
std::string allowed(keys::Special) {
    return "";
}

template <class AnyKey, class Owner>
std::string default_of(const AnyKey& key, const Owner& owner) {
    if (key.need == keys::Need::required) return "required";
    if constexpr (std::is_same_v<decltype(owner.*key.member), const std::string&>)
        if ((owner.*key.member).empty()) return "empty";
    if constexpr (requires { keys::MapOrNull{key.kind}; })
        return keys::value_text(owner.*key.member, key.kind).substr(1);
    else if constexpr (requires { key.kind.section; })
        return "";
    else
        return keys::value_text(owner.*key.member, key.kind).substr(1);
}

// Compares, and removes, the rows of some keys.
template <class... Keys, class Owner>
void compare(std::map<std::string, Row>& rows, const keys::Section<Keys...>& section,
             const Owner& owner) {
    section.for_each([&](const auto& key) {
        const auto found = rows.find(key.name);
        ASSERT_NE(found, rows.end()) << "has no row: " << key.name;
        Row& row = found->second;
        if (row.contains("default")) {
            EXPECT_EQ(without_ticks(row["default"]), default_of(key, owner)) << key.name;
        }
        const std::string range = allowed(key.kind);
        const std::string& cell = row["range"];
        EXPECT_TRUE(cell.starts_with(range)) << key.name << ": " << cell << " for " << range;
        const std::string rest = cell.substr(std::min(range.size(), cell.size()));
        EXPECT_TRUE(rest.empty() || range.empty() || rest[0] == ',' || rest[0] == ' ' ||
                    rest[0] == ';' || rest[0] == '(')
            << key.name << ": " << cell;
        rows.erase(found);
    });
}

void expect_none_left(const std::map<std::string, Row>& rows) {
    for (const auto& [name, row] : rows) ADD_FAILURE() << "no such key: " << name;
}

template <class... Keys, class Owner>
void compare(const std::string& heading, const keys::Section<Keys...>& section,
             const Owner& owner) {
    std::map<std::string, Row> rows = rows_of("configuration.md", heading, "key");
    compare(rows, section, owner);
    expect_none_left(rows);
}

TEST(DocumentedKeys, are_those_of_the_sections) {
    compare("simulation", keys::simulation, Experiment{});
    compare("populations", keys::published_populations, PublishedSizes{});
    compare("connectivity", keys::connectivity, Connectivity{});
    compare("Named populations", keys::population, Population{});
    compare("projections", keys::projection, Projection{});
    compare("initial_state", keys::initial_state, InitialState{});
    compare("initial_weights", keys::initial_weights, InitialWeights{});
    compare("background", keys::background, BackgroundParameters{});
    compare("neuron", keys::neuron, NeuronParameters{});
    compare("neuron.morphology", keys::morphology, Morphology{});
    compare("synapses", keys::synapses, SynapseParameters{});
    auto record = rows_of("configuration.md", "record", "key");
    compare(record, keys::trace_recording, Recording{});
    compare(record, keys::record, Recording{});
    expect_none_left(record);
    auto recordings = rows_of("configuration.md", "Named recordings", "key");
    compare(recordings, keys::trace_recording, TraceRecording{});
    compare(recordings, keys::named_recording, TraceRecording{});
    expect_none_left(recordings);
    compare("Regular snapshots", keys::regular_times, RegularTimes{});
    compare("measures", keys::measures, MeasureSettings{});
    keys::for_each_interval_section([]<class Section>(const Section& section) {
        auto entry = rows_of("configuration.md", section.name, "key");
        section.for_each_part(
            [&](const auto& part) { compare(entry, part, typename Section::Entry{}); });
        expect_none_left(entry);
    });
    compare("checkpoint", keys::checkpoint, CheckpointSettings{});

    auto rows = rows_of("configuration.md", "output", "key");
    rows["directory"].erase("default");  // told by what it is made of
    compare(rows, keys::output, Experiment{});
    expect_none_left(rows);
}

TEST(DocumentedKeys, are_those_of_ensembles) {
    auto rows = rows_of("ensembles.md", "", "key");
    EXPECT_EQ(rows.erase("sweep"), 1u);  // not a single value
    compare(rows, keys::ensemble, EnsembleSettings{});
    expect_none_left(rows);
}

TEST(DocumentedKeys, are_those_of_stimuli_and_their_schemes) {
    auto rows = rows_of("configuration.md", "stimuli", "key");
    compare(rows, keys::stimulus, Stimulus{});
    compare(rows, keys::scheme, Stimulus{});
    expect_none_left(rows);

    auto schemes = rows_of("configuration.md", "stimuli", "scheme");
    for (const SchemeEntry& scheme : scheme_entries()) {
        std::string taken;
        for (const SchemeKey& key : scheme.keys) {
            taken.append(taken.empty() ? "`" : ", `").append(key.name).append("`");
            if (key.standard) taken += " (default " + number_text(*key.standard);
            if (key.lowest) taken += ", at least " + number_text(*key.lowest);
            if (key.standard) taken += ")";
            if (key.optional) taken += " (optional)";
        }
        EXPECT_EQ(schemes[scheme.name]["keys"], taken) << scheme.name;
        schemes.erase(scheme.name);
    }
    expect_none_left(schemes);
}

TEST(DocumentedKeys, are_those_of_selected_synapses) {
    const std::string meaning =
        rows_of("configuration.md", "record", "key").at("synapses_between").at("meaning");
    keys::selection.for_each([&](const auto& key) {
        EXPECT_NE(meaning.find(std::string(key.name) + ": "), std::string::npos) << key.name;
    });
}

TEST(DocumentedKeys, are_those_of_stipulated_weights) {
    const std::string meaning =
        rows_of("configuration.md", "initial_weights", "key").at("stipulated").at("meaning");
    keys::stipulated_weights.for_each([&](const auto& key) {
        EXPECT_NE(meaning.find(std::string(key.name) + ": "), std::string::npos) << key.name;
    });
}

TEST(DocumentedKeys, every_form_of_a_group_is_right) {
    const std::string assembly =
        minimal + "groups: {assembly: {first: 0, count: 200}, exc2: {first: 100, count: 200}, a: ";
    std::string forms;
    for (const auto& [form, row] : rows_of("configuration.md", "groups", "form", "\n"))
        forms += form + ", ";
    std::size_t n_forms = 0;
    for (std::size_t begin = 0, depth = 0, i = 0; i < forms.size(); ++i) {
        if (forms[i] == '{' && depth++ == 0) begin = i;
        if (forms[i] != '}' || --depth > 0) continue;
        const std::string form = forms.substr(begin, i + 1 - begin);
        EXPECT_EQ(problems_of(assembly + form + "}\n"), "") << form;
        ++n_forms;
    }
    EXPECT_EQ(n_forms, 9u);
}

TEST(DocumentedKeys, every_section_has_its_heading) {
    std::ifstream stream(ENGRAM_SOURCE_DIR "/docs/configuration.md");
    std::string headings = ", ";
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with("## ")) headings += line.substr(3) + ", ";
    keys::ensemble.for_each([&](const auto& key) { headings += std::string(key.name) + ", "; });
    const std::string problem = problems_of("nothing_like_any_of_these: 1\n" + minimal);
    const std::string list = "valid are: ";
    ASSERT_NE(problem.find(list), std::string::npos) << problem;
    std::string names = problem.substr(problem.find(list) + list.size()) + ", ";
    for (std::size_t end; (end = names.find(", ")) != std::string::npos; names.erase(0, end + 2))
        EXPECT_NE(headings.find(", " + names.substr(0, end) + ", "), std::string::npos)
            << names.substr(0, end);
}

}  // namespace
}  // namespace engram
