// SPDX-License-Identifier: Apache-2.0
#include "experiment/group_spec.hpp"

#include <algorithm>
#include <numeric>

namespace engram {
namespace {

// Ids from first to last, as an item of a list.
struct IdRange {
    NeuronId first;
    NeuronId last;
    std::size_t item;
};

// Whether text is two numbers with a hyphen between them.
bool is_range(const std::string& text) {
    const std::size_t hyphen = text.find('-');
    const auto is_number = [](const std::string& part) {
        return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    };
    return hyphen != std::string::npos && is_number(text.substr(0, hyphen)) &&
           is_number(text.substr(hyphen + 1));
}

// 7, or 20-29.
std::optional<IdRange> to_range(const ConfigNode& node, std::size_t item, NeuronId size) {
    if (node.kind != ConfigNode::Kind::scalar || !is_range(node.text)) {
        const auto id = to_integer<NeuronId>(node, 0, size - 1);
        return id ? std::optional(IdRange{*id, *id, item}) : std::nullopt;
    }
    const std::size_t hyphen = node.text.find('-');
    const auto end_at = [&](const std::string& text) {
        return to_integer<NeuronId>(ConfigNode::scalar(text, false, node.place), 0, size - 1);
    };
    const auto first = end_at(node.text.substr(0, hyphen));
    const auto last = end_at(node.text.substr(hyphen + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    return IdRange{*first, *last, item};
}

void report_repeated_ids(ConfigReader& reader, const std::vector<const ConfigNode*>& items,
                         const std::vector<IdRange>& sorted) {
    const IdRange* farthest = nullptr;  // of those that begin before
    std::optional<NeuronId> reported;
    for (const IdRange& range : sorted) {
        if (farthest != nullptr && range.first <= farthest->last && reported != range.first) {
            const std::size_t item = std::max(range.item, farthest->item);
            reader.problems().add(
                items[item]->place, reader.path_of("ids") + "[" + std::to_string(item) + "]",
                is_range(items[item]->text)
                    ? "gives neuron " + std::to_string(range.first) + " a second time"
                    : "is given twice (" + std::to_string(range.first) + ")");
            reported = range.first;
        }
        if (farthest == nullptr || range.last > farthest->last) farthest = &range;
    }
}

std::vector<NeuronId> read_ids(ConfigReader& reader, NeuronId size) {
    std::vector<IdRange> ranges;
    const std::vector<const ConfigNode*> items = reader.items("ids");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::optional<IdRange> range = to_range(*items[i], i, size);
        if (range) {
            ranges.push_back(*range);
            continue;
        }
        const bool is_pair = items[i]->kind == ConfigNode::Kind::scalar && is_range(items[i]->text);
        reader.problems().add(
            items[i]->place, reader.path_of("ids") + "[" + std::to_string(i) + "]",
            must_be(is_pair ? "a range of ids in [0, " + std::to_string(size - 1) +
                                  "], the lower one first"
                            : integer_range<NeuronId>(0, size - 1),
                    *items[i]));
    }
    if (items.empty() && !reader.problems().concern(reader.path_of("ids")))
        reader.problem("ids", "must have at least one id");
    std::sort(ranges.begin(), ranges.end(), [](const IdRange& a, const IdRange& b) {
        return a.first != b.first ? a.first < b.first : a.item < b.item;
    });
    report_repeated_ids(reader, items, ranges);
    std::vector<NeuronId> ids;
    for (const IdRange& range : ranges)
        for (NeuronId id = ids.empty() ? range.first : std::max(range.first, ids.back() + 1);
             id <= range.last; ++id)
            ids.push_back(id);
    return ids;
}

std::vector<NeuronId> read_range(ConfigReader& reader, NeuronId size) {
    NeuronId first = 0;
    NeuronId count = 1;
    reader.require("first").integer<NeuronId>("first", first, 0, size - 1);
    reader.require("count").integer<NeuronId>("count", count, 1, size);
    if (count > size - first && !reader.problems().concern(reader.path_of("first")) &&
        !reader.problems().concern(reader.path_of("count")))
        reader.problem("count", "must be an integer in [1, " + std::to_string(size - first) +
                                    "] with first = " + std::to_string(first) + " (is " +
                                    std::to_string(count) + ")");
    count = std::min(count, size - first);
    return consecutive(first, count);
}

//! \param is_list  whether the key holds a list even if it names a single group
void read_references(ConfigReader& reader, const std::string& key, bool is_list, GroupSpec& spec) {
    std::vector<std::string> names;
    const ConfigNode* node = reader.node(key);
    if (!reader.has(key)) return;
    const bool has_list = node != nullptr && node->kind == ConfigNode::Kind::list;
    if (is_list && node != nullptr && !has_list)
        return reader.problem(key, must_be("a list of names of groups", *node));
    reader.one_or_more_texts(key, names);
    for (std::size_t i = 0; i < names.size(); ++i)
        spec.references.push_back(
            {names[i], reader.path_of(key) + (has_list ? "[" + std::to_string(i) + "]" : "")});
}

// {of: name, except: names, count: n} or the like with a fraction.
void read_share(ConfigReader& reader, const std::string& path, GroupSpec& spec) {
    spec.form = GroupSpec::Form::share;
    spec.path = path;
    std::string of;
    reader.require("of").text("of", of);
    spec.references.push_back({of, path + ".of"});
    read_references(reader, "except", false, spec);
    reader.integer<NeuronId>("count", spec.count, 1);
    double fraction = 0;
    reader.number("fraction", fraction, {0, 1, true});
    if (reader.has("fraction")) {
        spec.fraction = fraction;
        std::string round = "nearest";
        reader.text("round", round);
        spec.round_up = round == "up";
        if (!spec.round_up && round != "nearest")
            reader.problem("round", must_be("one of nearest, up", *reader.node("round")));
    }
    const bool has_neither = !reader.has("count") && !reader.has("fraction");
    const bool may_have_neither = reader.has("except") && !spec.random;
    if ((reader.has("count") && reader.has("fraction")) || (has_neither && !may_have_neither))
        reader.problems().add(path, "must have either count or fraction");
}

}  // namespace

std::vector<NeuronId> consecutive(NeuronId first, NeuronId count) {
    std::vector<NeuronId> ids(count);
    std::iota(ids.begin(), ids.end(), first);
    return ids;
}

GroupSpec read_group_spec(ConfigReader reader, const std::string& path, NeuronId size) {
    GroupSpec spec;
    ConfigProblems& problems = reader.problems();
    if (reader.has("ids")) {
        spec.ids = read_ids(reader, size);
    } else if (reader.has("random")) {
        spec.random = true;
        ConfigReader random = reader.section("random");
        read_share(random, path + ".random", spec);
        random.finish();
    } else if (reader.has("union")) {
        spec.form = GroupSpec::Form::union_of;
        read_references(reader, "union", true, spec);
    } else if (reader.has("intersection")) {
        spec.form = GroupSpec::Form::intersection;
        read_references(reader, "intersection", true, spec);
    } else if (reader.has("of") || reader.has("except")) {
        read_share(reader, path, spec);
    } else if (reader.has("first") || reader.has("count")) {
        spec.ids = read_range(reader, size);
    } else if (!problems.concern(path)) {
        problems.add(path,
                     "must have first and count, or ids, or of, or union, or intersection, or "
                     "random");
    }
    if (!problems.concern(path) || !reader.keys().empty()) reader.finish();
    spec.valid = !problems.concern(path);
    return spec;
}

}  // namespace engram
