// SPDX-License-Identifier: Apache-2.0
// Problems of configurations: exact texts and lines.
#include "experiment/config_problems.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/errors.hpp"
#include "experiment/configuration.hpp"
#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;

TEST(ConfigProblems, all_problems_at_once_with_lines) {
    EXPECT_EQ(problems_of(R"(simulation:
  duration_s: 60
  sead: 3
connectivity:
  probability: 1.5
groups:
  assembly: {first: 1990, count: 20}
  part: {of: asembly, count: 3}
stimuli:
  learn:
    scheme: STET
    group: assembly
    start_s: 70
    rate_Hz: 6000
    n_inputs: 3
  recall: {scheme: ONEPULSE, group: inh, start_s: 3.00005, n_inputs: .inf}
neuron:
  t_ref_ms: -2
  V_th_mV: high
  V_th_mV: -55
record:
  synapses:
    - [0, 1]
    - [5, 5]
    - [0, 1600]
outputs: {}
)"),
              "configs/x.yaml:3: simulation.sead: unknown key; did you mean 'seed'?\n"
              "configs/x.yaml:5: connectivity.probability: must be in [0, 1] (is 1.5)\n"
              "configs/x.yaml:7: groups.assembly.count: must be an integer in [1, 10] with first = "
              "1990 (is 20)\n"
              "configs/x.yaml:8: groups.part.of: there is no group 'asembly'; did you mean "
              "'assembly'?\n"
              "configs/x.yaml:13: stimuli.learn.start_s: must be less than simulation.duration_s = "
              "60 s (is 70)\n"
              "configs/x.yaml:14: stimuli.learn.rate_Hz: must be at most 5000, one spike per time "
              "step (is 6000)\n"
              "configs/x.yaml:15: stimuli.learn.n_inputs: is not used by scheme STET, which takes "
              "start_s, duration_s, rate_Hz\n"
              "configs/x.yaml:16: stimuli.recall.rate_Hz: is missing\n"
              "configs/x.yaml:16: stimuli.recall.n_inputs: must be a finite number (is .inf)\n"
              "configs/x.yaml:16: stimuli.recall.start_s: must be a multiple of simulation.dt_ms = "
              "0.2 (is 3.00005)\n"
              "configs/x.yaml:18: neuron.t_ref_ms: must be greater than 0 and at most 1e5 (is -2)\n"
              "configs/x.yaml:19: neuron.V_th_mV: must be a finite number (is high)\n"
              "configs/x.yaml:20: neuron.V_th_mV: is given twice (first on line 19)\n"
              "configs/x.yaml:24: record.synapses[1]: a neuron has no synapse onto itself (is [5, "
              "5])\n"
              "configs/x.yaml:25: record.synapses[2]: both ends must be excitatory, an integer in "
              "[0, 1599] (is [0, 1600])\n"
              "configs/x.yaml:26: outputs: unknown key; did you mean 'output'?");
}

TEST(ConfigProblems, problems_carry_their_data) {
    try {
        parse_configuration(minimal + "neuron:\n  t_ref_ms: -2\n", "x.yaml");
        FAIL();
    } catch (const ConfigError& error) {
        ASSERT_EQ(error.problems().size(), 1u);
        EXPECT_EQ(error.problems()[0].file, "x.yaml");
        EXPECT_EQ(error.problems()[0].line, 3);
        EXPECT_EQ(error.problems()[0].key, "neuron.t_ref_ms");
        EXPECT_EQ(error.problems()[0].message, "must be greater than 0 and at most 1e5 (is -2)");
    }
}

// One problem each: what is written, and the text after "configs/x.yaml".
struct BadCase {
    std::string text;
    std::string message;
};

TEST(ConfigProblems, single_problems) {
    const std::vector<BadCase> cases = {
        {"neuron: {}\n", ": simulation.duration_s: is missing"},
        {"simulation: {dt_ms: 0.2}\n", ":1: simulation.duration_s: is missing"},
        {"- 1\n", ":1: must be a map of sections (is a list)"},
        {"simulation: 3\n", ":1: simulation: must be a map of keys and values (is 3)"},
        {"simulation: {duration_s: 0}\n",
         ":1: simulation.duration_s: must be greater than 0 and at most 1e10 (is 0)"},
        {"simulation: {duration_s: 3e}\n",
         ":1: simulation.duration_s: must be a finite number (is 3e)"},
        {"simulation: {duration_s: '3'}\n",
         ":1: simulation.duration_s: must be a finite number (is \"3\")"},
        {"simulation: {duration_s: [3]}\n",
         ":1: simulation.duration_s: must be a finite number (is a list)"},
        {"simulation: {duration_s: }\n",
         ":1: simulation.duration_s: must be a finite number (is empty)"},
        {"simulation: {duration_s: 3, dt_ms: nan}\n",
         ":1: simulation.dt_ms: must be a finite number (is nan)"},
        {"simulation: {duration_s: 3, seed: -1}\n",
         ":1: simulation.seed: must be an integer in [0, 18446744073709551615] (is -1)"},
        {"simulation: {duration_s: 3, fast_forward: no}\n",
         ":1: simulation.fast_forward: must be one of auto, off (is no)"},
        {"simulation: {duration_s: 3, dt_fast_forward_s: 0.0003}\n",
         ":1: simulation.dt_fast_forward_s: must be a multiple of simulation.dt_ms = 0.2 (is "
         "0.0003)"},
        {"simulation: {duration_s: 1e14}\n",
         ":1: simulation.duration_s: must be greater than 0 and at most 1e10 (is 1e14)"},
        {"simulation: {duration_s: 1e10, dt_ms: 0.0001}\n",
         ":1: simulation.duration_s: must be at most 2^52 time steps (is 10000000000)"},
        {minimal + "populations: {n_exc: 0}\n",
         ":2: populations.n_exc: must be an integer in [1, 100000000] (is 0)"},
        {minimal + "populations: {n_exc: 2.5}\n",
         ":2: populations.n_exc: must be an integer in [1, 100000000] (is 2.5)"},
        {minimal + "populations: {n_exc: 4000000000}\n",
         ":2: populations.n_exc: must be an integer in [1, 100000000] (is 4000000000)"},
        {minimal + "populations: {n_exc: 100000000, n_inh: 1}\n",
         ":2: populations.n_inh: n_exc + n_inh must be at most 100000000 (is 100000001)"},
        {minimal + "connectivity: {file: missing.txt}\n",
         ":2: connectivity.file: there is no file " +
             std::filesystem::absolute("configs/missing.txt").string()},
        {minimal + "connectivity: {file: /}\n", ":2: connectivity.file: / is a directory"},
        {minimal + "initial_weights: {stipulated: [{from: inh, to: exc, z: 1}]}\n",
         ":2: initial_weights.stipulated[0].from: group 'inh' has no excitatory neurons, between "
         "which all plastic synapses are"},
        {minimal + "groups: {exc: {first: 0, count: 1}}\n",
         ":2: groups.exc: is a built-in group and cannot be redefined; choose another name"},
        {minimal + "groups: {a.b: {first: 0, count: 1}}\n",
         ":2: groups.a.b: is not a valid name (letters, digits, '_' and '-'; no '-' at the "
         "beginning)"},
        {minimal + "groups: {a: {of: b, count: 3}, b: {of: c, count: 3}, c: {of: b, count: 3}}\n",
         ":2: groups.b.of: refers back to itself: b -> c -> b"},
        {minimal + "groups: {a: {of: exc, count: 3, fraction: 0.1}}\n",
         ":2: groups.a: must have either count or fraction"},
        {minimal + "groups: {a: {random: {of: inh, count: 401}}}\n",
         ":2: groups.a.random.count: must be at most 400, the size of group inh (is 401)"},
        {minimal + "groups: {a: {random: {of: inh, fraction: 0.001}}}\n",
         ":2: groups.a.random.fraction: selects none of the 400 neurons of group inh"},
        {minimal + "groups: {a: {ids: [1, 2, 1]}}\n", ":2: groups.a.ids[2]: is given twice (1)"},
        {minimal + "groups: {a: {ids: [2000]}}\n",
         ":2: groups.a.ids[0]: must be an integer in [0, 1999] (is 2000)"},
        {minimal + "groups: {a: }\n",
         ":2: groups.a: must have first and count, or ids, or of, or union, or intersection, "
         "or random"},
        {minimal + "groups: {a: {ids: [1-4, 9, 3-7]}}\n",
         ":2: groups.a.ids[2]: gives neuron 3 a second time"},
        {minimal + "groups: {a: {ids: [3-7, 5]}}\n", ":2: groups.a.ids[1]: is given twice (5)"},
        {minimal + "groups: {a: {ids: [7-3]}}\n",
         ":2: groups.a.ids[0]: must be a range of ids in [0, 1999], the lower one first (is 7-3)"},
        {minimal + "groups: {a: {ids: [3-2000]}}\n",
         ":2: groups.a.ids[0]: must be a range of ids in [0, 1999], the lower one first (is "
         "3-2000)"},
        {minimal + "groups: {a: {union: [exc, nobody]}}\n",
         ":2: groups.a.union[1]: there is no group 'nobody'; valid are: exc, inh, all, a"},
        {minimal + "groups: {a: {union: exc}}\n",
         ":2: groups.a.union: must be a list of names of groups (is exc)"},
        {minimal + "groups: {a: {union: []}}\n", ":2: groups.a.union: must have at least one name"},
        {minimal + "groups: {a: {union: [exc, exc]}}\n",
         ":2: groups.a.union[1]: is given twice (exc)"},
        {minimal + "groups: {a: {union: [exc, [inh]]}}\n",
         ":2: groups.a.union[1]: must be a name (is a list)"},
        {minimal + "groups: {a: {union: [exc], count: 3}}\n",
         ":2: groups.a.count: unknown key; valid are: union"},
        {minimal + "groups: {a: {union: [exc, b]}, b: {of: exc, except: a}}\n",
         ":2: groups.a.union[1]: refers back to itself: a -> b -> a"},
        {minimal + "groups: {a: {intersection: [exc, a]}}\n",
         ":2: groups.a.intersection[1]: refers back to itself: a -> a"},
        {minimal + "groups: {a: {intersection: [exc, inh]}}\n",
         ":2: groups.a.intersection: has no neurons: its groups share none"},
        {minimal + "groups: {a: {of: exc, except: [inh, all]}}\n",
         ":2: groups.a.except: leaves none of the 1600 neurons of group exc"},
        {minimal + "groups: {a: {of: exc, except: nobody}}\n",
         ":2: groups.a.except: there is no group 'nobody'; valid are: exc, inh, all, a"},
        {minimal + "groups: {a: {of: all, except: exc, count: 401}}\n",
         ":2: groups.a.count: must be at most 400, the size of group all without exc (is 401)"},
        {minimal + "groups: {a: {random: {of: all, except: [exc], fraction: 0.001}}}\n",
         ":2: groups.a.random.fraction: selects none of the 400 neurons of group all without exc"},
        {minimal + "groups: {a: {random: {of: all, except: exc}}}\n",
         ":2: groups.a.random: must have either count or fraction"},
        {minimal + "groups: {a: {except: exc}}\n", ":2: groups.a.of: is missing"},
        {minimal + "populations: {n_inh: 0}\ngroups: {a: {union: [inh]}}\n",
         ":3: groups.a.union: has no neurons: its groups have none"},
        {minimal + "stimuli: {a: {scheme: FULL, group: [exc, nobody], n_inputs: 1, rate_Hz: 1}}\n",
         ":2: stimuli.a.group[1]: there is no group 'nobody'; valid are: exc, inh, all"},
        {minimal + "stimuli: {a: {scheme: FULL, group: [exc, exc], n_inputs: 1, rate_Hz: 1}}\n",
         ":2: stimuli.a.group[1]: is given twice (exc)"},
        {minimal + "stimuli: {a: {scheme: FULL, group: {of: exc}, n_inputs: 1, rate_Hz: 1}}\n",
         ":2: stimuli.a.group: must be a name, or a list of names (is a map)"},
        {minimal + "populations: {n_inh: 0}\nstimuli: {a: {scheme: FULL, group: [exc, inh], "
                   "n_inputs: 1, rate_Hz: 1}}\n",
         ":3: stimuli.a.group[1]: group 'inh' has no neurons"},
        {minimal + "stimuli: {a: {scheme: FULL, group: exc, n_inputs: 1, rate_Hz: 1, "
                   "margin_before_s: 0.0003}}\n",
         ":2: stimuli.a.margin_before_s: must be a multiple of simulation.dt_ms = 0.2 (is "
         "0.0003)"},
        {"simulation: {duration_s: 3, margin_after_s: -1}\n",
         ":1: simulation.margin_after_s: must be in [0, 1e10] (is -1)"},
        {"simulation: {duration_s: 3, margin_before_s: 0.0003}\n",
         ":1: simulation.margin_before_s: must be a multiple of simulation.dt_ms = 0.2 (is "
         "0.0003)"},
        {"simulation: {duration_s: 3, noise_seed: 1.5}\n",
         ":1: simulation.noise_seed: must be an integer in [0, 18446744073709551615] (is 1.5)"},
        {minimal + "neuromodulation: {a: {start_s: 3}}\n",
         ":2: neuromodulation.a.amplitude: is missing"},
        {minimal + "neuromodulation: {a: {amplitude: -0.1}}\n",
         ":2: neuromodulation.a.amplitude: must be in [0, 1000] (is -0.1)"},
        {minimal + "neuromodulation: {a: {amplitude: 1, start_s: 30}}\n",
         ":2: neuromodulation.a.start_s: must be less than simulation.duration_s = 30 s (is 30)"},
        {minimal + "neuromodulation: {a: {amplitude: 1, duration_s: 0}}\n",
         ":2: neuromodulation.a.duration_s: must be greater than 0 and at most 1e10 (is 0)"},
        {minimal + "neuromodulation: {a: {amplitude: 1, start_s: 0.0001}}\n",
         ":2: neuromodulation.a.start_s: must be a multiple of simulation.dt_ms = 0.2 (is 0.0001)"},
        {minimal + "neuromodulation: {a: {amplitude: 1, end_s: 3}}\n",
         ":2: neuromodulation.a.end_s: unknown key; valid are: amplitude, start_s, duration_s"},
        {minimal + "neuromodulation: {a b: {amplitude: 1}}\n",
         ":2: neuromodulation.a b: is not a valid name (letters, digits, '_' and '-'; no '-' at "
         "the beginning)"},
        {minimal + "neuromodulation: [1]\n",
         ":2: neuromodulation: must be a map of keys and values (is a list)"},
        {minimal + "neuromodulation:\n  b: {amplitude: 1, start_s: 5, duration_s: 2}\n"
                   "  a: {amplitude: 2, duration_s: 6}\n",
         ":3: neuromodulation.b.start_s: lies within 'a', which ends at 6 s: intervals of "
         "neuromodulation must not overlap (is 5)"},
        {minimal + "neuromodulation:\n  a: {amplitude: 1}\n  b: {amplitude: 2, start_s: 1, "
                   "duration_s: 2}\n  c: {amplitude: 2, start_s: 4}\n",
         ":4: neuromodulation.b.start_s: lies within 'a', which ends at 30 s: intervals of "
         "neuromodulation must not overlap (is 1)\n"
         "configs/x.yaml:5: neuromodulation.c.start_s: lies within 'a', which ends at 30 s: "
         "intervals of neuromodulation must not overlap (is 4)"},
        {minimal + "plasticity_off: {a: {start_s: 31}}\n",
         ":2: plasticity_off.a.start_s: must be less than simulation.duration_s = 30 s (is 31)"},
        {minimal + "spiking_windows: {a: {start_s: 1, duration_s: 0.0001}}\n",
         ":2: spiking_windows.a.duration_s: must be a multiple of simulation.dt_ms = 0.2 (is "
         "0.0001)"},
        {minimal + "plasticity_off: {a: }\n",
         ":2: plasticity_off.a: is empty; write {} for the whole run, or leave it out"},
        {minimal + "spiking_windows: {a: null}\n",
         ":2: spiking_windows.a: is empty; write {} for the whole run, or leave it out"},
        {minimal + "spiking_windows: {a: {amplitude: 1}}\n",
         ":2: spiking_windows.a.amplitude: unknown key; valid are: start_s, duration_s"},
        {minimal + "populations: {n_inh: 0}\nstimuli: {a: {scheme: FULL, group: inh, n_inputs: 1, "
                   "rate_Hz: 1}}\n",
         ":3: stimuli.a.group: group 'inh' has no neurons"},
        {minimal + "stimuli: {a: {scheme: RECTT, group: exc, start_s: 3}}\n",
         ":2: stimuli.a.scheme: must be one of RECT, ONEPULSE, TRIPLET, STET, WTET, SLFS, WLFS, "
         "POISSON, FULL, EXPLICIT, CURRENT, SINE, WAVEFORM, SPIKES "
         "(is RECTT); did you mean 'RECT'?"},
        {minimal + "stimuli: {a: {scheme: WTET, group: exc, start_s: 3, rate_Hz: 5001}}\n",
         ":2: stimuli.a.rate_Hz: must be at most 5000, one spike per time step (is 5001)"},
        {minimal + "stimuli: {a: {scheme: WTET, group: exc, start_s: 3, duration_s: 2, rate_Hz: "
                   "100}}\n",
         ":2: stimuli.a.duration_s: is not used by scheme WTET, which takes start_s, rate_Hz"},
        {minimal +
             "stimuli: {a: {scheme: POISSON, group: exc, start_s: 3, rate_Hz: 10, train_s: 2, "
             "period_s: 1, repeats: 2}}\n",
         ":2: stimuli.a.period_s: must be at least stimuli.a.train_s = 2, so that trains do not "
         "overlap (is 1)"},
        {minimal + "stimuli: {a: {scheme: POISSON, group: exc, start_s: 3, rate_Hz: 10}}\n",
         ":2: stimuli.a.train_s: is missing"},
        {minimal + "synapses: {rate_threshold_p_Hz: 40, rate_window_s: 0.05, t_ax_delay_ms: 60, "
                   "t_Ca_delay_ms: 60}\n",
         ":2: synapses.rate_window_s: must be at least 0.06, the axonal delay and 192 time steps "
         "(is "
         "0.05)"},
        {minimal + "stimuli: {a: {scheme: WTET, group: exc, start_s: 30, rate_Hz: 100}}\n",
         ":2: stimuli.a.start_s: must be less than simulation.duration_s = 30 s (is 30)"},
        {minimal + "stimuli: {a: {scheme: EXPLICIT, group: exc, spike_times_ms: [3, 3]}}\n",
         ":2: stimuli.a.spike_times_ms[1]: must be ascending (3 follows 3)"},
        {minimal + "stimuli: {a: {scheme: EXPLICIT, group: exc, spike_times_ms: []}}\n",
         ":2: stimuli.a.spike_times_ms: must have at least one time"},
        {minimal + "stimuli: {a: {scheme: EXPLICIT, group: exc, spike_times_ms: [-1]}}\n",
         ":2: stimuli.a.spike_times_ms[0]: must be in [0, 1e13] (is -1)"},
        {minimal + "stimuli: {a: {scheme: EXPLICIT, group: exc, spike_times_ms: [0.3]}}\n",
         ":2: stimuli.a.spike_times_ms[0]: must be a multiple of simulation.dt_ms = 0.2 (is 0.3)"},
        {minimal + "neuron: {V_reset_mV: -55}\n",
         ":2: neuron.V_reset_mV: must be less than neuron.V_th_mV = -55 (is -55)"},
        {minimal + "neuron: {V_init_mV: -50}\n",
         ":2: neuron.V_init_mV: must be less than neuron.V_th_mV = -55 (is -50)"},
        {minimal + "neuron: {t_ref_ms: 0.00000001}\n",
         ":2: neuron.t_ref_ms: must be at least simulation.dt_ms = 0.2 (is 1e-08)"},
        {minimal + "synapses: {theta_p: 1}\n",
         ":2: synapses.theta_p: must be at least synapses.theta_d = 1.2 (is 1)"},
        {minimal + "synapses: {t_ax_delay_ms: 20000}\n",
         ":2: synapses.t_ax_delay_ms: must be at most 65535 time steps (is 20000)"},
        {minimal + "synapses: {t_Ca_delay_ms: 2}\n",
         ":2: synapses.t_Ca_delay_ms: must be at least synapses.t_ax_delay_ms = 3 (is 2)"},
        {minimal + "synapses: {t_Ca_delay_ms: 18.9}\n",
         ":2: synapses.t_Ca_delay_ms: must be a multiple of simulation.dt_ms = 0.2 (is 18.9)"},
        {minimal + "record: {neurons: [1, 1]}\n", ":2: record.neurons[1]: lists neuron 1 again"},
        {minimal + "record: {neurons: inhib}\n",
         ":2: record.neurons: there is no group 'inhib'; did you mean 'inh'?"},
        {minimal + "record: {neurons: 2000}\n",
         ":2: record.neurons: must be an integer in [0, 1999] or the name of a group (is 2000)"},
        {minimal + "record: {synapses: [[1, 2], [1, 2]]}\n",
         ":2: record.synapses[1]: lists synapse [1, 2] again"},
        {minimal + "record: {synapses: [1, 2]}\n",
         ":2: record.synapses[0]: must be a pair [pre, post]\n"
         "configs/x.yaml:2: record.synapses[1]: must be a pair [pre, post]"},
        {minimal + "record: {every_steps: 0}\n",
         ":2: record.every_steps: must be an integer of at least 1 (is 0)"},
        {minimal + "record: {snapshots_s: [31]}\n",
         ":2: record.snapshots_s[0]: must be in [0, simulation.duration_s = 30] (is 31)"},
        {minimal + "record: {snapshots_s: [3, 3]}\n", ":2: record.snapshots_s[1]: lists 3 again"},
        {minimal + "record: {synapses_between: [{from: exc, to: ''}]}\n",
         ":2: record.synapses_between[0].to: there is no group ''; valid are: exc, inh, all"},
        {minimal + "initial_weights: {stipulated: [{from: '', to: exc, z: 0.5}]}\n",
         ":2: initial_weights.stipulated[0].from: there is no group ''; valid are: exc, inh, all"},
        {minimal + "record: {synapses_between: [{from: exc, to: exc, count: 2000000}]}\n",
         ":2: record.synapses_between[0].count: must be an integer in [1, 1000000] (is 2000000)"},
        {minimal + "populations: {n_exc: 1000001}\nrecord: {neurons: exc}\n",
         ":3: record.neurons: group exc has 1000001 neurons; at most 1000000 can be recorded"},
        {minimal + "checkpoint: {every_simulated_s: 0.00005}\n",
         ":2: checkpoint.every_simulated_s: must be 0 (none) or at least one time step (is "
         "0.00005)"},
        {minimal + "neuron: {C_mem_nF: 0.001, R_leak_MOhm: 0.1}\n",
         ":2: neuron.C_mem_nF: R_leak_MOhm * C_mem_nF, the membrane time constant, must be in "
         "[0.001, 1e6] ms (is 0.0001)"},
        {minimal + "synapses: {tau_h_s: 0.002}\n",
         ":2: synapses.tau_h_s: must be at least synapses.t_ax_delay_ms = 3 ms (is 0.002)"},
        {minimal + "stimuli: {a: {scheme: FULL, group: exc, n_inputs: 1e6, rate_Hz: 1e6}}\n",
         ":2: stimuli.a: its current, n_inputs * rate_Hz * h_0_mV / R_leak_MOhm, must be at most "
         "1e9 nA (is 4.2e11)"},
        {minimal + "output: {directory: ''}\n", ":2: output.directory: must not be empty"},
        {minimal + "---\nsimulation: {}\n",
         ":2: a second YAML document begins here; only one is allowed"},
        {minimal + "neuron: [1\n",
         ":2: not valid YAML: a key without a colon, or the end is missing"},
    };
    for (const BadCase& bad : cases)
        EXPECT_EQ(problems_of(bad.text), "configs/x.yaml" + bad.message) << bad.text;
}

TEST(ConfigProblems, an_error_hides_no_others) {
    EXPECT_EQ(
        problems_of(minimal + "populations: {n_exc: 0}\n"
                              "groups: {a: {first: x, count: 3}, b: {}}\n"
                              "stimuli:\n"
                              "  s: {scheme: PULS, group: a, start_s: -1, rate_Hz: fast,\n"
                              "      spike_times_ms: [2, 1]}\n"),
        "configs/x.yaml:2: populations.n_exc: must be an integer in [1, 100000000] (is 0)\n"
        "configs/x.yaml:3: groups.a.first: must be an integer in [0, 99999999] (is x)\n"
        "configs/x.yaml:3: groups.b: must have first and count, or ids, or of, or union, or "
        "intersection, or random\n"
        "configs/x.yaml:5: stimuli.s.scheme: must be one of RECT, ONEPULSE, TRIPLET, STET, "
        "WTET, SLFS, WLFS, POISSON, FULL, EXPLICIT, CURRENT, SINE, WAVEFORM, SPIKES (is PULS)\n"
        "configs/x.yaml:5: stimuli.s.start_s: must be in [0, 1e10] (is -1)\n"
        "configs/x.yaml:5: stimuli.s.rate_Hz: must be a finite number (is fast)\n"
        "configs/x.yaml:6: stimuli.s.spike_times_ms[1]: must be ascending (1 follows 2)");
}

TEST(ConfigProblems, wrong_populations_hide_nothing_that_does_not_depend_on_them) {
    EXPECT_EQ(problems_of(R"(simulation: {duration_s: 30}
populations: {n_exc: 0, n_inh: 5}
groups:
  a: {ids: [1, -2, 1]}
  b: {of: exec, count: 3}
  c: {of: d, count: 3}
  d: {of: c, fraction: 0.5}
  e: {first: 3, count: 4}
  f: {of: e, count: 5}
  g: {of: exc, count: 7}
  h: {random: {of: g, fraction: 0.1}}
record:
  neurons: [7, 7, exc, a, h, nobody]
  synapses:
    - [5, 5]
    - [0, -1]
    - 3
  synapses_between: [{from: exc, to: there}]
  typo: 3
)"),
              "configs/x.yaml:2: populations.n_exc: must be an integer in [1, 100000000] (is 0)\n"
              "configs/x.yaml:4: groups.a.ids[1]: must be an integer in [0, 99999999] (is -2)\n"
              "configs/x.yaml:4: groups.a.ids[2]: is given twice (1)\n"
              "configs/x.yaml:5: groups.b.of: there is no group 'exec'; did you mean 'exc'?\n"
              "configs/x.yaml:6: groups.c.of: refers back to itself: c -> d -> c\n"
              "configs/x.yaml:9: groups.f.count: must be at most 4, the size of group e (is 5)\n"
              "configs/x.yaml:13: record.neurons[1]: lists neuron 7 again\n"
              "configs/x.yaml:13: record.neurons[5]: there is no group 'nobody'; valid are: exc, "
              "inh, all, a, b, c, d, e, f, g, h\n"
              "configs/x.yaml:15: record.synapses[0]: a neuron has no synapse onto itself (is [5, "
              "5])\n"
              "configs/x.yaml:16: record.synapses[1]: both ends must be excitatory, an integer in "
              "[0, 99999999] (is [0, -1])\n"
              "configs/x.yaml:17: record.synapses[2]: must be a pair [pre, post]\n"
              "configs/x.yaml:18: record.synapses_between[0].to: there is no group 'there'; valid "
              "are: exc, inh, all, a, b, c, d, e, f, g, h\n"
              "configs/x.yaml:19: record.typo: unknown key; valid are: neurons, synapses, "
              "synapses_if_present, synapses_between, every_steps, from_s, to_s, export_blocks, "
              "recordings, protein_at_um, spikes, snapshots_s");
}

TEST(ConfigProblems, a_value_in_place_of_a_section_is_the_only_problem_of_it) {
    const std::string text = minimal +
                             "groups: {assembly: {first: 0, count: 100}}\n"
                             "stimuli: {a: {scheme: RECT, group: assembly, start_s: 2, "
                             "duration_s: 1, n_inputs: 25, rate_Hz: 100}}\n"
                             "record: {snapshots_s: [1]}\n";
    for (const char* section : {"simulation", "populations", "connectivity", "groups", "background",
                                "neuron", "synapses", "checkpoint", "output"}) {
        const std::string name = section;
        const std::string problems = problems_of(text, {name + "=3"});
        if (name == "groups")
            EXPECT_NE(problems.find("there is no group 'assembly'"), std::string::npos);
        else
            EXPECT_EQ(problems, "--set " + name + "=3: " + name +
                                    ": must be a map of keys and values (is 3)");
    }
}

TEST(ConfigProblems, a_group_with_one_problem_is_asked_about_its_others) {
    const std::string no_group = "groups.c.of: there is no group 'nowhere'";
    for (const char* rest : {"fraction: 2", "fraction: 0.5, count: 3", "count: x", "color: red"}) {
        const std::string problems =
            problems_of(minimal + "groups: {c: {of: nowhere, " + rest + "}}\n");
        EXPECT_NE(problems.find(no_group), std::string::npos) << problems;
        EXPECT_NE(problems.find('\n'), std::string::npos) << problems;
    }
    const std::string problems = problems_of(minimal + "groups: {c: {of: nowhere}}\n");
    EXPECT_NE(problems.find(no_group), std::string::npos) << problems;
    EXPECT_NE(problems.find("must have either count or fraction"), std::string::npos) << problems;
    EXPECT_NE(problems_of(minimal + "groups: {c: {random: {of: nowhere, fraction: 2}}}\n")
                  .find("groups.c.random.of: there is no group 'nowhere'"),
              std::string::npos);
}

TEST(ConfigProblems, keys_of_ensembles_are_checked_in_single_runs_too) {
    EXPECT_EQ(problems_of(minimal + "trial_results: some\n"
                                    "trials_per_batch: 4\n"
                                    "ranks_per_trial: 0\n"),
              "configs/x.yaml:2: trial_results: must be one of all, none (is some)\n"
              "configs/x.yaml:3: trials_per_batch: must divide trials = 1 (is 4)\n"
              "configs/x.yaml:4: ranks_per_trial: must be an integer in [1, 16777216] (is 0)");
}

TEST(ConfigProblems, a_size_that_is_right_is_used_though_the_other_is_wrong) {
    EXPECT_EQ(problems_of(minimal + "populations: {n_exc: 10, n_inh: -1}\n"
                                    "groups: {a: {of: exc, count: 11}, b: {of: inh, count: 3}}\n"
                                    "record: {synapses: [[0, 10]]}\n"),
              "configs/x.yaml:2: populations.n_inh: must be an integer in [0, 100000000] (is -1)\n"
              "configs/x.yaml:3: groups.a.count: must be at most 10, the size of group exc (is "
              "11)\n"
              "configs/x.yaml:4: record.synapses[0]: both ends must be excitatory, an integer in "
              "[0, 9] (is [0, 10])");
}

TEST(ConfigProblems, keys_are_suggested_by_what_they_mean) {
    const std::pair<std::string, std::string> cases[] = {
        {"seed: 1\n", "simulation.seed"},
        {"connectivity: {w_ee: 1}\n", "synapses.h_0_mV"},
        {"neuron: {tau_syn_ms: 5}\n", "synapses.tau_syn_ms"},
        {"simulation: {duration_s: 1, V_th: -50}\n", "neuron.V_th_mV"},
        {"populations: {p_c: 0.1}\n", "connectivity.probability"},
        {"runtime: 25\n", "simulation.duration_s"},
        {"neuron: {V_th: -50}\n", "V_th_mV"},
        {"groups: {a: {first: 0, count: 1}}\nstimuli: {s: {scheme: ONEPULSE, group: a, start_s: 1, "
         "N_stim: 1, rate_Hz: 1, n_inputs: 2}}\n",
         "n_inputs"},
    };
    for (const auto& [text, meant] : cases) {
        const bool has_duration = text.find("duration_s") != std::string::npos;
        const std::string problems = problems_of(text + (has_duration ? "" : minimal));
        EXPECT_NE(problems.find("unknown key; did you mean '" + meant + "'?"), std::string::npos)
            << text << problems;
    }
}

// Another seed draws other neurons.
TEST(ConfigProblems, a_wrong_seed_makes_no_problems_of_random_groups) {
    EXPECT_EQ(problems_of("simulation: {duration_s: 30, seed: x}\n"
                          "groups: {a: {random: {of: exc, count: 800}}}\n"
                          "stimuli: {s: {scheme: FULL, group: a, n_inputs: 1, rate_Hz: 1}}\n"
                          "record: {neurons: [a, 1, 2, 3, 4, 5, 6, 7, 8, 9]}\n"),
              "configs/x.yaml:1: simulation.seed: must be an integer in [0, 18446744073709551615] "
              "(is x)");
}

TEST(ConfigProblems, every_bad_item_of_a_list_is_named_with_its_line) {
    EXPECT_EQ(
        problems_of(R"(simulation: {duration_s: 30}
stimuli:
  s:
    scheme: EXPLICIT
    group: exc
    spike_times_ms: [3, x, 0.3,
      5,
      -1, 4]
record:
  snapshots_s:
    - 31
    - 3
    - 0.00001
    - fast
    - 3
)"),
        "configs/x.yaml:6: stimuli.s.spike_times_ms[1]: must be a finite number (is x)\n"
        "configs/x.yaml:6: stimuli.s.spike_times_ms[2]: must be a multiple of "
        "simulation.dt_ms = 0.2 (is 0.3)\n"
        "configs/x.yaml:8: stimuli.s.spike_times_ms[4]: must be in [0, 1e13] (is -1)\n"
        "configs/x.yaml:11: record.snapshots_s[0]: must be in [0, simulation.duration_s = 30] "
        "(is 31)\n"
        "configs/x.yaml:13: record.snapshots_s[2]: must be a multiple of simulation.dt_ms = "
        "0.2 (is 0.00001)\n"
        "configs/x.yaml:14: record.snapshots_s[3]: must be a finite number (is fast)\n"
        "configs/x.yaml:15: record.snapshots_s[4]: lists 3 again");
}

TEST(ConfigProblems, long_lists_of_problems_are_cut_short) {
    std::string text = minimal + "neuron: {t_ref_ms: -2}\nrecord:\n  snapshots_s:\n";
    for (int i = 0; i < 1000; ++i) text += "    - " + std::to_string(100 + i) + "\n";
    const std::string problems = problems_of(text);
    EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 11) << problems;
    EXPECT_NE(problems.find("configs/x.yaml:14: record.snapshots_s[9]: "), std::string::npos);
    EXPECT_NE(
        problems.find("configs/x.yaml:15: record.snapshots_s: and 990 more problems from here on"),
        std::string::npos);
}

TEST(ConfigProblems, a_value_off_the_grid_still_bounds_others) {
    const std::string found = problems_of(R"(simulation: {duration_s: 25.0001}
synapses: {t_ax_delay_ms: 3.1, t_Ca_delay_ms: 1}
groups: {a: {first: 0, count: 1}}
stimuli:
  s: {scheme: FULL, group: a, start_s: 99, n_inputs: 1, rate_Hz: 1}
record: {snapshots_s: [1000]}
)");
    for (const char* problem :
         {"duration_s: must be a multiple", "t_ax_delay_ms: must be a multiple",
          "t_Ca_delay_ms: must be at least synapses.t_ax_delay_ms = 3.1",
          "start_s: must be less than simulation.duration_s = 25.0001",
          "snapshots_s[0]: must be in [0, simulation.duration_s = 25.0001]"})
        EXPECT_NE(found.find(problem), std::string::npos) << problem << " in\n" << found;
}

}  // namespace
}  // namespace engram
