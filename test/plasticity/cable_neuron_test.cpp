// SPDX-License-Identifier: Apache-2.0
// A neuron with a morphology by itself: against numbers of the equations, against Arbor, and
// against all compartments integrated with small steps.
#include "plasticity/cable_neuron.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "model/random.hpp"
#include "oracle/dense_morphology.hpp"

namespace engram::test {
namespace {

using model::FixedPoint;
using plasticity::CableNeuron;
using Reset = Morphology::Reset;

constexpr double tau_syn_ms = 5.0;
constexpr double h_0_mV = 4.20075;

// As published.
NeuronParameters cell(double radius_um, double apical_um, double basal_um,
                      Reset reset = Reset::any_compartment) {
    NeuronParameters neuron;
    neuron.morphology = {
        radius_um, basal_um, apical_um, 1.0, 35.4, Morphology::Capacitance::published, 1.02, reset};
    return neuron;
}
const NeuronParameters small_short = cell(6, 12.5, 5);
const NeuronParameters small_long = cell(6, 25, 10);
const NeuronParameters large_short = cell(12, 12.5, 5);
const NeuronParameters large_long = cell(12, 25, 10);

CableNeuron make(const NeuronParameters& parameters, double dt_ms, double mean_nA = 0.0,
                 double sigma_wn = 0.0) {
    return {parameters, {mean_nA, sigma_wn}, tau_syn_ms, dt_ms};
}
CableNeuron::Input input(const CableNeuron& neuron, double tip_mV, double soma_mV) {
    FixedPoint at_sites[CableNeuron::n_sites];
    at_sites[Morphology::tip_site] = model::to_fixed_point(tip_mV);
    at_sites[Morphology::soma_site] = model::to_fixed_point(soma_mV);
    return neuron.input(at_sites);
}

// V at the soma after input has arrived at rest.
struct Psp {
    std::vector<double> v_mV;  //!< by step
    double peak_mV = -100.0;
    double peak_ms = 0.0;
};
Psp psp(const NeuronParameters& parameters, double dt_ms, double tip_mV, double soma_mV) {
    const CableNeuron neuron = make(parameters, dt_ms);
    CableNeuron::State s = neuron.at_rest();
    Psp psp;
    for (int k = 0; k * dt_ms < 20.5; ++k) {
        psp.v_mV.push_back(neuron.soma.v_mV(s));
        if (psp.v_mV.back() > psp.peak_mV) {
            psp.peak_mV = psp.v_mV.back();
            psp.peak_ms = k * dt_ms;
        }
        neuron.advance(s, k == 0 ? input(neuron, tip_mV, soma_mV) : CableNeuron::Input{}, 0.0, {},
                       true);
    }
    return psp;
}

TEST(CableNeuron, HasThePublishedPotentials) {
    struct Published {
        const NeuronParameters& parameters;
        double peak_mV, peak_ms;
        std::vector<double> after_mV;  //!< 0.2, 1, 5, 10, 20 ms
        double inhibitory_peak_mV;
        double steady_soma_mV, steady_tip_mV;  //!< of 1 nA, above rest
    };
    for (const Published& of : {Published{small_short,
                                          -63.96361,
                                          6.928,
                                          {-64.91833, -64.64210, -64.01049, -64.03610, -64.51501},
                                          -62.96648,
                                          9.681668,
                                          9.675111},
                                Published{small_long,
                                          -63.95034,
                                          6.924,
                                          {-64.91555, -64.63617, -63.99758, -64.02394, -64.50899},
                                          -62.93998,
                                          9.807849,
                                          9.798981},
                                Published{large_short,
                                          -63.95398,
                                          6.931,
                                          {-64.91867, -64.63963, -64.00145, -64.02703, -64.51039},
                                          -62.94840,
                                          9.767764,
                                          9.765012},
                                Published{large_long,
                                          -63.94652,
                                          6.930,
                                          {-64.91767, -64.63673, -63.99427, -64.02013, -64.50694},
                                          -62.93365,
                                          9.837978,
                                          9.834679}}) {
        const Psp at_tip = psp(of.parameters, 0.001, h_0_mV, 0.0);
        EXPECT_NEAR(at_tip.peak_mV, of.peak_mV, 6e-6);
        EXPECT_NEAR(at_tip.peak_ms, of.peak_ms, 1.1e-3);
        const double times_ms[] = {0.2, 1.0, 5.0, 10.0, 20.0};
        // Steps of the usual length are as exact.
        const Psp coarse = psp(of.parameters, 0.2, h_0_mV, 0.0);
        for (std::size_t i = 0; i < 5; ++i) {
            EXPECT_NEAR(at_tip.v_mV[std::lround(times_ms[i] / 0.001)], of.after_mV[i], 6e-6);
            EXPECT_NEAR(coarse.v_mV[std::lround(times_ms[i] / 0.2)], of.after_mV[i], 6e-6);
        }
        EXPECT_NEAR(psp(of.parameters, 0.001, 0.0, 2 * h_0_mV).peak_mV, of.inhibitory_peak_mV,
                    6e-6);
        const CableNeuron driven = make(of.parameters, 0.2, 1.0);
        CableNeuron::State s = driven.at_rest();
        for (int k = 0; k < 2000; ++k) driven.advance(s, {}, 0.0, {}, false);
        // The numbers were found without the leak in the modes.
        EXPECT_NEAR(driven.soma.v_mV(s) + 65.0, of.steady_soma_mV, 2.1e-5);
        EXPECT_NEAR(driven.tip.v_mV(s) + 65.0, of.steady_tip_mV, 2.1e-5);
    }
}

TEST(CableNeuron, HasTheResistancesOfItsCompartments) {
    for (const NeuronParameters* parameters :
         {&small_short, &small_long, &large_short, &large_long}) {
        const auto r = model::CableResistances::make(*parameters, tau_syn_ms);
        const DenseMorphology compartments(*parameters);
        EXPECT_NEAR(compartments.c_tot_nF(), r.capacitance_ratio, 1e-14);
        const auto expect = [&](const model::CableResistances::Of& of, double decay_per_ms) {
            const int soma = compartments.soma();
            const auto by_soma = compartments.beyond_the_mean_mV(soma, decay_per_ms);
            const auto by_tip = compartments.beyond_the_mean_mV(0, decay_per_ms);
            EXPECT_NEAR(by_soma[soma], of.soma_soma, 1e-12);
            EXPECT_NEAR(by_soma[0], of.soma_tip, 1e-12);
            EXPECT_NEAR(by_tip[soma], of.soma_tip, 1e-12);
            EXPECT_NEAR(by_tip[0], of.tip_tip, 1e-12);
        };
        expect(r.constant, 0.0);
        expect(r.decaying, 1.0 / tau_syn_ms);
    }
}

template <class Number>
std::vector<Number> read(const std::string& name) {
    std::ifstream file(std::string(ENGRAM_TEST_DATA_DIR) + "/reference/" + name, std::ios::binary);
    std::vector<Number> numbers;
    for (Number number; file.read(reinterpret_cast<char*>(&number), sizeof number);)
        numbers.push_back(number);
    return numbers;
}

// A spike of neuron 3 at 10 ms arrives at the tip of 2 and at the soma of 4 at 13 ms.
TEST(CableNeuron, AgreesWithArborOnOneSpike) {
    const std::vector<double> arbor = read<double>("cable_one_spike.f64");
    constexpr int rows = 600, columns = 4;  // t, V of 2 at soma and tip, V of 4
    ASSERT_EQ(arbor.size(), 3u * rows * columns);
    const double* row = arbor.data();
    for (const NeuronParameters* parameters : {&small_short, &small_long, &large_long}) {
        constexpr double dt_ms = 0.01;
        const CableNeuron neuron = make(*parameters, dt_ms);
        CableNeuron::State two = neuron.at_rest(), four = two;
        double worst = 0.0;
        for (int k = 0; k < 6000; ++k) {
            if (k % 10 == 0) {
                ASSERT_NEAR(row[0], k * dt_ms, 1e-9);
                // Within tens of microseconds of the arrival the modes still relax.
                if (std::abs(row[0] - 13.0) > 0.15) {
                    worst = std::max({worst, std::abs(neuron.soma.v_mV(two) - row[1]),
                                      std::abs(neuron.tip.v_mV(two) - row[2]),
                                      std::abs(neuron.soma.v_mV(four) - row[3])});
                }
                row += columns;
            }
            const bool arrives = k == 1300;
            neuron.advance(two, arrives ? input(neuron, h_0_mV, 0) : CableNeuron::Input{}, 0.0, {},
                           true);
            neuron.advance(four, arrives ? input(neuron, 0, 2 * h_0_mV) : CableNeuron::Input{}, 0.0,
                           {}, true);
        }
        // A step of Arbor's, where V rises fastest.
        EXPECT_LT(worst, 4e-3);
        EXPECT_GT(worst, 1e-6);
    }
}

// Currents as Arbor had them in a network with noise: the same spikes within 0.06 ms, and
// potentials within what implicit steps of 0.01 ms miss. A step of the current of 1.1 nA begins it.
TEST(CableNeuron, AgreesWithArborOnNoise) {
    const std::vector<float> arbor = read<float>("cable_noise_driven.f32");
    constexpr int rows = 10001, columns = 3;  // I at soma and tip, V at soma
    ASSERT_EQ(arbor.size(), 3u * rows * columns);
    struct Case {
        const NeuronParameters& parameters;
        std::vector<double> spikes_ms;
    };
    const float* row = arbor.data();
    for (const Case& of :
         {Case{small_long, {12.56752}}, Case{small_long, {14.70338, 43.50440, 67.90202, 93.52652}},
          Case{small_short, {12.73593}}}) {
        constexpr double dt_ms = 0.01;
        const CableNeuron neuron = make(of.parameters, dt_ms);
        CableNeuron::State s = neuron.at_rest();
        std::vector<double> spikes_ms;
        double squares = 0.0;
        int n = 0, since_reset = 1000;
        for (int k = 0; k < rows; ++k, row += columns) {
            s.i_tip_nA = row[1];
            s.i_syn_nA = row[0] + s.i_tip_nA;
            const double error = neuron.soma.v_mV(s) - row[2];
            // Arbor's neuron is reset within some steps, and released by its own clock.
            if (s.refractory == 0.0 && ++since_reset > 30 && row[2] > -69.5) {
                squares += error * error;
                ++n;
            }
            neuron.advance(s, {}, 0.0, {}, true);
            if (s.refractory != neuron.measure_of_spike()) continue;
            spikes_ms.push_back(k * dt_ms);
            since_reset = 0;
        }
        EXPECT_GT(n, 9000);
        EXPECT_LT(std::sqrt(squares / n), 0.012);
        ASSERT_EQ(spikes_ms.size(), of.spikes_ms.size());
        for (std::size_t i = 0; i < spikes_ms.size(); ++i)
            EXPECT_NEAR(spikes_ms[i], of.spikes_ms[i], 0.06);
        EXPECT_EQ(s.silent_resets, 0.0);
    }
}

// All compartments under the same input as a neuron, from step to step.
struct Comparison {
    double worst_soma_mV = 0.0;
    double worst_tip_mV = 0.0;
    int compared = 0;
    int spikes = 0;
    int silent_resets = 0;
};
Comparison compare(const NeuronParameters& parameters, double dt_ms, int substeps, bool with_noise,
                   double stimulus_nA) {
    constexpr double mean_nA = 0.9;
    const double sigma_wn = with_noise ? 0.05 : 0.0;
    const CableNeuron neuron = make(parameters, dt_ms, mean_nA, sigma_wn);
    const double sigma_nA = model::background_sigma_nA(sigma_wn, tau_syn_ms);
    const DenseMorphology compartments(parameters);
    CableNeuron::State s = neuron.at_rest();
    std::vector<double> v(compartments.n(), parameters.v_init_mV);
    Comparison found;
    double background = 0.0, tip = 0.0, at_soma = 0.0;
    int held = 0;
    const int stimulus_begin = static_cast<int>(std::lround(100.0 / dt_ms));
    const int stimulus_end = static_cast<int>(std::lround(130.0 / dt_ms));
    for (int k = 0; k * dt_ms < 200.0; ++k) {
        const bool is_stimulated = stimulus_begin <= k && k < stimulus_end;
        const double constant = mean_nA + (is_stimulated ? stimulus_nA : 0.0);
        // Input now and then, at both places.
        const auto drawn = [&](std::uint32_t id) {
            return model::normal_at_step({79}, model::Purpose::background, id, 0, k);
        };
        const bool arrives = k % static_cast<int>(std::lround(3.0 / dt_ms)) == 7;
        const double tip_mV = arrives ? std::abs(drawn(1)) * h_0_mV : 0.0;
        const double soma_mV = arrives ? drawn(2) * h_0_mV : 0.0;

        // The background begins with the first step.
        if (s.refractory == 0.0 && k > 0) {
            found.worst_soma_mV = std::max(found.worst_soma_mV,
                                           std::abs(v[compartments.soma()] - neuron.soma.v_mV(s)));
            found.worst_tip_mV = std::max(found.worst_tip_mV, std::abs(v[0] - neuron.tip.v_mV(s)));
            ++found.compared;
        }
        const CableNeuron::Input arriving = input(neuron, tip_mV, soma_mV);
        const double noise = with_noise ? drawn(3) : 0.0;
        // Of a current that is constant in the step.
        const auto pulse = model::step_pulse(neuron.propagator(), is_stimulated ? stimulus_nA : 0.0,
                                             0.0, 0.0, 0.0);
        const double resets_before = s.silent_resets;
        neuron.advance(s, arriving, noise, {pulse.on_v_mV, pulse.end_nA}, true);
        found.silent_resets += s.silent_resets > resets_before;
        if (s.refractory == neuron.measure_of_spike()) ++found.spikes;
        if (s.refractory > 0.0) held = 1;

        tip += parameters.morphology->synaptic_gain * tip_mV / parameters.r_leak_MOhm;
        at_soma += soma_mV / parameters.r_leak_MOhm;
        // The mean course of noise whose sum over the step is known.
        const double gathered = sigma_nA * noise * neuron.propagator().noise_per_sigma;
        const auto course = [&](double t) {
            return gathered * std::exp(-(dt_ms - t) / tau_syn_ms) *
                   (1.0 - std::exp(-2.0 * t / tau_syn_ms)) /
                   (1.0 - std::exp(-2.0 * dt_ms / tau_syn_ms));
        };
        const auto decay = [&](double t) { return std::exp(-t / tau_syn_ms); };
        if (held) {
            std::ranges::fill(v, parameters.v_reset_mV);
            held = s.refractory > 1.0;
        } else {
            compartments.integrate(
                v, dt_ms, substeps,
                [&](double t) { return constant + (background + at_soma) * decay(t) + course(t); },
                [&](double t) { return tip * decay(t); });
        }
        const double decayed = decay(dt_ms);
        background = background * decayed + gathered;
        at_soma *= decayed;
        tip *= decayed;
    }
    return found;
}

// Without noise the error falls with the square of the step of the compartments, down to the
// transient of the modes, exp(-dt / 16 us). Right after a reset all compartments are at V_reset,
// and modes relax again.
TEST(CableNeuron, IsTheLimitOfAllCompartments) {
    for (const NeuronParameters* parameters : {&small_long, &large_long}) {
        NeuronParameters quiet = *parameters;
        quiet.v_th_mV = 1000.0;  // no resets
        const Comparison coarse = compare(quiet, 0.2, 80, false, 1.5);
        const Comparison fine = compare(quiet, 0.2, 640, false, 1.5);
        EXPECT_EQ(coarse.compared, 999);
        EXPECT_LT(fine.worst_soma_mV, 5e-6);
        // What the constant part of a stimulus at the soma does to the tip is taken from the soma.
        EXPECT_LT(fine.worst_tip_mV, 6e-5);
        EXPECT_GT(coarse.worst_soma_mV, 5.0 * fine.worst_soma_mV);
    }
}

// With noise a compartment lags behind the current by the time constant of the first mode: R times
// what the current gathers meanwhile.
TEST(CableNeuron, FollowsNoiseAsAllCompartmentsDo) {
    NeuronParameters quiet = small_long;
    quiet.v_th_mV = 1000.0;
    const Comparison found = compare(quiet, 0.2, 80, true, 1.5);
    EXPECT_LT(found.worst_soma_mV, 1e-3);
    EXPECT_LT(found.worst_tip_mV, 1e-3);
    EXPECT_GT(found.worst_soma_mV, 1e-5);
}

// Through spikes and silent resets as well: each begins all compartments anew.
TEST(CableNeuron, StaysWithAllCompartmentsThroughResets) {
    for (const Reset reset : {Reset::soma, Reset::any_compartment}) {
        NeuronParameters parameters = small_long;
        parameters.morphology->reset = reset;
        const Comparison found = compare(parameters, 0.2, 80, true, 1.5);
        EXPECT_GT(found.spikes, 5);
        if (reset == Reset::soma) {
            EXPECT_EQ(found.silent_resets, 0);
        }
        EXPECT_GT(found.compared, 700);
        EXPECT_LT(found.worst_soma_mV, 1e-3);
        EXPECT_LT(found.worst_tip_mV, 1e-3);
    }
}

// By a current whose direct effect alone exceeds the threshold.
TEST(CableNeuron, FiresEvery22MsHoweverStronglyItIsDriven) {
    const CableNeuron neuron = make(small_long, 0.2);
    CableNeuron::State s = neuron.at_rest();
    const auto pulse = model::step_pulse(neuron.propagator(), 1050.0, 0.0, 0.0, 0.0);
    std::vector<int> spikes;
    for (int k = 0; k < 500; ++k) {
        neuron.advance(s, {}, 0.0, {pulse.on_v_mV, pulse.end_nA}, true);
        if (s.refractory == neuron.measure_of_spike()) spikes.push_back(k);
    }
    ASSERT_EQ(spikes.size(), 46u);
    EXPECT_EQ(spikes[0], 1) << "the current has acted for a step";
    for (std::size_t i = 1; i < spikes.size(); ++i) EXPECT_EQ(spikes[i] - spikes[i - 1], 11);
}

// A tip that is above threshold while the soma is not.
TEST(CableNeuron, ASilentResetHoldsAsLongAsASpike) {
    const CableNeuron neuron = make(small_long, 0.2);
    const auto course = [&](CableNeuron::State s) {
        std::vector<double> held;
        for (int k = 0; k < 15; ++k) {
            neuron.advance(s, {}, 0.0, {}, true);
            held.push_back(CableNeuron::was_held(s));
        }
        EXPECT_EQ(s.refractory, 0.0);
        return held;
    };
    CableNeuron::State fires = neuron.at_rest(), resets = fires;
    neuron.force_spike(fires);
    resets.v_mV = -55.001;
    resets.i_tip_nA = resets.i_syn_nA = 0.1;
    EXPECT_EQ(neuron.begun(fires, true), neuron.measure_of_spike());
    EXPECT_GT(neuron.begun(resets, true), 0.0);
    EXPECT_LT(neuron.begun(resets, true), neuron.measure_of_spike());
    EXPECT_EQ(neuron.begun(resets, false), 0.0);
    EXPECT_EQ(course(fires), course(resets));
    CableNeuron::State once = resets;
    neuron.advance(once, {}, 0.0, {}, true);
    EXPECT_NE(once.refractory, neuron.measure_of_spike());
    EXPECT_EQ(once.silent_resets, 1.0);

    const CableNeuron by_soma = make(cell(6, 25, 10, Reset::soma), 0.2);
    EXPECT_EQ(by_soma.begun(resets, true), 0.0);
}

}  // namespace
}  // namespace engram::test
