// SPDX-License-Identifier: Apache-2.0
#include "experiment/yaml_parser.hpp"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "base/plain_text.hpp"
#include "experiment/tree_builder.hpp"

namespace engram {
namespace {

std::string_view view(const yaml_char_t* text) {
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

int line_of(const yaml_mark_t& mark) {
    return static_cast<int>(mark.line) + 1;
}

class Event {
  public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { yaml_event_delete(&event_); }
    yaml_event_t* get() { return &event_; }
    const yaml_event_t* operator->() const { return &event_; }

  private:
    yaml_event_t event_{};
};

bool means_nothing(std::string_view text) {
    constexpr std::array<std::string_view, 5> words = {"", "~", "null", "Null", "NULL"};
    return std::find(words.begin(), words.end(), text) != words.end();
}

class Reader {
  public:
    //! \param place  its line is 0 if the text has no lines
    Reader(const std::string& text, const Place& place, const std::string& path,
           std::vector<ConfigProblem>& problems)
        : text_(text), place_(place), path_(path), builder_(place, path, problems) {
        if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { yaml_parser_delete(&parser_); }

    ConfigNode read() {
        for (;;) {
            Event event;
            if (yaml_parser_parse(&parser_, event.get()) == 0) fail();
            if (event->type == YAML_STREAM_END_EVENT) return builder_.take_root();
            take(event);
        }
    }

  private:
    void take(const Event& event) {
        const auto& data = event->data;
        const yaml_mark_t& mark = event->start_mark;
        builder_.move_to(has_lines() ? line_of(mark) : 0, static_cast<int>(mark.column) + 1);
        switch (event->type) {
            case YAML_DOCUMENT_START_EVENT:
                if (++n_documents_ > 1)
                    builder_.fail("a second YAML document begins here; only one is allowed");
                break;
            case YAML_ALIAS_EVENT:
                builder_.alias(std::string(view(data.alias.anchor)));
                break;
            case YAML_SCALAR_EVENT:
                take_scalar(data.scalar);
                break;
            case YAML_SEQUENCE_START_EVENT:
                refuse_tag(data.sequence_start.tag);
                builder_.begin(ConfigNode::Kind::list,
                               std::string(view(data.sequence_start.anchor)));
                break;
            case YAML_MAPPING_START_EVENT:
                refuse_tag(data.mapping_start.tag);
                builder_.begin(ConfigNode::Kind::map, std::string(view(data.mapping_start.anchor)));
                break;
            case YAML_SEQUENCE_END_EVENT:
            case YAML_MAPPING_END_EVENT:
                builder_.end();
                break;
            default:
                break;
        }
    }

    template <class Scalar>
    void take_scalar(const Scalar& scalar) {
        refuse_tag(scalar.tag);
        const std::string anchor(view(scalar.anchor));
        std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        const bool is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
        if (is_plain && means_nothing(text))
            builder_.null(anchor);
        else
            builder_.scalar(std::move(text), !is_plain, anchor);
    }

    // Keys tell what their values are; a tag that means something is not for Engram.
    void refuse_tag(const yaml_char_t* tag) {
        if (tag != nullptr)
            builder_.fail("has the tag " + shortened(std::string(view(tag))) +
                          "; tags are not used here, remove it");
    }

    bool has_lines() const { return place_.line() > 0; }

    // What the library says, made clearer.
    [[noreturn]] void fail() const {
        if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
        std::string problem = parser_.problem == nullptr ? "" : parser_.problem;
        int line = line_of(parser_.problem_mark);
        if (problem == "could not find expected ':'") {
            line = line_of(parser_.context_mark);
            problem = "a key without a colon, or a file that was cut off";
        } else if (problem == "did not find expected <document start>") {
            problem =
                "this does not belong to what is before it; check the indentation, and the "
                "brackets and quotes above";
        } else if (parser_.context != nullptr) {
            problem = problem + " " + parser_.context;
            const int begin = line_of(parser_.context_mark);
            if (has_lines() && begin != line)
                problem += " that begins on line " + std::to_string(begin);
        }
        if (has_tab(line)) problem += "; indent with spaces instead of tabs";
        throw ConfigError(
            {{place_.file(), has_lines() ? line : 0, path_, "not valid YAML: " + problem}});
    }

    bool has_tab(int line) const {
        std::string_view rest = text_;
        for (int i = 1; i < line && !rest.empty(); ++i)
            rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
        return rest.substr(0, rest.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
    }

    const std::string& text_;
    Place place_;
    std::string path_;
    yaml_parser_t parser_{};
    TreeBuilder builder_;
    int n_documents_ = 0;
};

}  // namespace

ConfigNode parse_yaml(const std::string& text, const std::string& file,
                      std::vector<ConfigProblem>& problems) {
    return Reader(text, {file, 1}, "", problems).read();
}

ConfigNode parse_yaml_value(const std::string& text, const Place& place, const std::string& path,
                            std::vector<ConfigProblem>& problems) {
    return Reader(text, place, path, problems).read();
}

}  // namespace engram
