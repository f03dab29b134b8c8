// docs/file_formats.md tells of the columns of traces what src/plasticity/recorded.hpp does.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "experiment/parameter_fields.hpp"
#include "plasticity/recorded.hpp"

namespace engram::test {
namespace {

using Cells = std::vector<std::string>;

// The cells of a line of a table; "\|" is a bar within a cell.
Cells cells_of(const std::string& line) {
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

// By the first cell, the lines of all tables of the section on traces.h5.
std::map<std::string, Cells> documented() {
    std::ifstream file(ENGRAM_SOURCE_DIR "/docs/file_formats.md");
    std::map<std::string, Cells> lines;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) inside = line == "## traces.h5";
        if (!inside || !line.starts_with("|")) continue;
        const Cells cells = cells_of(line);
        if (!cells[0].starts_with("`")) continue;  // the head of a table
        EXPECT_TRUE(lines.emplace(cells[0], cells).second) << line;
    }
    return lines;
}

std::string row_of(const Column& column) {
    return "`.../" + std::string(column.name) + "`";
}

TEST(DocumentedColumns, are_those_of_traces) {
    std::map<std::string, Cells> rows = documented();
    std::map<std::string, Column> columns;
    for (const ProteinPools pools :
         {ProteinPools::common, ProteinPools::p_and_d, ProteinPools::p_c_and_d}) {
        SynapseParameters synapses;
        synapses.protein_pools = pools;
        for (const Column& column : neuron_columns(synapses))
            columns.emplace(row_of(column), column);
        for (const Column& column : synapse_columns(synapses))
            columns.emplace(row_of(column), column);

        const std::string word = protein_pools_field.word_of(synapses);
        std::string names;
        for (const Column& column : plasticity::late_phase_columns(pools))
            names += (names.empty() ? "`" : ", `") + std::string(column.name) + "`";
        ASSERT_TRUE(rows.contains("`" + word + "`")) << word;
        EXPECT_EQ(rows["`" + word + "`"].at(1), names) << word;
    }
    for (const auto& [row, column] : columns) {
        ASSERT_TRUE(rows.contains(row)) << row;
        const Cells& cells = rows[row];
        EXPECT_EQ(cells.at(1), "float64 [n]") << row;
        EXPECT_EQ(cells.at(2), "`units` = \"" + std::string(column.unit) + "\"") << row;
        EXPECT_TRUE(cells.at(3).starts_with(column.meaning)) << row << ": " << column.meaning;
    }
    for (const auto& [row, cells] : rows)
        EXPECT_TRUE(!row.starts_with("`...") || columns.contains(row)) << "no column: " << row;
}

}  // namespace
}  // namespace engram::test
