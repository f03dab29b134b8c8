// SPDX-License-Identifier: Apache-2.0
// Morphologies, the diffusivity of proteins, and sites of projections in configurations.
#include <gtest/gtest.h>

#include <limits>

#include "experiment/keys.hpp"
#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;

const std::string networks = minimal + R"(neuron:
  morphology: {basal_dendrite_um: 20}
  protein_diffusivity_um2_per_s: 0.03
populations:
  cables: {count: 3, kind: excitatory}
  large:  {count: 3, kind: excitatory, neuron: {morphology: {soma_radius_um: 12}}}
  points: {count: 3, kind: excitatory, neuron: {morphology: null}}
  inh:    {count: 2, kind: inhibitory}
projections:
  learn: {from: cables, to: large, probability: 1, plastic: true}
  fixed: {from: cables, to: cables, probability: 1, weight_h_0: 1}
  far:   {from: cables, to: inh, probability: 1, weight_h_0: 1, site: tip}
  point: {from: cables, to: points, probability: 1, weight_h_0: 1, site: soma}
)";

Experiment read(const std::string& text, const Overrides& overrides = {}) {
    return parse_configuration(text, "c.yaml", overrides);
}

TEST(MorphologyKeys, there_is_none_unless_it_is_given) {
    EXPECT_FALSE(read(minimal).neuron.morphology);
    EXPECT_FALSE(read(minimal + "neuron: {morphology: null}\n").neuron.morphology);
    EXPECT_EQ(read(minimal + "neuron: {morphology: {}}\n").neuron.morphology, Morphology{});
    EXPECT_EQ(read(minimal, {"neuron.morphology.soma_radius_um=12"}).neuron.morphology,
              (Morphology{.soma_radius_um = 12.0}));
}

TEST(MorphologyKeys, populations_have_their_own_or_none) {
    const Experiment e = read(networks);
    const auto of = [&](const char* name) { return e.neuron_of(*e.populations.find(name)); };
    EXPECT_EQ(of("cables").morphology, (Morphology{.basal_dendrite_um = 20.0}));
    EXPECT_EQ(of("large").morphology,
              (Morphology{.soma_radius_um = 12.0, .basal_dendrite_um = 20.0}));
    EXPECT_FALSE(of("points").morphology);
    EXPECT_EQ(of("large").protein_diffusivity_um2_per_s, 0.03);
    EXPECT_EQ(of("points").protein_diffusivity_um2_per_s, std::numeric_limits<double>::infinity());
}

TEST(MorphologyKeys, resolved_text_gives_the_same) {
    for (const Overrides& overrides :
         {Overrides{}, Overrides{"populations.large.neuron.protein_diffusivity_um2_per_s=.inf"},
          Overrides{"neuron.morphology=null",
                    "populations.cables.neuron.morphology.reset=any_compartment",
                    "projections.far.site=soma"}}) {
        const Experiment e = read(networks, overrides);
        const Experiment again = read(resolved_configuration(e));
        EXPECT_EQ(again, e);
        EXPECT_EQ(resolved_configuration(again), resolved_configuration(e));
    }
}

// Of the published network too.
TEST(MorphologyKeys, plastic_synapses_end_at_the_tip_and_others_at_the_soma) {
    const auto sites = [](const Experiment& e) {
        std::vector<std::uint32_t> sites;
        for (const Projection& projection : e.projections()) sites.push_back(projection.site);
        return sites;
    };
    constexpr std::uint32_t tip = Morphology::tip_site;
    constexpr std::uint32_t soma = Morphology::soma_site;
    EXPECT_EQ(sites(read(networks)), (std::vector<std::uint32_t>{soma, tip, 0, tip}));
    EXPECT_EQ(sites(read(minimal)), (std::vector<std::uint32_t>{0, 0, 0, 0}));
    EXPECT_EQ(sites(read(minimal, {"neuron.morphology={}"})),
              (std::vector<std::uint32_t>{tip, soma, soma, soma}));
    static_assert(tip == 0, "where plastic synapses end");
}

TEST(MorphologyKeys, nonsense_is_refused) {
    EXPECT_EQ(problems_of(minimal + "neuron: {protein_diffusivity_um2_per_s: 1}\n"),
              "configs/x.yaml:2: neuron.protein_diffusivity_um2_per_s: needs neuron.morphology: "
              "proteins have nowhere to diffuse in a point (is 1); give one, or remove the "
              "diffusivity");
    EXPECT_EQ(problems_of(minimal + "neuron: {protein_diffusivity_um2_per_s: .inf}\n"), "");
    EXPECT_EQ(problems_of(minimal + "neuron: {protein_diffusivity_um2_per_s: -1}\n"),
              "configs/x.yaml:2: neuron.protein_diffusivity_um2_per_s: must be in [0, 1e12], or "
              ".inf (is -1)");
    EXPECT_EQ(problems_of(minimal + "neuron: {protein_diffusivity_um2_per_s: '.inf'}\n"),
              "configs/x.yaml:2: neuron.protein_diffusivity_um2_per_s: must be a number, or .inf "
              "(is \".inf\")");
    EXPECT_EQ(
        problems_of(networks, {"populations.points.neuron.protein_diffusivity_um2_per_s=0.1"}),
        "--set populations.points.neuron.protein_diffusivity_um2_per_s=0.1: "
        "populations.points.neuron.protein_diffusivity_um2_per_s: needs "
        "populations.points.neuron.morphology: proteins have nowhere to diffuse in a point "
        "(is 0.1); give one, or remove the diffusivity");
    EXPECT_EQ(problems_of(minimal + "neuron: {morphology: {}}\nsynapses: {protein_pools: P/D}\n"),
              "configs/x.yaml:3: synapses.protein_pools: must be C where neurons have a "
              "morphology, as in neuron.morphology");
    EXPECT_EQ(problems_of(minimal + "neuron: {morphology: {compartment_um: 0.002}}\n"),
              "configs/x.yaml:2: neuron.morphology.compartment_um: must be at least 0.0048, so "
              "that the cell of 47.002 um has at most 10000 compartments (is 0.002)");
    EXPECT_EQ(problems_of(minimal + "neuron: {morphology: {apical_dendrite_um: 3000}}\n"),
              "configs/x.yaml:2: neuron.morphology: potential must spread along the cell ten "
              "times as fast as the membrane and synaptic currents decay, within 0.5 ms (takes "
              "0.9587 ms); choose shorter dendrites, a larger radius or a lower "
              "axial_resistivity_Ohm_cm");
    EXPECT_EQ(problems_of(minimal + "neuron: {morphology: 5}\n"),
              "configs/x.yaml:2: neuron.morphology: must be a map of keys and values (is 5)");
    EXPECT_EQ(problems_of(minimal + "neuron: {morphology: {soma_radius: 5}}\n"),
              "configs/x.yaml:2: neuron.morphology.soma_radius: unknown key; did you mean "
              "'soma_radius_um'?");
}

TEST(MorphologyKeys, protein_is_recorded_within_cells) {
    const std::string cells = minimal +
                              "neuron: {morphology: {}, protein_diffusivity_um2_per_s: 1}\n"
                              "record: {neurons: [0], protein_at_um: [0, 48, 7.25]}\n";
    const Experiment e = read(cells);
    EXPECT_EQ(e.record.protein_at_um, (std::vector<double>{0, 48, 7.25}));
    EXPECT_EQ(read(resolved_configuration(e)), e);
    const model::ProteinDiffusion diffusion = e.protein_diffusion();
    ASSERT_EQ(diffusion.cells.size(), 2u);
    EXPECT_EQ(diffusion.cells[0].n_modes(), 47u);
    EXPECT_EQ(diffusion.cells[0].diffusivity_um2_per_s, 1.0);
    EXPECT_EQ(diffusion.cells[1].n_modes(), 0u);  // inhibitory
    ASSERT_EQ(diffusion.places.size(), 3u);
    EXPECT_EQ(diffusion.places[2].name, "p_at_7.25um");
    const std::string key = "record.protein_at_um";
    const auto problem = [&](const std::string& value) {
        return "--set " + key + "=" + value + ": " + key;
    };
    EXPECT_EQ(problems_of(cells, {key + "=[48.5]"}),
              problem("[48.5]") +
                  ": must be within the cells of recorded neurons, of which the "
                  "shortest is 48 um long (is 48.5)");
    EXPECT_EQ(problems_of(cells, {key + "=[1, 2, 1]"}), problem("[1, 2, 1]") + ": has 1 twice");
    EXPECT_EQ(problems_of(cells, {"neuron.protein_diffusivity_um2_per_s=.inf"}),
              "configs/x.yaml:3: record.protein_at_um: is for proteins that differ from place to "
              "place; give neuron.morphology and neuron.protein_diffusivity_um2_per_s");
    EXPECT_EQ(problems_of(cells, {"synapses.z_max=2"}),
              "--set synapses.z_max=2: synapses.z_max: must be 1 where proteins diffuse, as in "
              "neuron.protein_diffusivity_um2_per_s (is 2)");
    EXPECT_EQ(problems_of(cells, {"synapses.rate_threshold_p_Hz=5"}),
              "--set synapses.rate_threshold_p_Hz=5: synapses.rate_threshold_p_Hz: must be 0 "
              "where proteins diffuse, as in neuron.protein_diffusivity_um2_per_s (is 5)");
}

TEST(MorphologyKeys, sites_that_neurons_do_not_have_are_refused) {
    EXPECT_EQ(problems_of(networks, {"projections.point.site=tip"}),
              "--set projections.point.site=tip: projections.point.site: must be soma, since the "
              "neurons of points are points; or give them a morphology");
    EXPECT_EQ(problems_of(networks, {"projections.learn.site=soma"}),
              "--set projections.learn.site=soma: projections.learn.site: must be tip, where the "
              "plastic synapses of neurons with a morphology end; remove it");
    EXPECT_EQ(problems_of(networks, {"projections.learn.site=tip"}), "");
}

}  // namespace
}  // namespace engram
