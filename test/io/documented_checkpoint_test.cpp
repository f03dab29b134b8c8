// SPDX-License-Identifier: Apache-2.0
// docs/file_formats.md tells of the variables in checkpoints what the descriptions of the
// mechanisms do: each of these has a line, and no line is of anything else.
#include <gtest/gtest.h>

#include "io/documentation.hpp"
#include "plasticity/calcium_view.hpp"
#include "plasticity/mechanisms.hpp"
#include "plasticity/view.hpp"

namespace engram::test {
namespace {

using plasticity::By;

// What a line says besides the dataset, and how its last cell begins.
struct Line {
    Cells cells;
    std::string meaning;
};
using Lines = std::map<std::string, Line>;

template <class T>
std::string type_of(By by) {
    const std::string n = by == By::neuron            ? "N"
                          : by == By::neuron_and_mode ? "N, K"
                          : by == By::source          ? "N_pre"
                                                      : "M";
    return (std::is_same_v<T, double> ? "float64 [" : "uint8 [") + n + "]";
}

std::string dataset_of(By by, const std::string& name) {
    const std::string group = by == By::neuron || by == By::neuron_and_mode ? "neurons"
                              : by == By::source                            ? "shared"
                                                                            : "synapses";
    return "`/" + group + "/" + name + "`";
}

// What all late phases have is of any.
const std::string all_late_phases = "published, several pools, diffusing";

// Adds the saved variables of a state.
template <class View>
void add(const std::string& late_phase, const std::string& exists, Lines& lines) {
    plasticity::for_each_variable<View>(
        [&]<class V, class T>(const plasticity::Variable<V, T>& variable) {
            if (variable.in_checkpoint == plasticity::InCheckpoint::no) return;
            Line& line = lines[dataset_of(variable.by, variable.name)];
            std::string of = late_phase;
            if (!line.cells.empty() && of != "any") of = line.cells[2] + ", " + of;
            if (of == all_late_phases) of = "any";
            line = {{type_of<T>(variable.by), variable.unit, of, exists}, variable.meaning};
        });
}

template <class... Neuron>
void add_neurons(plasticity::NeuronMechanisms<Neuron...>, Lines& lines) {
    (add<typename Neuron::View>("any", "within a phase", lines), ...);
}

Lines described() {
    Lines lines;
    add_neurons(plasticity::BuiltInNeurons{}, lines);
    add<plasticity::CalciumView>("any", "within a phase", lines);
    add<plasticity::View<plasticity::Published>>("published", "always", lines);
    add<plasticity::View<plasticity::WithPools>>("several pools", "always", lines);
    add<plasticity::View<plasticity::WithDiffusion>>("diffusing", "always", lines);
    static_assert(
        std::is_same_v<plasticity::WithRateThresholds::Late, plasticity::WithPools::Late>);
    static_assert(std::tuple_size_v<plasticity::BuiltInMechanisms> == 4, "as many as named here");
    return lines;
}

TEST(DocumentedCheckpoint, has_the_variables_of_the_mechanisms) {
    const Lines lines = described();
    EXPECT_GT(lines.size(), 10u);
    std::map<std::string, Cells> rows = documented("## Checkpoints");
    for (const auto& [dataset, line] : lines) {
        ASSERT_TRUE(rows.contains(dataset)) << dataset;
        const Cells& cells = rows[dataset];
        ASSERT_GE(cells.size(), 6u) << dataset;
        EXPECT_EQ(Cells(cells.begin() + 1, cells.begin() + 5), line.cells) << dataset;
        EXPECT_TRUE(cells[5].starts_with(line.meaning)) << dataset << ": " << line.meaning;
    }
    // Lines of their table have one cell more than others: the one behind the last bar counts.
    for (const auto& [dataset, cells] : rows)
        EXPECT_TRUE(cells.size() < 7 || lines.contains(dataset)) << "no variable: " << dataset;
}

// When a run has which late phase, as the documentation says.
TEST(DocumentedCheckpoint, late_phase_follows_from_pools_and_bound) {
    for (const ProteinPools pools :
         {ProteinPools::common, ProteinPools::p_and_d, ProteinPools::p_c_and_d})
        for (const double z_max : {1.0, 5.0})
            for (const double threshold_Hz : {0.0, 40.0}) {
                SynapseParameters synapses;
                synapses.protein_pools = pools;
                synapses.z_max = z_max;
                synapses.rate_threshold_p_Hz = threshold_Hz;
                const bool published = plasticity::with_mechanisms(synapses, {}, []<class M>(M) {
                    return std::is_same_v<M, plasticity::Published>;
                });
                EXPECT_EQ(published,
                          pools == ProteinPools::common && z_max == 1.0 && threshold_Hz == 0.0);
            }
    model::ProteinDiffusion diffusion;
    const auto diffuses = [&] {
        return plasticity::with_mechanisms(SynapseParameters{}, diffusion, []<class M>(M) {
            return std::is_same_v<M, plasticity::WithDiffusion>;
        });
    };
    diffusion.cells.push_back({model::Cable(Morphology{})});
    EXPECT_FALSE(diffuses());
    diffusion.cells.push_back({model::Cable(Morphology{}), 0.1});
    EXPECT_TRUE(diffuses());
}

}  // namespace
}  // namespace engram::test
