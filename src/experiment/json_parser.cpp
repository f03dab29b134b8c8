// SPDX-License-Identifier: Apache-2.0
#include "experiment/json_parser.hpp"

#include <iterator>
#include <nlohmann/json.hpp>

#include "base/number_text.hpp"
#include "base/plain_text.hpp"
#include "experiment/tree_builder.hpp"

namespace engram {
namespace {

using nlohmann::json;

// Events have no places, so the characters are counted as they are taken. A line begins with its
// first character: the library looks at the end of a line before it tells of a number.
class CountingIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* position, int& line) : position_(position), line_(&line) {}
    reference operator*() const { return *position_; }
    CountingIterator& operator++() {
        if (was_line_end_) ++*line_;
        was_line_end_ = *position_ == '\n';
        ++position_;
        return *this;
    }
    bool operator==(const CountingIterator& other) const { return position_ == other.position_; }

  private:
    const char* position_;
    int* line_;
    bool was_line_end_ = false;
};

class Events : public nlohmann::json_sax<json> {
  public:
    Events(const Place& place, const int& line, std::vector<ConfigProblem>& problems)
        : place_(place), line_(line), builder_(place, "", problems) {}

    ConfigNode take_root() { return builder_.take_root(); }

    bool null() override {
        move();
        builder_.null();
        return true;
    }
    bool boolean(bool value) override { return scalar(value ? "true" : "false", false); }
    bool number_integer(json::number_integer_t value) override {
        return scalar(std::to_string(value), false);
    }
    bool number_unsigned(json::number_unsigned_t value) override {
        return scalar(std::to_string(value), false);
    }
    bool number_float(json::number_float_t value, const json::string_t&) override {
        return scalar(number_text(value), false);
    }
    bool string(json::string_t& text) override { return scalar(std::move(text), true); }
    bool binary(json::binary_t&) override { return false; }  // JSON has none
    bool start_object(std::size_t) override { return begin(ConfigNode::Kind::map); }
    bool key(json::string_t& text) override { return scalar(std::move(text), true); }
    bool end_object() override { return end(); }
    bool start_array(std::size_t) override { return begin(ConfigNode::Kind::list); }
    bool end_array() override { return end(); }

    bool parse_error(std::size_t, const std::string& token,
                     const nlohmann::detail::exception& error) override {
        constexpr int number_too_large = 406;
        move();
        if (error.id == number_too_large)
            builder_.fail("must be a finite number (is " + shortened(token) + ")");
        // Its own place comes first.
        const std::string text = error.what();
        const std::size_t column = std::min(text.find("column "), text.size());
        throw ConfigError(
            {{place_.file(), line_, "", shortened("not valid JSON: " + text.substr(column), 400)}});
    }

  private:
    void move() { builder_.move_to(line_, 0); }
    bool scalar(std::string text, bool quoted) {
        move();
        builder_.scalar(std::move(text), quoted);
        return true;
    }
    bool begin(ConfigNode::Kind kind) {
        move();
        builder_.begin(kind);
        return true;
    }
    bool end() {
        builder_.end();
        return true;
    }

    Place place_;
    const int& line_;
    TreeBuilder builder_;
};

}  // namespace

ConfigNode parse_json(const std::string& text, const std::string& file,
                      std::vector<ConfigProblem>& problems) {
    int line = 1;
    Events events({file, 1}, line, problems);
    json::sax_parse(CountingIterator(text.data(), line),
                    CountingIterator(text.data() + text.size(), line), &events);
    return events.take_root();
}

}  // namespace engram
