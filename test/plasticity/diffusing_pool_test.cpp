// SPDX-License-Identifier: Apache-2.0
// One neuron whose protein diffuses, against the published table and against the common pool.
#include "plasticity/diffusing_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "oracle/dense_cable.hpp"

namespace engram::plasticity {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

struct Sizes {
    double soma_radius_um;
    double basal_um;
    double apical_um;
};
constexpr Sizes small_short{6, 5, 12.5}, small_long{6, 10, 25}, large_short{12, 5, 12.5},
    large_long{12, 10, 25};

model::ProteinDiffusion diffusion_in(const Sizes& cell, double diffusivity_um2_per_s,
                                     std::vector<double> places_um = {}) {
    model::ProteinDiffusion diffusion;
    Morphology morphology;
    morphology.basal_dendrite_um = cell.basal_um;
    morphology.soma_radius_um = cell.soma_radius_um;
    morphology.apical_dendrite_um = cell.apical_um;
    diffusion.cells.push_back({model::Cable(morphology), diffusivity_um2_per_s});
    for (const double um : places_um) diffusion.places.push_back({"", um});
    return diffusion;
}

template <class T>
using Array = std::vector<T>;

// One of some neurons, and what belongs to it. Windows are of 15 ms.
class Neuron {
  public:
    static constexpr double window_s = 0.015;
    static constexpr std::uint32_t j = 1;  //!< of the neurons

    explicit Neuron(const model::ProteinDiffusion& diffusion,
                    const SynapseParameters& synapses = {})
        : late(synapses, diffusion), storage_(make(diffusion)), pool(late) {
        DiffusingPool::Setup(diffusion, late, {0, 0, 0}, window_s)
            .for_each([&](auto place, const auto& values) { storage_.of(place) = values; });
        storage_.describe(pool);
    }

    //! z of a synapse with h - h_0 some time after the beginning of a consolidation.
    double z_after(double change_mV, double time_s) const {
        pool.change_sum[j] = model::to_fixed_point(change_mV);
        const DiffusingPool::Consolidation c = course();
        pool.find_synthesis_end(c, j);
        return pool.z_after(c, 0.0, model::Tag::potentiation, j, c.tagged_s(change_mV, time_s));
    }
    DiffusingPool::Consolidation course() const { return {late, 0.1 / 688.4, 2.10037}; }
    //! Of all compartments, from what is kept.
    std::vector<double> along(int n) const {
        std::vector<double> p(static_cast<std::size_t>(n));
        pool.tell_amounts(late, j, 0, 0.0, [&](std::uint32_t k, double amount) {
            for (int i = 0; i < n; ++i)
                p[static_cast<std::size_t>(i)] += amount * (k == 0 ? 1.0 : std::numbers::sqrt2) *
                                                  std::cos(k * std::numbers::pi * (i + 0.5) / n);
        });
        return p;
    }

  private:
    using Storage = plasticity::Storage<DiffusingPool, Array>;
    static Storage make(const model::ProteinDiffusion& diffusion) {
        StateSizes sizes{3, 0, 0};
        DiffusingPool::add_sizes(diffusion, sizes);
        return Storage([&]<class V, class T>(const Variable<V, T>& variable) {
            return Array<T>(variable.count(sizes), variable.at_rest);
        });
    }

  public:
    DiffusingPool::Parameters late;

  private:
    Storage storage_;

  public:
    DiffusingPool pool;
};

// z at 8 h, of a synapse whose h was 6.9716 mV at 16 s and that alone drives the synthesis; by
// effective diffusivity. Solved elsewhere from the same equations, on the published compartments.
TEST(DiffusingPool, HasThePublishedLatePhaseByDiffusivity) {
    const struct {
        Sizes cell;
        double z[9];
    } table[] = {
        {small_short, {0.36775, 0.36996, 0.37411, 0.37999, 0.36579, 0.26710, 0.07496, 0.00314, 0}},
        {small_long, {0.36777, 0.37699, 0.39134, 0.40143, 0.33817, 0.16139, 0.01287, 0.00004, 0}},
        {large_short, {0.36774, 0.36846, 0.36790, 0.35593, 0.33626, 0.11851, 0.00710, 0.00001, 0}},
        {large_long, {0.36775, 0.37526, 0.38152, 0.36072, 0.32254, 0.05602, 0.00068, 0, 0}}};
    for (const auto& [cell, z] : table) {
        const double per_radius = cell.soma_radius_um / 6;
        const double diffusivities[] = {
            300 * per_radius, 1, 0.3, 0.1, 0.03 * per_radius, 0.01, 0.003, 0.001, 3e-6};
        for (int i = 0; i < 9; ++i)
            EXPECT_NEAR(Neuron(diffusion_in(cell, diffusivities[i])).z_after(2.77085, 28800.0),
                        z[i], 1e-5)
                << cell.soma_radius_um << " um, " << diffusivities[i] << " um2/s";
    }
    EXPECT_NEAR(Neuron(diffusion_in(small_long, never)).z_after(2.77085, 28800.0), 0.36774, 1e-5);
}

// A mode more than the mean or none: the bits of CommonPool, step by step and in consolidation.
TEST(DiffusingPool, MeanHasTheBitsOfTheCommonPool) {
    for (const double diffusivity : {never, 100.0, 0.1, 1e-5, 0.0}) {
        const Neuron neuron(diffusion_in(small_long, diffusivity));
        double protein[2] = {}, shrinkage[2] = {1, 1}, end_s[2] = {};
        model::FixedPoint sum[2] = {};
        CommonPool common;
        common.protein = protein;
        common.shrinkage = shrinkage;
        common.change_sum = sum;
        common.synthesis_end_s = end_s;
        const model::LatePhase late = neuron.late;
        for (int i = 0; i < 500; ++i) {
            const double time_s = i % 7 == 0 ? 0.0042 : Neuron::window_s;
            const CommonPool::Synthesis synthesis = i % 200 < 120;
            neuron.pool.advance_protein(neuron.late, Neuron::j, synthesis, time_s);
            common.advance_protein(late, 1, synthesis, time_s);
            ASSERT_EQ(neuron.pool.protein[Neuron::j], protein[1]);
            if (diffusivity == never) {
                ASSERT_EQ(neuron.pool.shrinkage[Neuron::j], shrinkage[1]);
            }
        }
        EXPECT_GT(protein[1], 0.01);
        sum[1] = neuron.pool.change_sum[Neuron::j] = model::to_fixed_point(3.0);
        const CommonPool::Consolidation c{late, 0.1 / 688.4, 2.10037};
        common.find_synthesis_end(c, 1);
        neuron.pool.find_synthesis_end(neuron.course(), Neuron::j);
        for (const double time_s : {1.0, 2000.0, 9000.0}) {
            double values[4], of_common[2];
            neuron.pool.sample_after(neuron.course(), Neuron::j, time_s, values);
            common.sample_after(c, 1, time_s, of_common);
            EXPECT_EQ(values[0], of_common[0]);
            EXPECT_EQ(values[1], of_common[1]);
            if (diffusivity == never) {
                EXPECT_EQ(values[2], of_common[1]);
                EXPECT_EQ(values[3], of_common[1]);
                EXPECT_EQ(neuron.pool.z_after(neuron.course(), 0.1, model::Tag::depression,
                                              Neuron::j, time_s),
                          common.z_after(c, 0.1, model::Tag::depression, 1, time_s));
            }
        }
    }
}

// Every compartment, every recorded place and what the late phase is exposed to, against small
// steps of a naive integration: synthesis goes on and off, windows are of several lengths. The
// error falls with the step.
TEST(DiffusingPool, FollowsTheCompartments) {
    SynapseParameters synapses;
    synapses.tau_p_s = 20.0;
    synapses.tau_z_s = 5.0;
    for (const Sizes& cell : {small_short, small_long, Sizes{2, 0, 3.3}}) {
        const double diffusivity = 0.7;
        double previous = 0.0;
        for (const double step_s : {2e-3, 1e-3, 5e-4}) {
            const Neuron neuron(diffusion_in(cell, diffusivity, {0.0, 3.2, 7.25}), synapses);
            const test::DenseCable cable = test::dense_cable(cell.basal_um, cell.soma_radius_um,
                                                             cell.apical_um, 1.0, diffusivity);
            const test::DenseDiffusion oracle(cable, synapses, step_s);
            std::vector<double> p(static_cast<std::size_t>(cable.n));
            double integral = 0.0;
            for (int i = 0; i < 4000; ++i) {
                const double time_s = i % 9 == 0 ? 0.0075 : Neuron::window_s;
                const bool synthesis = i % 2500 < 1600;
                neuron.pool.advance_protein(neuron.late, Neuron::j, synthesis, time_s);
                integral += oracle.advance(p, synthesis, time_s);
            }
            double error = 0.0;
            const std::vector<double> along = neuron.along(cable.n);
            for (std::size_t i = 0; i < p.size(); ++i)
                error = std::max(error, std::fabs(along[i] - p[i]));
            const double shrinkage = std::exp(-neuron.late.rate * integral);
            EXPECT_LT(shrinkage, 0.9);
            error = std::max(error, std::fabs(neuron.pool.shrinkage[Neuron::j] - shrinkage));
            EXPECT_LT(error, 2.0 * step_s);
            EXPECT_GT(error, 0.0);
            if (previous > 0.0) {
                EXPECT_LT(error, 0.6 * previous);
            }
            previous = error;
            // Places are those of their compartments, also some time after the state.
            double values[7];
            neuron.pool.sample(neuron.late, Neuron::j, {}, 1.0, 1, 0.005, values);
            oracle.advance(p, true, 0.005);
            const auto at = [&](double um) {
                return p[static_cast<std::size_t>(um / cable.dx_um)];
            };
            const double soma = cell.basal_um + cell.soma_radius_um + 0.5;
            double mean = 0.0;
            for (const double one : p) mean += one / cable.n;
            const double expected[] = {0.0, mean, p[0], at(soma), p[0], at(3.2), at(7.25)};
            for (int c = 1; c < 7; ++c) EXPECT_NEAR(values[c], expected[c], 2.0 * step_s) << c;
        }
    }
}

// A consolidation at once is one piece by piece, and what is told within it is what it comes to.
TEST(DiffusingPool, ConsolidatesAlikeInPieces) {
    const Neuron at_once(diffusion_in(small_short, 0.05));
    const Neuron pieces(diffusion_in(small_short, 0.05));
    for (const Neuron* neuron : {&at_once, &pieces})
        for (int i = 0; i < 1000; ++i)
            neuron->pool.advance_protein(neuron->late, Neuron::j, 1, Neuron::window_s);
    const double z = at_once.z_after(3.5, 20000.0);
    const double z_at_first = pieces.z_after(3.5, 1500.0);
    std::vector<double> told;
    at_once.pool.tell_amounts_after(at_once.course(), Neuron::j, 20000.0,
                                    [&](std::uint32_t, double amount) { told.push_back(amount); });
    at_once.pool.consolidate_protein(at_once.course(), Neuron::j, 20000.0);
    pieces.pool.consolidate_protein(pieces.course(), Neuron::j, 1500.0);
    const double change = 3.5 * std::exp(-0.1 / 688.4 * 1500.0);
    pieces.pool.change_sum[Neuron::j] = model::to_fixed_point(change);
    const auto c = pieces.course();
    pieces.pool.find_synthesis_end(c, Neuron::j);
    EXPECT_NEAR(pieces.pool.z_after(c, z_at_first, model::Tag::potentiation, Neuron::j,
                                    c.tagged_s(change, 18500.0)),
                z, 1e-11);
    pieces.pool.consolidate_protein(c, Neuron::j, 18500.0);
    ASSERT_EQ(told.size(), 31u);
    std::vector<double> kept, in_pieces;
    at_once.pool.tell_amounts(at_once.late, Neuron::j, 0, 0.0,
                              [&](std::uint32_t, double amount) { kept.push_back(amount); });
    pieces.pool.tell_amounts(pieces.late, Neuron::j, 0, 0.0,
                             [&](std::uint32_t, double amount) { in_pieces.push_back(amount); });
    EXPECT_EQ(kept, told);
    for (std::size_t k = 0; k < kept.size(); ++k) EXPECT_NEAR(in_pieces[k], kept[k], 1e-9) << k;
    EXPECT_GT(kept[0], 1e-3);
}

// Where nothing arrives, nothing is told, whatever the rounding of the sum of modes.
TEST(DiffusingPool, HasNoNegativeProtein) {
    const Neuron neuron(diffusion_in(large_long, 3e-6, {60.0}));
    for (int i = 0; i < 2000; ++i) {
        neuron.pool.advance_protein(neuron.late, Neuron::j, 1, Neuron::window_s);
        double values[5];
        neuron.pool.sample(neuron.late, Neuron::j, {}, 1.0, 1, 0.005, values);
        for (const int c : {2, 4}) {
            ASSERT_GE(values[c], 0.0);
            ASSERT_LT(values[c], 1e-10);
        }
        ASSERT_NEAR(values[3], 60 * values[1], 1e-4 * values[3]);
        ASSERT_LE(neuron.pool.shrinkage[Neuron::j], 1.0);
    }
}

TEST(DiffusingPool, NamesItsColumns) {
    model::ProteinDiffusion diffusion = diffusion_in(small_long, 1.0);
    diffusion.places.push_back({"p_at_7.5um", 7.5});
    std::vector<std::string> names;
    for (const Column& column : DiffusingPool::columns({}, diffusion)) names.push_back(column.name);
    EXPECT_EQ(names, (std::vector<std::string>{"S_mV", "p", "p_tip", "p_soma", "p_at_7.5um"}));
    const std::vector<std::string> amounts = DiffusingPool::amounts({}, diffusion);
    ASSERT_EQ(amounts.size(), 48u);
    EXPECT_EQ(amounts[0], "p");
    EXPECT_EQ(amounts[47], "p_mode_47");
}

}  // namespace
}  // namespace engram::plasticity
