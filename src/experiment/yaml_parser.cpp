// SPDX-License-Identifier: Apache-2.0
#include "experiment/yaml_parser.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string_view>
#include <vector>

#include "base/plain_text.hpp"
#include "experiment/tree_builder.hpp"

namespace engram {
namespace {

// The library keeps more than a hundred bytes for each byte of a collection in brackets until it is
// closed.
constexpr std::size_t longest_between_events = 4 << 20;

struct TooLong {};

// The text, for the library; it counts what has been read since the last event, and throws TooLong.
// To end instead would be to cut: the library takes what it has for the whole.
class Input : public std::streambuf {
  public:
    explicit Input(std::string_view text) : rest_(text) {}

    void begin_again() { n_read_ = 0; }

  protected:
    std::streamsize xsgetn(char* target, std::streamsize size) override {
        const std::size_t n = std::min(rest_.size(), static_cast<std::size_t>(size));
        if (n_read_ > longest_between_events && n > 0) throw TooLong();
        rest_.copy(target, n);
        rest_.remove_prefix(n);
        n_read_ += n;
        return static_cast<std::streamsize>(n);
    }

  private:
    std::string_view rest_;
    std::size_t n_read_ = 0;
};

class Reader : public YAML::EventHandler {
  public:
    //! \param place  its line is 0 if the text has no lines
    Reader(std::string_view text, const Place& place, const std::string& path,
           std::vector<ConfigProblem>& problems)
        : text_(text), place_(place), path_(path), builder_(place, path, problems), input_(text) {}

    ConfigNode read() {
        try {
            std::istream stream(&input_);
            YAML::Parser parser(stream);
            while (parser.HandleNextDocument(*this)) {
            }
        } catch (const YAML::Exception& error) {
            fail(error.mark.line + 1, clearer(error));
        } catch (const TooLong&) {
            fail(last_line_,
                 "more than 4 MB from here on are one value, a comment, blank, or a list or map in "
                 "brackets; shorten it, or write the list or map without brackets, an entry on "
                 "each line");
        }
        return builder_.take_root();
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        move_to(mark);
        if (++n_documents_ > 1)
            builder_.fail("a second YAML document begins here; only one is allowed");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (!is_map_.empty() && is_map_.back()) require_colon(mark);
        move_to(mark);
        builder_.null(name_of(anchor));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        move_to(mark);
        builder_.alias(name_of(anchor));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        move_to(mark);
        after_scalar_ = static_cast<std::size_t>(mark.pos) + value.size();
        // Tags of the library itself: plain, and in quotes.
        const bool is_plain = tag == "?" || tag.empty();
        if (!is_plain && tag != "!") refuse(tag);
        builder_.scalar(value, !is_plain, name_of(anchor));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        begin(ConfigNode::Kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        begin(ConfigNode::Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { end(); }

  private:
    static std::string name_of(YAML::anchor_t anchor) {
        return anchor == 0 ? "" : std::to_string(anchor);
    }

    void move_to(const YAML::Mark& mark) {
        input_.begin_again();
        after_scalar_ = std::string::npos;
        last_line_ = mark.line + 1;
        builder_.move_to(has_lines() ? mark.line + 1 : 0, mark.column + 1);
    }

    void begin(ConfigNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
               YAML::anchor_t anchor) {
        move_to(mark);
        if (tag != "?" && !tag.empty()) refuse(tag);
        is_map_.push_back(kind == ConfigNode::Kind::map);
        builder_.begin(kind, name_of(anchor));
    }

    void end() {
        is_map_.pop_back();
        builder_.end();
    }

    // Keys tell what their values are; a tag that means something is not for Engram.
    void refuse(const std::string& tag) {
        builder_.fail("has the tag " + shortened(tag) + "; tags are not used here, remove it");
    }

    bool has_lines() const { return place_.line() > 0; }

    [[noreturn]] void fail(int line, const std::string& problem) const {
        throw ConfigError(
            {{place_.file(), has_lines() ? line : 0, path_, "not valid YAML: " + problem}});
    }

    std::string_view line(int number) const {
        std::string_view rest = text_;
        for (int i = 1; i < number && !rest.empty(); ++i)
            rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
        return rest.substr(0, rest.find('\n'));
    }

    std::string clearer(const YAML::Exception& error) const {
        if (error.msg == "bad file") return "nested too deeply, or no YAML at all";
        const std::string_view text = line(error.mark.line + 1);
        const bool has_tab =
            text.substr(0, text.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
        if (error.msg == "end of map not found" && !has_tab)
            return "a key without a colon, or the end is missing";
        return error.msg + (has_tab ? "; indent with spaces instead of tabs" : "");
    }

    // The library gives a last key without a colon the value null: a file that was cut off.
    void require_colon(const YAML::Mark& mark) const {
        if (after_scalar_ > text_.size()) return;
        const std::string_view rest = text_.substr(after_scalar_);
        const std::string_view end = rest.substr(0, rest.find_first_of("#\n:"));
        if (end.size() == rest.size() || rest[end.size()] != ':')
            fail(mark.line + 1, "a key without a colon, or the end is missing");
    }

    std::string_view text_;
    Place place_;
    std::string path_;
    TreeBuilder builder_;
    Input input_;
    std::vector<bool> is_map_;  //!< of what is open, from the outermost
    int n_documents_ = 0;
    int last_line_ = 1;
    std::size_t after_scalar_ =
        std::string::npos;  //!< if the last event was a scalar, where it ends
};

}  // namespace

ConfigNode parse_yaml(const std::string& text, const std::string& file,
                      std::vector<ConfigProblem>& problems) {
    std::string_view rest = text;
    if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
    return Reader(rest, {file, 1}, "", problems).read();
}

ConfigNode parse_yaml_value(const std::string& text, const Place& place, const std::string& path,
                            std::vector<ConfigProblem>& problems) {
    return Reader(text, place, path, problems).read();
}

}  // namespace engram
