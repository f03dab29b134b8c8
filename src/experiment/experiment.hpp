// SPDX-License-Identifier: Apache-2.0
// What the user asked for, validated: the one input of everything that is simulated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/step_time.hpp"
#include "experiment/groups.hpp"
#include "experiment/populations.hpp"
#include "experiment/stimulus_content.hpp"
#include "model/conditions.hpp"
#include "model/parameters.hpp"
#include "model/protein_diffusion.hpp"

namespace engram {

// Of the published network: one probability for all pairs, and the weights of three of its four
// projections.
struct Connectivity {
    double probability = 0.1;         //!< of each ordered pair of different neurons
    std::optional<std::string> file;  //!< 0/1 matrix (row = pre, column = post) instead of a draw
    double w_ei = 2.0;                //!< excitatory-to-inhibitory weight, units of h_0
    double w_ie = 4.0;                //!< inhibitory-to-excitatory weight, units of h_0
    double w_ii = 4.0;                //!< inhibitory-to-inhibitory weight, units of h_0
    bool wired_by_source = false;     //!< see InitialState
    std::string file_checksum;        //!< of what the file must hold; empty: whatever it holds

    bool operator==(const Connectivity&) const = default;
};

enum class Scheme {
    rect,
    onepulse,
    triplet,
    stet,
    wtet,
    slfs,
    wlfs,
    poisson,
    full,
    explicit_spikes,
    current,
    sine,
    waveform,
    spikes
};

// Between the values of a waveform.
enum class Interpolation { held, linear };

// Which part a stimulus plays in the published schedule names.
enum class StimulusRole { learn, recall };

struct Stimulus {
    std::string name;
    Scheme scheme = Scheme::rect;
    StimulusRole role = StimulusRole::learn;
    GroupNames group;  //!< of the neurons that receive it
    double start_s = 0;
    double duration_s = 0;               //!< of the schemes that take it
    double n_inputs = 0;                 //!< N_stim, putative input neurons (OU schemes)
    double rate_Hz = 0;                  //!< of each input (OU schemes), of the Poisson trains
    std::vector<double> spike_times_ms;  //!< of EXPLICIT
    // Of POISSON and CURRENT: the length of a train, the time from one start to the next, and how
    // many.
    double train_s = 0;
    double period_s = 0;
    Step repeats = 1;
    // Of currents that are given as such.
    double mean_nA = 0;
    double sigma_wn_nA_sqrt_s = 0;  //!< amplitude of the white noise, as that of the background
    double amplitude_nA = 0;        //!< of a sine
    double frequency_Hz = 1;
    double phase_deg = 0;  //!< at the start
    // Of what a file gives.
    std::optional<std::string> file = std::nullopt;
    std::string file_checksum;  //!< of what it must hold; empty: whatever it holds
    std::string dataset;        //!< of a waveform in HDF5
    std::string population;     //!< of spikes in HDF5; empty: the only one of the file
    double interval_ms = 0;     //!< of the values of a waveform; 0: the file has times
    Interpolation interpolation = Interpolation::held;
    std::optional<double> weight_h_0 = std::nullopt;  //!< of spikes as input; none: forced spikes
    LoadedContent content;
    //! Detailed computation before and after it; none: as in all of the run.
    std::optional<double> margin_before_s = std::nullopt;
    std::optional<double> margin_after_s = std::nullopt;

    bool operator==(const Stimulus&) const = default;
};

struct RecordedSynapse {
    NeuronId pre = 0;
    NeuronId post = 0;

    bool operator==(const RecordedSynapse&) const = default;
};

// The first so many existing synapses from one group to another, to be recorded.
struct SynapseSelection {
    std::string from;
    std::string to;
    std::uint32_t count = 1;
    friend bool operator==(const SynapseSelection&, const SynapseSelection&) = default;
};

// From one time to another, both included.
struct RegularTimes {
    double every_s = 0;
    double from_s = 0;
    std::optional<double> to_s;  //!< none: the end of the run
};

// Neurons and synapses whose variables are sampled together.
struct TraceRecording {
    std::string name;  //!< empty: the one that the section `record` itself describes
    std::vector<NeuronId> neurons;
    std::vector<RecordedSynapse> synapses;
    //! Recorded if the network has them; see resolve_recorded_synapses.
    std::vector<RecordedSynapse> synapses_if_present;
    //! Not yet looked up in a network; see resolve_recorded_synapses.
    std::vector<SynapseSelection> selections;
    std::optional<std::vector<std::string>> variables;  //!< by their columns; none: all
    Step every_steps = 10;
    // They are sampled from the one to the other, both included; none: to the end of the run.
    double from_s = 0;
    std::optional<double> to_s;

    bool operator==(const TraceRecording&) const = default;
};

// A block of columns of the published text files: a neuron, and one of its inputs.
struct ExportBlock {
    std::optional<NeuronId> pre;  //!< none: no synapse; it need not exist, or be recorded
    NeuronId neuron = 0;
    friend bool operator==(const ExportBlock&, const ExportBlock&) = default;
};

struct Recording : TraceRecording {
    std::vector<TraceRecording> named;  //!< further ones, in the order of the file
    //! In which order tools/engram-export writes traces, beyond what is recorded: none, that of the
    //! recording itself.
    std::vector<ExportBlock> export_blocks;
    //! Where protein is recorded, in all of them, beside the tip of the basal dendrite, from which
    //! it is counted, and the soma.
    std::vector<double> protein_at_um;
    //! Whose spikes are recorded; none: those of all neurons. May be no group.
    std::optional<GroupNames> spikes;
    //! Times of whole-network snapshots of h and z; ascending once they are validated.
    std::vector<double> snapshots_s;

    // All recordings of traces, numbered: the one without a name is the first.
    std::size_t n_recordings() const { return 1 + named.size(); }
    const TraceRecording& recording(std::size_t i) const { return i == 0 ? *this : named[i - 1]; }
    TraceRecording& recording(std::size_t i) { return i == 0 ? *this : named[i - 1]; }

    bool operator==(const Recording&) const = default;
};

// What is told of a run by numbers; see analysis/recall_measures.hpp.
struct MeasureSettings {
    //! Whose memories are measured, beside the first that is learnt; none: all groups that learn,
    //! if there are several.
    std::optional<GroupNames> groups;
    // When spikes are counted at recall [s], from its onset; as published.
    double recall_begin_s = -0.15;
    double recall_end_s = 0.35;
    //! No spikes before the onset count; rates are per the whole length nevertheless.
    bool from_onset = false;
    bool recorded_synapses = false;  //!< largest change and class of each

    bool operator==(const MeasureSettings&) const = default;
};

// When the complete state is saved, so that an interrupted run can be resumed.
struct CheckpointSettings {
    double every_wall_min = 10.0;    //!< wall-clock interval; 0: none by wall clock
    double every_simulated_s = 0.0;  //!< simulated interval; 0: none by simulated time
    bool phase_ends = true;          //!< at the end of every phase
    std::uint32_t keep = 2;          //!< newest checkpoints that are kept
    friend bool operator==(const CheckpointSettings&, const CheckpointSettings&) = default;
};

// A stretch of a run that has a name.
struct Interval {
    std::string name;
    double start_s = 0;
    std::optional<double> duration_s;  //!< none: to the end of the run

    bool operator==(const Interval&) const = default;
};

// In which a neuromodulator is present.
struct Neuromodulation : Interval {
    double amplitude = 0;  //!< relative to h_0 / theta_pro; see model/neuromodulation.hpp

    bool operator==(const Neuromodulation&) const = default;
};

// In which the background of some populations is another one.
struct BackgroundChange : Interval {
    GroupNames group;  //!< all neurons of one population or several
    double mean_nA = 0;
    double sigma_wn_nA_sqrt_s = 0;

    bool operator==(const BackgroundChange&) const = default;
};

// In which plasticity is off.
struct PlasticityPause : Interval {
    bool operator==(const PlasticityPause&) const = default;
};

// Which is computed in detail whatever the stimuli.
struct SpikingWindow : Interval {
    bool operator==(const SpikingWindow&) const = default;
};

using model::ConditionChange;

// A state of another run that this one begins with: h and z of every plastic synapse, and the
// proteins of every neuron. Where the wiring is not given, it is that of the other run too
// (Connectivity::wired_by_source, Projection::wired_by_source).
struct InitialState {
    std::optional<std::string> from;  //!< results directory, network.h5 or checkpoint; none: rest
    std::optional<double> at_s;       //!< time in the other run; none: its last one
    std::string file_checksum;        //!< of the file that must hold it; empty: whatever it holds
    bool proteins = true;             //!< false: there are none

    bool operator==(const InitialState&) const = default;
};

// Initial weights that are the same for all plastic synapses from one group to another.
struct StipulatedWeights {
    std::string from;
    std::string to;
    std::optional<double> h_mV;  //!< none: as the other synapses
    std::optional<double> z;

    bool operator==(const StipulatedWeights&) const = default;
};

// Weights of plastic synapses at the beginning, instead of h = h_0 and z = 0; see
// simulation/initial_weights.hpp.
struct InitialWeights {
    double h_sigma = 0;                         //!< s.d. of ln(h / h_0)
    double z_sigma = 0;                         //!< s.d. of ln(1 + 2 z / z_max)
    std::vector<StipulatedWeights> stipulated;  //!< of two that concern a synapse, the later one

    bool is_given() const { return h_sigma != 0 || z_sigma != 0 || !stipulated.empty(); }
    bool operator==(const InitialWeights&) const = default;
};

enum class FastForward { automatic, off };

struct Experiment {
    std::string description;  //!< free text of the user
    double duration_s = 0;
    double dt_ms = 0.2;
    //! After so long without progress a rank ends; 0: never. No result depends on it.
    double communication_timeout_s = 600;
    std::uint64_t seed = 1;
    //! Of all that is random while the run goes on; none: `seed`, which is that of the network.
    std::optional<std::uint64_t> noise_seed;
    //! Of random wiring; none: `seed`.
    std::optional<std::uint64_t> wiring_seed;
    FastForward fast_forward = FastForward::automatic;
    double dt_fast_forward_s = 50.0;
    double margin_before_s = 5.0;  //!< detailed computation before each stimulus
    double margin_after_s = 5.0;   //!< and after it
    std::vector<SpikingWindow> spiking_windows;
    Populations populations;
    //! Wires the published network; of no meaning where projections are given.
    Connectivity connectivity;
    //! Between named populations, in the order of the file; none: those of the published network.
    std::optional<std::vector<Projection>> given_projections;
    Groups groups;  //!< built-in: one per population, all; then those of the file
    BackgroundParameters background;
    InitialState initial_state;
    InitialWeights initial_weights;
    std::vector<Stimulus> stimuli;
    //! None: theta_pro is that of the synapses. Intervals do not overlap.
    std::optional<std::vector<Neuromodulation>> neuromodulation;
    std::vector<PlasticityPause> plasticity_off;
    //! Of one population they do not overlap.
    std::vector<BackgroundChange> background_changes;
    //! What all but the spiking windows say, see condition_changes; ascending by time, which is a
    //! multiple of dt.
    std::vector<ConditionChange> changes;
    NeuronParameters neuron;
    SynapseParameters synapses;
    Recording record;
    MeasureSettings measures;
    CheckpointSettings checkpoint;
    std::string output_directory;
    bool writes_network = true;    //!< network.h5
    bool indexes_sources = false;  //!< in network.h5, from sources to edges

    //! Number of steps nearest to a time; times are validated to be multiples of dt where it
    //! matters.
    Step steps_from_ms(double time_ms) const;
    Step steps_from_s(double time_s) const { return steps_from_ms(time_s * 1000.0); }
    Step duration_steps() const { return steps_from_s(duration_s); }
    //! Whether a dendrite above threshold resets its neurons without a spike.
    bool resets_silently(const Population& population) const {
        const std::optional<Morphology>& morphology = neuron_of(population).morphology;
        return morphology && morphology->reset == Morphology::Reset::any_compartment;
    }
    const NeuronParameters& neuron_of(const Population& population) const {
        return population.neuron ? *population.neuron : neuron;
    }
    const BackgroundParameters& background_of(const Population& population) const {
        return population.background ? *population.background : background;
    }
    //! Whether the configuration names its populations, rather than giving n_exc and n_inh.
    bool has_named_populations() const { return given_projections.has_value(); }
    //! How proteins diffuse in its neurons.
    model::ProteinDiffusion protein_diffusion() const;
    std::uint64_t seed_of_noise() const { return noise_seed.value_or(seed); }
    std::uint64_t seed_of_wiring() const { return wiring_seed.value_or(seed); }
    //! Number of the site at which fixed synapses onto a population end unless a projection says
    //! otherwise, and input that stimuli bring.
    std::uint32_t site_of_soma(const Population& population) const {
        return neuron_of(population).morphology ? Morphology::soma_site : 0;
    }
    //! All projections by (from, to), with their sites; at most one for each pair of populations.
    std::vector<Projection> projections() const;
    //! \throw std::out_of_range if there is no group of that name
    const Group& group(const std::string& name) const;
    //! Ids of the neurons that receive a stimulus, ascending.
    //! \throw std::out_of_range if there is no group of one of its names
    std::vector<NeuronId> receivers(const Stimulus& stimulus) const {
        return groups.members(stimulus.group);
    }

    bool operator==(const Experiment&) const = default;
};

}  // namespace engram
