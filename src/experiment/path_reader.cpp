#include "experiment/path_reader.hpp"

#include <filesystem>

namespace engram {

std::optional<std::string> read_path(ConfigReader& reader, const std::string& key,
                                     const std::string& base_directory) {
    if (reader.node(key) == nullptr) return std::nullopt;
    std::string text;
    reader.text(key, text);
    if (text.empty()) {
        if (!reader.problems().concern(reader.path_of(key)))
            reader.problem(key, "must be a path or null");
        return std::nullopt;
    }
    const std::filesystem::path path = std::filesystem::path(base_directory) / text;
    return std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace engram
