// SPDX-License-Identifier: Apache-2.0
// Tables of docs/file_formats.md, to be compared with what the sources say.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace engram::test {

using Cells = std::vector<std::string>;

//! The cells of a line of a table; "\|" is a bar within a cell.
inline Cells cells_of(const std::string& line) {
    Cells cells(1);
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|')
            cells.back() += line[++i];
        else if (line[i] == '|')
            cells.emplace_back();
        else
            cells.back() += line[i];
    }
    for (std::string& cell : cells) {
        cell.erase(0, cell.find_first_not_of(' '));
        cell.erase(cell.find_last_not_of(' ') + 1);
    }
    return cells;
}

//! By the first cell, the lines of all tables of a section that begin with a name.
//! \param heading  of the section, e.g. "## Checkpoints"
inline std::map<std::string, Cells> documented(const std::string& heading) {
    std::ifstream file(ENGRAM_SOURCE_DIR "/docs/file_formats.md");
    std::map<std::string, Cells> lines;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) inside = line == heading;
        if (!inside || !line.starts_with("|")) continue;
        const Cells cells = cells_of(line);
        if (!cells[0].starts_with("`")) continue;  // the head of a table
        EXPECT_TRUE(lines.emplace(cells[0], cells).second) << line;
    }
    return lines;
}

}  // namespace engram::test
