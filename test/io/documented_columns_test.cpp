// SPDX-License-Identifier: Apache-2.0
// docs/file_formats.md tells of the columns of traces what src/plasticity/recorded.hpp does.
#include <gtest/gtest.h>

#include "experiment/keys.hpp"
#include "io/documentation.hpp"
#include "plasticity/recorded.hpp"

namespace engram::test {
namespace {

std::string row_of(const Column& column) {
    return "`.../" + std::string(column.name) + "`";
}

bool is_of_membrane(const Column& column) {
    return std::ranges::any_of(membrane_columns,
                               [&](const Column& one) { return one.name == column.name; });
}

TEST(DocumentedColumns, are_those_of_traces) {
    std::map<std::string, Cells> rows = documented("## traces.h5");
    std::map<std::string, Column> columns;
    for (const ProteinPools pools :
         {ProteinPools::common, ProteinPools::p_and_d, ProteinPools::p_c_and_d}) {
        SynapseParameters synapses;
        synapses.protein_pools = pools;
        for (const Column& column : neuron_columns(synapses, {}))
            columns.emplace(row_of(column), column);
        for (const Column& column : synapse_columns(synapses))
            columns.emplace(row_of(column), column);

        const std::string word = keys::Words{keys::protein_pools}.text_of(pools);
        std::string names;
        const std::vector<Column> of_neuron = neuron_columns(synapses, {});
        for (const Column& column : std::span(of_neuron).subspan(n_membrane_columns))
            names += (names.empty() ? "`" : ", `") + std::string(column.name) + "`";
        ASSERT_TRUE(rows.contains("`" + word + "`")) << word;
        EXPECT_EQ(rows["`" + word + "`"].at(1), names) << word;
    }
    // Along a cell.
    model::ProteinDiffusion diffusion;
    diffusion.cells.push_back({model::Cable(Morphology{}), 0.1});
    diffusion.places.push_back({"p_at_<x>um", 7.0});
    std::string names;
    for (const Column& column : neuron_columns({}, diffusion)) {
        columns.emplace(row_of(column), column);
        if (!is_of_membrane(column) && !column.name.starts_with("p_at_"))
            names += (names.empty() ? "`" : ", `") + column.name + "`";
    }
    EXPECT_TRUE(rows["`C`, protein diffuses"].at(1).starts_with(names)) << names;
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
