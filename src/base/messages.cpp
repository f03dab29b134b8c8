// SPDX-License-Identifier: Apache-2.0
#include "base/messages.hpp"

#include <cmath>
#include <cstdio>

namespace engram {
namespace {

std::string_view prefix_of(MessageKind kind) {
    switch (kind) {
        case MessageKind::notice:
            break;
        case MessageKind::note:
            return "engram: note: ";
        case MessageKind::warning:
            return "engram: warning: ";
        case MessageKind::error:
            return "engram: error: ";
    }
    return "engram: ";
}

}  // namespace

void print_message(MessageKind kind, std::string_view text) {
    std::string lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.append(prefix_of(kind)).append(visible(text.substr(0, end))).append("\n");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    std::fwrite(lines.data(), 1, lines.size(), stderr);
    std::fflush(stderr);
}

std::string counted(unsigned long long n, std::string_view thing) {
    return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

std::string duration_text(double seconds) {
    constexpr double day_s = 86400.0;
    constexpr double year_s = 365.25 * day_s;
    if (seconds >= 3.0 * year_s) return fmt::format("{:.3g} years", seconds / year_s);
    if (seconds >= 100.0 * day_s) return fmt::format("{:.3g} days", seconds / day_s);
    const long long total = std::llround(seconds);
    if (total < 60) return fmt::format("{} s", total);
    if (total < 3600) return fmt::format("{}:{:02} min", total / 60, total % 60);
    return fmt::format("{}:{:02}:{:02} h", total / 3600, total / 60 % 60, total % 60);
}

std::string memory_text(double memory_MB) {
    if (memory_MB < 1e4) return fmt::format("{:.0f} MB", memory_MB);
    if (memory_MB < 1e6) return fmt::format("{:.3g} GB", memory_MB / 1e3);
    if (memory_MB < 1e9) return fmt::format("{:.3g} TB", memory_MB / 1e6);
    if (memory_MB < 1e12) return fmt::format("{:.3g} PB", memory_MB / 1e9);
    return fmt::format("{:.3g} EB", memory_MB / 1e12);
}

}  // namespace engram
