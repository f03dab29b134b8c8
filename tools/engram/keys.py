# SPDX-License-Identifier: Apache-2.0
"""All keys of a configuration as classes that editors complete and explain::

    Configuration(
        simulation=Simulation(duration_s=25, seed=2),
        groups={"assembly": {"first": 0, "count": 200}},
        stimuli={"learn": Triplet(group="assembly", start_s=10, n_inputs=25, rate_Hz=100)},
    )

What is left out has its default. Where the program reads a file, an array may stand.
Written by tools/dev/generate_keys.py from docs/configuration.md: change that, and run it again.
"""

# fmt: off
from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Mapping, Sequence


class Part:
    """A part of a configuration. What is None is left out."""

    __slots__ = ()
    _scheme: ClassVar[str] = ""

    def to_dict(self) -> dict[str, Any]:
        """As the map that a configuration has here.

        >>> Simulation(duration_s=25, seed=2).to_dict()
        {'duration_s': 25, 'seed': 2}
        """
        found: dict[str, Any] = {"scheme": self._scheme} if self._scheme else {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                found[field.name.rstrip("_")] = _plain(value)
        return found

    @classmethod
    def help(cls) -> str:
        """What its keys mean, one on each line.

        >>> print(Background.help().splitlines()[0])
        mean_nA: mean current; nA; default 0.15; -10^6 … 10^6
        """
        return "\n".join(f"{key}: {text}" for key, text in HELP[cls.__name__].items())


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value



@dataclass(kw_only=True, slots=True)
class Simulation(Part):
    """Time, seeds, and how a run is computed."""

    duration_s: float | None = None
    """Simulated time; s; required; > 0, <= 10^10 *(steps)*."""

    dt_ms: float | None = None
    """Time step of spiking phases; ms; default 0.2; 10^-4 … 1000."""

    seed: int | None = None
    """Of everything random: wiring, groups, and what noise_seed is the seed of; default 1; 0 …
    2^64-1.
    """

    noise_seed: int | None = None
    """Of everything random while the run goes on: background, stimuli, forced spikes, the early
    phase. Runs that differ in it alone have the same network. null: that of seed; default null; 0 …
    2^64-1, or null.
    """

    wiring_seed: int | None = None
    """Of random wiring alone; null: that of seed. A run that takes its wiring over from another one
    (initial_state) has the seed of that one here; default null; 0 … 2^64-1, or null.
    """

    fast_forward: Literal["auto", "off"] | None = None
    """Auto: consolidation between stimuli is computed without spikes; off: the whole run is spiking
    (phases); default auto; auto, off.
    """

    margin_before_s: float | None = None
    """How long before each stimulus a spiking phase begins (phases); 0: with the stimulus, all
    neurons at rest, as in the published runs with recall after 8 h. The default is rounded to
    steps; s; default 5; 0 … 10^10 *(steps)*.
    """

    margin_after_s: float | None = None
    """How long after each stimulus a spiking phase ends; likewise; s; default 5; 0 … 10^10
    *(steps)*.
    """

    dt_fast_forward_s: float | None = None
    """Sampling interval of traces during consolidation; has no influence on the results; s; default
    50; > 0, <= 10^10 *(steps)*.
    """

    description: str | None = None
    """Kept with the results; default empty; text."""

    communication_timeout_s: float | None = None
    """Of several ranks, one that makes no progress for so long of wall-clock time ends itself, and
    with it the job: another rank, or the network, is lost. Building the network and writing files
    may take ten times as long. 0: never. Results do not depend on it, and a resumed run may have
    another; s; default 600; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Populations(Part):
    """The two populations of the published network."""

    n_exc: int | None = None
    """Excitatory neurons, ids 0 … n_exc-1; default 1600; 1 … 10^8."""

    n_inh: int | None = None
    """Inhibitory neurons, the ids that follow; together at most 10^8; default 400; 0 … 10^8."""


@dataclass(kw_only=True, slots=True)
class Connectivity(Part):
    """The wiring of the two populations."""

    probability: float | None = None
    """That a neuron is connected to another one, for each ordered pair; default 0.1; 0 … 1."""

    file: Any | None = None
    """Connection matrix of 0 and 1, row = presynaptic, column = postsynaptic, or edges in SONATA
    format (HDF5), instead of a random draw; relative to the directory of the configuration file;
    default null; path.
    """

    file_checksum: str | None = None
    """Checksum of what file holds: empty, or as the resolved configuration notes it; then another
    content is refused; default empty; text.
    """

    w_ei: float | None = None
    """Weight, excitatory to inhibitory; h_0; default 2; 0 … 10^6, less with many inputs."""

    w_ie: float | None = None
    """Weight, inhibitory to excitatory (the sign is understood); h_0; default 4; 0 … 10^6,
    likewise.
    """

    w_ii: float | None = None
    """Weight, inhibitory to inhibitory (the sign is understood); h_0; default 4; 0 … 10^6,
    likewise.
    """


@dataclass(kw_only=True, slots=True)
class Population(Part):
    """A population by name, an entry of `populations`."""

    count: int | None = None
    """Neurons; all populations together at most 10^8; at most 255 populations; required; 1 … 10^8.
    """

    kind: Literal["excitatory", "inhibitory"] | None = None
    """The sign of what its neurons do to others; required; excitatory, inhibitory."""

    neuron: Neuron | Mapping[str, Any] | None = None
    """Where its neurons differ from that section; any keys of neuron."""

    background: Background | Mapping[str, Any] | None = None
    """Where its background current differs from that section; any keys of background."""


@dataclass(kw_only=True, slots=True)
class Projection(Part):
    """Synapses between named populations, an entry of `projections`."""

    from_: str | None = None
    """Presynaptic and postsynaptic population; populations."""

    to: str | None = None
    """Presynaptic and postsynaptic population; populations."""

    probability: float | None = None
    """That a neuron is connected to another one, for each pair; 0 … 1."""

    file: Any | None = None
    """Instead of a probability: a matrix of 0 and 1 with a row for each neuron of from and a column
    for each of to, or edges in SONATA format, of which the group /edges/<from>_<to> is read; else
    as connectivity.file; path.
    """

    file_checksum: str | None = None
    """Checksum of what file holds, as of connectivity; text."""

    plastic: bool | None = None
    """True: between excitatory populations: weights begin at h_0 and change by the rules of
    synapses; false, true.
    """

    weight_h_0: float | None = None
    """Otherwise required: the fixed weight; at least 0 from excitatory, at most 0 from inhibitory
    populations; h_0; -10^6 … 10^6, less with many inputs.
    """

    site: Literal["soma", "tip"] | None = None
    """Where on target neurons with a morphology the synapses end: at the soma, or at the tip of the
    basal dendrite. By default plastic synapses at the tip, which they must, others at the soma;
    soma, tip.
    """


@dataclass(kw_only=True, slots=True)
class InitialState(Part):
    """The state of another run that this one begins with."""

    from_: str | None = None
    """Results directory of a complete run, its network.h5, or a checkpoint of any run, relative to
    the directory of the configuration file (of --from: to the present one). null: all synapses
    begin with h_0 and z = 0, or with initial_weights; default null; path.
    """

    at_s: float | None = None
    """Time of the state in the other run, at which it must have a snapshot or a checkpoint; of a
    directory both are looked for. null: the last one; s; default null; 0 … 10^10.
    """

    file_checksum: str | None = None
    """Checksum of the file that holds the state: empty, or as the resolved configuration notes it;
    then another content is refused; default empty; text.
    """

    proteins: bool | None = None
    """Whether proteins are taken over; a network.h5 of before 0.4.0 has none; default true; false,
    true.
    """


@dataclass(kw_only=True, slots=True)
class InitialWeights(Part):
    """Weights of plastic synapses at the beginning."""

    h_sigma: float | None = None
    """S.d. of ln(h / h_0); 0: all are h_0; default 0; 0 … 1."""

    z_sigma: float | None = None
    """S.d. of ln(1 + 2z / z_max); 0: all are 0; default 0; 0 … 1."""

    stipulated: Sequence[Any] | Any | None = None
    """Weights of all plastic synapses from one group to another, each {from: GROUP, to: GROUP,
    h_mV: H, z: Z}; H from 0 to 10^4, Z from -0.5 to synapses.z_max. What is left out of h_mV and z
    stays as it is; of two entries that concern a synapse the later one holds; default []; list of
    maps.
    """

    h_mV: Any | None = None
    """In Python alone: early-phase weights by gid, rows presynaptic; mV."""

    z: Any | None = None
    """In Python alone: late-phase weights, likewise."""


@dataclass(kw_only=True, slots=True)
class Background(Part):
    """The current that every neuron has in spiking phases."""

    mean_nA: float | None = None
    """Mean current; nA; default 0.15; -10^6 … 10^6."""

    sigma_wn_nA_sqrt_s: float | None = None
    """Amplitude of the white noise; the current has the standard deviation
    sigma_wn*sqrt(1000/(2*tau_syn_ms)) nA; nA s^1/2; default 0.05; 0 … 10^6.
    """


@dataclass(kw_only=True, slots=True)
class BackgroundChange(Part):
    """An entry of `background_changes`."""

    group: str | Sequence[str] | None = None
    """Whose background it is: of populations, or parts of them; required; a group, or a list of
    groups.
    """

    mean_nA: float | None = None
    """Mean current; with sigma_wn_nA_sqrt_s 0 and this 0 there is no background; nA; required;
    -10^6 … 10^6.
    """

    sigma_wn_nA_sqrt_s: float | None = None
    """Amplitude of the white noise; nA s^1/2; required; 0 … 10^6."""

    start_s: float | None = None
    """Start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; null: to the end of the run; s; default null; > 0, <= 10^10 *(steps)*."""


@dataclass(kw_only=True, slots=True)
class Neuron(Part):
    """Parameters of neurons."""

    V_init_mV: float | None = None
    """Membrane potential at the start of a spiking phase; mV; default -65; -10^6 … 10^6, < V_th_mV.
    """

    V_rev_mV: float | None = None
    """Leak reversal potential; mV; default -65; -10^6 … 10^6."""

    V_reset_mV: float | None = None
    """Potential during the refractory period; mV; default -70; -10^6 … 10^6, < V_th_mV."""

    V_th_mV: float | None = None
    """Spike threshold; mV; default -55; -10^6 … 10^6."""

    R_leak_MOhm: float | None = None
    """Leak resistance; MOhm; default 10; 10^-3 … 10^6."""

    C_mem_nF: float | None = None
    """Membrane capacitance; the time constant is R_leak*C_mem ms, 10^-3 … 10^6; nF; default 1;
    10^-6 … 10^6.
    """

    t_ref_ms: float | None = None
    """Absolute refractory period; ms; default 2; > 0, <= 10^5, >= dt_ms *(steps)*."""

    morphology: Morphology | Mapping[str, Any] | None = None
    """Neurons as cables of soma and two dendrites; null: points. morphology: {} is one with all
    defaults; default null; any keys of neuron.morphology, or null.
    """

    protein_diffusivity_um2_per_s: float | None = None
    """Diffusivity of proteins along the cell, from the soma to the synapses; .inf: they are the
    same everywhere at once. Needs a morphology, and, if it is finite, synapses.z_max 1 and no rate
    thresholds; um^2/s; default .inf; 0 … 10^12, or .inf.
    """


@dataclass(kw_only=True, slots=True)
class Morphology(Part):
    """The shape of a neuron that is no point."""

    soma_radius_um: float | None = None
    """Radius of the whole cylinder; the soma is twice as long, and the zone of synthesis; um;
    default 6; 0.01 … 1000.
    """

    basal_dendrite_um: float | None = None
    """Length of the dendrite that carries the plastic synapses at its tip; um; default 10; 0 …
    10^4.
    """

    apical_dendrite_um: float | None = None
    """Length of the other one; um; default 25; 0 … 10^4."""

    compartment_um: float | None = None
    """Length of the zone of synthesis in the middle of the soma, which is longer by it: another
    value is another cell, not only a finer one. It is cut into as few equal compartments as are no
    longer; um; default 1; 10^-3 … 1000; at most 10000 compartments.
    """

    axial_resistivity_Ohm_cm: float | None = None
    """Of the cytoplasm; 0: the potential is the same everywhere; Ohm cm; default 35.4; 0 … 10^6;
    potential must spread along the cell ten times as fast as the membrane and synaptic currents
    decay.
    """

    capacitance: Literal["cell", "published"] | None = None
    """Cell: C_mem_nF is that of the whole cell. published: it is that of the cell without the zone
    of synthesis, as in the published program, whose cells are 2 to 7 % too large for it; default
    cell; cell, published.
    """

    synaptic_gain: float | None = None
    """Factor of the currents of synapses at the tip; with the published capacitance 1.02 makes up
    for it. Weights are left alone; default 1; 0 … 100.
    """

    reset: Literal["soma", "any_compartment"] | None = None
    """Soma: the threshold is that of the soma. any_compartment: a basal tip that is above threshold
    while the soma is not resets the cell too, without a spike, as in the published program;
    summary.json counts how often; default soma; soma, any_compartment.
    """


@dataclass(kw_only=True, slots=True)
class Synapses(Part):
    """Parameters of synapses and their plasticity."""

    tau_syn_ms: float | None = None
    """Decay of the synaptic current, and of stimulus and background currents; ms; default 5; 10^-3
    … 10^6.
    """

    t_ax_delay_ms: float | None = None
    """Axonal delay; ms; default 3; > 0, <= 10^5, >= dt_ms, <= 65535 steps *(steps)*."""

    h_0_mV: float | None = None
    """Initial early-phase weight; unit of the fixed weights; mV; default 4.20075; 10^-6 … 10^5,
    less with many inputs.
    """

    t_Ca_delay_ms: float | None = None
    """Delay of presynaptic calcium influx; ms; default 18.8; 0 … 10^5, >= t_ax_delay_ms *(steps)*.
    """

    Ca_pre: float | None = None
    """Calcium jump per presynaptic spike (1.0 in single-synapse studies); default 0.6; 0 … 10^6."""

    Ca_post: float | None = None
    """Calcium jump per postsynaptic spike (0.2758 in single-synapse studies); default 0.1655; 0 …
    10^6.
    """

    tau_Ca_ms: float | None = None
    """Decay of calcium; ms; default 48.8; 10^-3 … 10^6."""

    tau_h_s: float | None = None
    """Early-phase time constant; s; default 688.4; 10^-3 … 10^9, >= t_ax_delay_ms."""

    gamma_p: float | None = None
    """Potentiation rate; default 1645.6; 0 … 10^9."""

    gamma_d: float | None = None
    """Depression rate; default 313.1; 0 … 10^9."""

    theta_p: float | None = None
    """Calcium threshold of potentiation; default 3; 10^-6 … 10^9, >= theta_d."""

    theta_d: float | None = None
    """Calcium threshold of depression; default 1.2; 10^-6 … 10^9."""

    sigma_pl_mV: float | None = None
    """Noise of the early phase; 0 makes it deterministic; mV; default 2.90436; 0 … 10^6, less with
    many inputs.
    """

    theta_pro_mV: float | None = None
    """Summed early-phase change that starts protein synthesis; where there is neuromodulation, that
    gives it instead; mV; default 2.10037; 10^-6 … 10^9.
    """

    theta_tag_mV: float | None = None
    """Early-phase change that sets a tag; mV; default 0.840149; 10^-6 … 10^9."""

    p_max_umol_per_l: float | None = None
    """Protein amount that synthesis tends to; umol/l; default 10; 0 … 10^9."""

    tau_p_s: float | None = None
    """Protein time constant; synthesis is switched every 15 ms (or 192 steps if that is less),
    which is exact enough for time constants far longer than that; s; default 3600; 10^-3 … 10^9.
    """

    tau_z_s: float | None = None
    """Late-phase time constant; likewise for the end of tags; s; default 3600; 10^-3 … 10^9."""

    f_int_l_per_umol: float | None = None
    """Late-phase integration rate; l/umol; default 0.1; 0 … 10^6."""

    z_max: float | None = None
    """Late-phase weight that potentiation tends to, at an initial speed that does not depend on it:
    tau_z dz/dt = f_int p (1 - z/z_max). Depression tends to -0.5; default 1; 10^-6 … 1000, less
    with many inputs.
    """

    protein_pools: Literal["C", "P/D", "P/C/D"] | None = None
    """The plasticity-related proteins of a neuron, below; C where neurons have a morphology;
    default C; C, P/D, P/C/D.
    """

    rate_threshold_p_Hz: float | None = None
    """Rate threshold of potentiation; 0: none; Hz; default 0; 0 … 10^6."""

    rate_threshold_d_Hz: float | None = None
    """Rate threshold of depression; 0: none; Hz; default 0; 0 … 10^6."""

    rate_window_s: float | None = None
    """Time over which rates are counted for them; s; default 0.5; 0.05 … 100; with rate thresholds
    >= t_ax_delay_ms and >= 192 time steps.
    """


@dataclass(kw_only=True, slots=True)
class Neuromodulation(Part):
    """An entry of `neuromodulation`."""

    amplitude: float | None = None
    """Nm: the threshold is h_0/(nm + 0.001) within the interval. Published levels are 0 (none),
    0.06 (low), 0.12 (moderate) and 0.18 (high); required; 0 … 1000.
    """

    start_s: float | None = None
    """Start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; null: to the end of the run. What lasts longer than the run is cut off; s; default
    null; > 0, <= 10^10 *(steps)*.
    """


@dataclass(kw_only=True, slots=True)
class PlasticityOff(Part):
    """An entry of `plasticity_off`."""

    start_s: float | None = None
    """Start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; null: to the end of the run; s; default null; > 0, <= 10^10 *(steps)*."""


@dataclass(kw_only=True, slots=True)
class SpikingWindow(Part):
    """An entry of `spiking_windows`."""

    start_s: float | None = None
    """Start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; null: to the end of the run; s; default null; > 0, <= 10^10 *(steps)*."""


@dataclass(kw_only=True, slots=True)
class Record(Part):
    """What is recorded."""

    neurons: str | Sequence[int | str] | Any | None = None
    """Neurons to trace: a list of ids and names, or one name; none twice, 10^6 at most; default [];
    ids, names of groups.
    """

    synapses: Sequence[Any] | Any | None = None
    """Plastic synapses to trace: both ends excitatory, different, none twice. They must exist in
    the network, which engram check draws or reads to find out; default []; pairs [pre, post].
    """

    synapses_if_present: Sequence[Any] | Any | None = None
    """The same, but those that the network does not have are left out; default []; pairs [pre,
    post].
    """

    synapses_between: Sequence[Any] | Any | None = None
    """Plastic synapses to trace that need not be known by id: each {from: GROUP, to: GROUP, count:
    N} (count 1 if left out) stands for the first N synapses from one group to the other, by target,
    then source, that exist and are not listed yet. The resolved configuration names them under
    synapses; default []; list of maps.
    """

    every_steps: int | None = None
    """Sampling interval of traces in spiking phases; steps; default 10; >= 1."""

    recordings: Mapping[str, Recording | Mapping[str, Any]] | None = None
    """Further recordings by name, each with neurons, synapses, variables, an interval and times of
    its own: see named recordings; default {}; maps.
    """

    export_blocks: Literal["[pre, neuron]"] | None = None
    """In which order engram-export writes traces: a block of columns for each pair, as often as it
    is listed; pre is -1 where no synapse is meant. It records nothing, and a synapse that does not
    exist is written as zeros. From engram import; default []; pairs [pre, neuron].
    """

    protein_at_um: Sequence[Any] | Any | None = None
    """Where proteins are traced beside the tip of the basal dendrite, from which this is counted,
    and the middle of the soma; none twice. Needs a finite neuron.protein_diffusivity_um2_per_s; um;
    default []; 0 … 10^5, within the cells.
    """

    from_s: float | None = None
    """Traces are sampled from here; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*."""

    to_s: float | None = None
    """To here; null: to the end of the run; s; default null; 0 … 10^10, >= from_s *(steps)*."""

    spikes: str | Sequence[str] | None = None
    """Whose spikes are recorded: one name, or a list, of which [] is nobody; null: those of all
    neurons. Simulated are all, and counted in summary.json. Tools that need spikes that were not
    recorded say so. In ensembles only with trial_results: none, where measures are taken of all
    spikes; default null; names of groups.
    """

    snapshots_s: Sequence[float] | RegularSnapshots | Mapping[str, Any] | Any | None = None
    """Times of snapshots of h and z of all plastic synapses, and of the proteins: a list, or a map;
    s; default []; 0 … 10^10, <= simulation.duration_s *(steps)*.
    """


@dataclass(kw_only=True, slots=True)
class Recording(Part):
    """A further recording by name, an entry of `recordings`."""

    neurons: str | Sequence[int | str] | Any | None = None
    """Neurons to trace, as in record; default []; ids, names of groups."""

    synapses: Sequence[Any] | Any | None = None
    """Plastic synapses to trace; default []; pairs [pre, post]."""

    synapses_if_present: Sequence[Any] | Any | None = None
    """Those of them that the network has; default []; pairs [pre, post]."""

    synapses_between: Sequence[Any] | Any | None = None
    """Synapses that need not be known by id; default []; list of maps."""

    variables: str | Sequence[str] | None = None
    """Variables that are kept: one, or a list; null: all; default null; names."""

    every_steps: int | None = None
    """In spiking phases; consolidation is sampled every simulation.dt_fast_forward_s; steps;
    default 10; >= 1.
    """

    from_s: float | None = None
    """From here; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*."""

    to_s: float | None = None
    """To here; null: to the end of the run; s; default null; 0 … 10^10, >= from_s *(steps)*."""


@dataclass(kw_only=True, slots=True)
class RegularSnapshots(Part):
    """Snapshots at regular times, of `snapshots_s`."""

    every_s: float | None = None
    """From one to the next; s; required; > 0, <= 10^10 *(steps)*."""

    from_s: float | None = None
    """The first; s; default 0; 0 … 10^10 *(steps)*."""

    to_s: float | None = None
    """None after it; null: the end of the run as it begins; a run that is extended has no more of
    them; s; default null; 0 … 10^10.
    """


@dataclass(kw_only=True, slots=True)
class Measures(Part):
    """What is measured of each run."""

    groups: str | Sequence[str] | None = None
    """The memories of which rates, Q, MI and mean weights are told one by one, and weights between
    them, at most 100; their excitatory neurons count. null: all groups that learn, if there are at
    least two and at most 100. An overlap is measured if it has a name: groups: [A, B, both];
    default null; a group, or a list of groups.
    """

    recall_begin_s: float | None = None
    """When spikes of a recall are counted, from its onset; by default as published, 0.5 s around
    0.1 s after it; s; default -0.15; -10^10 … 10^10.
    """

    recall_end_s: float | None = None
    """Until then; s; default 0.35; -10^10 … 10^10, > recall_begin_s."""

    from_onset: bool | None = None
    """No spikes before the onset count, though rates are per the whole length: published runs of 8
    h are at rest until recall; default false; false, true.
    """

    recorded_synapses: bool | None = None
    """The largest change and the class of plasticity of each synapse of record.synapses and
    record.synapses_between, told from its samples; default false; false, true.
    """


@dataclass(kw_only=True, slots=True)
class Checkpoint(Part):
    """When the state is saved."""

    every_wall_min: float | None = None
    """Wall-clock interval; 0: none by wall clock; min; default 10; 0 … 10^9."""

    every_simulated_s: float | None = None
    """Simulated interval within phases; 0: none by simulated time; s; default 0; 0 … 10^10; 0, or
    >= dt_ms.
    """

    phase_ends: bool | None = None
    """At the end of every phase; of the last one up to 15 ms before its end, or before it if it is
    consolidation: so that the complete run can be extended; default true; false, true.
    """

    keep: int | None = None
    """Newest checkpoints that are kept; older ones are removed; default 2; >= 1."""


@dataclass(kw_only=True, slots=True)
class Output(Part):
    """Where results go, and which."""

    directory: str | None = None
    """Where the results go, relative to the working directory. --force replaces results of Engram
    only: neither other files, nor files of the same names in a directory that no run has made;
    default results/ and the name of the configuration file without its extension; text.
    """

    network: bool | None = None
    """Whether network.h5 is written, with all synapses (8 bytes each, or 12) and the weights of
    plastic ones at the end and in snapshots (16 bytes each, 8 while all have the same z). Must be
    true where there are record.snapshots_s; trials of ensembles without these write it only if
    asked. All else works without it, but for what reads synapses: analyses of weights and
    connections, and connectivity.file of another run. Measures of ensembles need none; default
    true; false, true.
    """

    index_by_source: bool | None = None
    """Whether network.h5 has an index from each source to its edges too, of up to 16 bytes per
    synapse. Only SONATA readers that ask for edges by their source need it, e.g. efferent_edges and
    connecting_edges of libsonata; default false; false, true.
    """


@dataclass(kw_only=True, slots=True)
class Rect(Part):
    """The stimulus scheme RECT: current from start_s for duration_s."""

    _scheme: ClassVar[str] = "RECT"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*."""

    n_inputs: float | None = None
    """Number of input neurons that the current stands for; required; 0 … 10^9; the current is at
    most 10^9 nA.
    """

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; required; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Onepulse(Part):
    """The stimulus scheme ONEPULSE: current for 0.1 s."""

    _scheme: ClassVar[str] = "ONEPULSE"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    n_inputs: float | None = None
    """Number of input neurons that the current stands for; required; 0 … 10^9; the current is at
    most 10^9 nA.
    """

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; required; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Triplet(Part):
    """The stimulus scheme TRIPLET: three pulses of 0.1 s at +0, +0.5 and +1 s."""

    _scheme: ClassVar[str] = "TRIPLET"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    n_inputs: float | None = None
    """Number of input neurons that the current stands for; required; 0 … 10^9; the current is at
    most 10^9 nA.
    """

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; required; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Stet(Part):
    """The stimulus scheme STET: strong tetanus: three 1 s trains of forced Poisson spikes, at +0,
    +duration_s/2, +duration_s.
    """

    _scheme: ClassVar[str] = "STET"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; for STET from the first to the last start; s; default 1200; > 0, <= 10^10 *(steps)*.
    """

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; required; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Wtet(Part):
    """The stimulus scheme WTET: weak tetanus: one train of forced Poisson spikes for 0.2 s;
    published with 100 Hz.
    """

    _scheme: ClassVar[str] = "WTET"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; required; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Slfs(Part):
    """The stimulus scheme SLFS: strong low-frequency stimulation: 900 bursts of forced Poisson
    spikes of 0.15 s, one every 1.15 s.
    """

    _scheme: ClassVar[str] = "SLFS"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; default 20; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Wlfs(Part):
    """The stimulus scheme WLFS: weak low-frequency stimulation: one train of forced Poisson spikes
    for 900 s.
    """

    _scheme: ClassVar[str] = "WLFS"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; default 1; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Poisson(Part):
    """The stimulus scheme POISSON: trains of forced Poisson spikes, as many as wanted; the time
    between them is simulated in detail, too. A train loses the spikes that fall into the refractory
    period of its receivers: of 100 Hz 84 are left with 2 ms, all with a t_ref_ms of dt_ms.
    """

    _scheme: ClassVar[str] = "POISSON"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; required; 0 … 10^9.
    """

    train_s: float | None = None
    """Length of each train of Poisson spikes, or of current; s; required; > 0, <= 10^10 *(steps)*.
    """

    period_s: float | None = None
    """From the start of a train to that of the next; s; default 0; 0 … 10^10, >= train_s of several
    trains *(steps)*.
    """

    repeats: int | None = None
    """Number of trains; default 1; 1 … 10^5."""


@dataclass(kw_only=True, slots=True)
class Full(Part):
    """The stimulus scheme FULL: current from start_s to the end."""

    _scheme: ClassVar[str] = "FULL"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*."""

    n_inputs: float | None = None
    """Number of input neurons that the current stands for; required; 0 … 10^9; the current is at
    most 10^9 nA.
    """

    rate_Hz: float | None = None
    """Firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one
    spike per step; Hz; required; 0 … 10^9.
    """


@dataclass(kw_only=True, slots=True)
class Explicit(Part):
    """The stimulus scheme EXPLICIT: one forced spike of each receiver at each time."""

    _scheme: ClassVar[str] = "EXPLICIT"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    spike_times_ms: Sequence[Any] | Any | None = None
    """Times of forced spikes; ms; required; 0 … 10^13, < simulation.duration_s, ascending
    *(steps)*.
    """


@dataclass(kw_only=True, slots=True)
class Current(Part):
    """The stimulus scheme CURRENT: trains of a current that is given as such, the same in all
    receivers but for the noise; it may be negative.
    """

    _scheme: ClassVar[str] = "CURRENT"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    train_s: float | None = None
    """Length of each train of Poisson spikes, or of current; s; required; > 0, <= 10^10 *(steps)*.
    """

    period_s: float | None = None
    """From the start of a train to that of the next; s; default 0; 0 … 10^10, >= train_s of several
    trains *(steps)*.
    """

    repeats: int | None = None
    """Number of trains; default 1; 1 … 10^5."""

    mean_nA: float | None = None
    """Mean of the current; nA; required; -10^6 … 10^6."""

    sigma_wn_nA_sqrt_s: float | None = None
    """Amplitude of its white noise, as of the background; 0: no noise; nA s^1/2; default 0; 0 …
    10^6.
    """


@dataclass(kw_only=True, slots=True)
class Sine(Part):
    """The stimulus scheme SINE: current mean + amplitude*sin(2 pi (frequency*t + phase/360)), t
    from start_s on; without noise, constant within each step.
    """

    _scheme: ClassVar[str] = "SINE"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*."""

    mean_nA: float | None = None
    """Mean of the current; nA; default 0; -10^6 … 10^6."""

    amplitude_nA: float | None = None
    """Of a sine; nA; required; -10^6 … 10^6."""

    frequency_Hz: float | None = None
    """Of a sine; Hz; required; > 0, <= 10^7, <= 500/dt_ms."""

    phase_deg: float | None = None
    """Of a sine at its start; degrees; default 0; -360 … 360."""


@dataclass(kw_only=True, slots=True)
class Waveform(Part):
    """The stimulus scheme WAVEFORM: current from a file, without noise, constant within each step.
    """

    _scheme: ClassVar[str] = "WAVEFORM"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*."""

    file: Any | None = None
    """What a file gives; relative to the directory of the configuration file; required; path."""

    file_checksum: str | None = None
    """Checksum of what the file holds: empty, or as the resolved configuration notes it; then
    another content is refused; text.
    """

    dataset: str | None = None
    """Of a waveform in HDF5: the dataset; text."""

    interval_ms: float | None = None
    """From one value of a waveform to the next; 0: the file has times; ms; default 0; 0 … 10^9; 0,
    or >= dt_ms *(steps)*.
    """

    interpolation: Literal["held", "linear"] | None = None
    """Between the values of a waveform: each holds until the next, or straight lines lead from one
    to the next; held, linear.
    """


@dataclass(kw_only=True, slots=True)
class Spikes(Part):
    """The stimulus scheme SPIKES: spikes of single neurons from a file: forced, or as synaptic
    input.
    """

    _scheme: ClassVar[str] = "SPIKES"

    group: str | Sequence[str] | None = None
    """Who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a
    list of groups.
    """

    role: Literal["learn", "recall"] | None = None
    """Part in the schedule; default recall for names that begin with recall, else learn; learn,
    recall.
    """

    margin_before_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    margin_after_s: float | None = None
    """Where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*."""

    start_s: float | None = None
    """Start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*."""

    duration_s: float | None = None
    """Length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*."""

    file: Any | None = None
    """What a file gives; relative to the directory of the configuration file; required; path."""

    file_checksum: str | None = None
    """Checksum of what the file holds: empty, or as the resolved configuration notes it; then
    another content is refused; text.
    """

    population: str | None = None
    """Of spikes in HDF5: the group /spikes/POPULATION; empty: the only one; text."""

    weight_h_0: float | None = None
    """Input by each spike, as by that of a synapse of this weight; null: the spikes are forced;
    h_0; -10^6 … 10^6, less with many spikes at once.
    """


@dataclass(kw_only=True, slots=True)
class Configuration(Part):
    """A whole configuration, of a run or an ensemble."""

    simulation: Simulation | Mapping[str, Any] | None = None
    populations: Populations | Mapping[str, Population | Mapping[str, Any]] | Mapping[str, Any] | None = None
    connectivity: Connectivity | Mapping[str, Any] | None = None
    projections: Mapping[str, Projection | Mapping[str, Any]] | None = None
    groups: Mapping[str, Mapping[str, Any]] | None = None
    initial_state: InitialState | Mapping[str, Any] | None = None
    initial_weights: InitialWeights | Mapping[str, Any] | None = None
    background: Background | Mapping[str, Any] | None = None
    stimuli: Mapping[str, Part | Mapping[str, Any]] | None = None
    background_changes: Mapping[str, BackgroundChange | Mapping[str, Any]] | None = None
    neuron: Neuron | Mapping[str, Any] | None = None
    synapses: Synapses | Mapping[str, Any] | None = None
    neuromodulation: Mapping[str, Neuromodulation | Mapping[str, Any]] | None = None
    plasticity_off: Mapping[str, PlasticityOff | Mapping[str, Any]] | None = None
    spiking_windows: Mapping[str, SpikingWindow | Mapping[str, Any]] | None = None
    record: Record | Mapping[str, Any] | None = None
    measures: Measures | Mapping[str, Any] | None = None
    checkpoint: Checkpoint | Mapping[str, Any] | None = None
    output: Output | Mapping[str, Any] | None = None
    trials: int | None = None
    """Runs at each point, at most 10^7 at all points together; each with a seed of its own, and so
    with a wiring and noise of its own, unless trials_vary says otherwise; default 1; 1 … 10^7.
    """
    trials_vary: Literal["seed", "noise_seed"] | None = None
    """Which seed differs between the trials: that of everything, or that of the noise alone, so
    that all trials of a point have the same network, groups and initial weights; default seed;
    seed, noise_seed.
    """
    sweep: Mapping[str, Any] | Sequence[Any] | None = None
    """Values for any keys, see below; default none; maps of lists."""
    ranks_per_trial: int | None = None
    """MPI ranks that share a run. More than 1 only where a run needs the memory of several nodes,
    or there are more ranks than runs. Ranks that fill no group stay idle; default 1; 1 … 16777216.
    """
    trials_per_batch: int | None = None
    """Besides the statistics over trials, those over the means of batches of so many consecutive
    trials, as published; must divide trials; 0: none; default 0; >= 0.
    """
    trial_results: Literal["all", "none"] | None = None
    """All: each run leaves a results directory, trials/<point>/<trial> (with network.h5, the
    largest of its files, only if there are record.snapshots_s or output.network is true); none:
    only what ensemble.h5 holds; default all; all, none.
    """
    trial_traces: Literal["averaged", "none"] | None = None
    """Whether recorded traces are averaged over the trials. none: they serve the measures of
    recorded synapses, and the results of trials, alone; as for maps of many points; default
    averaged; averaged, none.
    """

HELP: dict[str, dict[str, str]] = {
    "Simulation": {
        "duration_s": "simulated time; s; required; > 0, <= 10^10 *(steps)*",
        "dt_ms": "time step of spiking phases; ms; default 0.2; 10^-4 … 1000",
        "seed": "of everything random: wiring, groups, and what noise_seed is the seed of; default 1; 0 … 2^64-1",
        "noise_seed": "of everything random while the run goes on: background, stimuli, forced spikes, the early phase. Runs that differ in it alone have the same network. null: that of seed; default null; 0 … 2^64-1, or null",
        "wiring_seed": "of random wiring alone; null: that of seed. A run that takes its wiring over from another one (initial_state) has the seed of that one here; default null; 0 … 2^64-1, or null",
        "fast_forward": "auto: consolidation between stimuli is computed without spikes; off: the whole run is spiking (phases); default auto; auto, off",
        "margin_before_s": "how long before each stimulus a spiking phase begins (phases); 0: with the stimulus, all neurons at rest, as in the published runs with recall after 8 h. The default is rounded to steps; s; default 5; 0 … 10^10 *(steps)*",
        "margin_after_s": "how long after each stimulus a spiking phase ends; likewise; s; default 5; 0 … 10^10 *(steps)*",
        "dt_fast_forward_s": "sampling interval of traces during consolidation; has no influence on the results; s; default 50; > 0, <= 10^10 *(steps)*",
        "description": "kept with the results; default empty; text",
        "communication_timeout_s": "of several ranks, one that makes no progress for so long of wall-clock time ends itself, and with it the job: another rank, or the network, is lost. Building the network and writing files may take ten times as long. 0: never. Results do not depend on it, and a resumed run may have another; s; default 600; 0 … 10^9",
    },
    "Populations": {
        "n_exc": "excitatory neurons, ids 0 … n_exc-1; default 1600; 1 … 10^8",
        "n_inh": "inhibitory neurons, the ids that follow; together at most 10^8; default 400; 0 … 10^8",
    },
    "Connectivity": {
        "probability": "that a neuron is connected to another one, for each ordered pair; default 0.1; 0 … 1",
        "file": "connection matrix of 0 and 1, row = presynaptic, column = postsynaptic, or edges in SONATA format (HDF5), instead of a random draw; relative to the directory of the configuration file; default null; path",
        "file_checksum": "checksum of what file holds: empty, or as the resolved configuration notes it; then another content is refused; default empty; text",
        "w_ei": "weight, excitatory to inhibitory; h_0; default 2; 0 … 10^6, less with many inputs",
        "w_ie": "weight, inhibitory to excitatory (the sign is understood); h_0; default 4; 0 … 10^6, likewise",
        "w_ii": "weight, inhibitory to inhibitory (the sign is understood); h_0; default 4; 0 … 10^6, likewise",
    },
    "Population": {
        "count": "neurons; all populations together at most 10^8; at most 255 populations; required; 1 … 10^8",
        "kind": "the sign of what its neurons do to others; required; excitatory, inhibitory",
        "neuron": "where its neurons differ from that section; any keys of neuron",
        "background": "where its background current differs from that section; any keys of background",
    },
    "Projection": {
        "from": "presynaptic and postsynaptic population; populations",
        "to": "presynaptic and postsynaptic population; populations",
        "probability": "that a neuron is connected to another one, for each pair; 0 … 1",
        "file": "instead of a probability: a matrix of 0 and 1 with a row for each neuron of from and a column for each of to, or edges in SONATA format, of which the group /edges/<from>_<to> is read; else as connectivity.file; path",
        "file_checksum": "checksum of what file holds, as of connectivity; text",
        "plastic": "true: between excitatory populations: weights begin at h_0 and change by the rules of synapses; false, true",
        "weight_h_0": "otherwise required: the fixed weight; at least 0 from excitatory, at most 0 from inhibitory populations; h_0; -10^6 … 10^6, less with many inputs",
        "site": "where on target neurons with a morphology the synapses end: at the soma, or at the tip of the basal dendrite. By default plastic synapses at the tip, which they must, others at the soma; soma, tip",
    },
    "InitialState": {
        "from": "results directory of a complete run, its network.h5, or a checkpoint of any run, relative to the directory of the configuration file (of --from: to the present one). null: all synapses begin with h_0 and z = 0, or with initial_weights; default null; path",
        "at_s": "time of the state in the other run, at which it must have a snapshot or a checkpoint; of a directory both are looked for. null: the last one; s; default null; 0 … 10^10",
        "file_checksum": "checksum of the file that holds the state: empty, or as the resolved configuration notes it; then another content is refused; default empty; text",
        "proteins": "whether proteins are taken over; a network.h5 of before 0.4.0 has none; default true; false, true",
    },
    "InitialWeights": {
        "h_sigma": "s.d. of ln(h / h_0); 0: all are h_0; default 0; 0 … 1",
        "z_sigma": "s.d. of ln(1 + 2z / z_max); 0: all are 0; default 0; 0 … 1",
        "stipulated": "weights of all plastic synapses from one group to another, each {from: GROUP, to: GROUP, h_mV: H, z: Z}; H from 0 to 10^4, Z from -0.5 to synapses.z_max. What is left out of h_mV and z stays as it is; of two entries that concern a synapse the later one holds; default []; list of maps",
        "h_mV": "in Python alone: early-phase weights by gid, rows presynaptic; mV",
        "z": "in Python alone: late-phase weights, likewise",
    },
    "Background": {
        "mean_nA": "mean current; nA; default 0.15; -10^6 … 10^6",
        "sigma_wn_nA_sqrt_s": "amplitude of the white noise; the current has the standard deviation sigma_wn*sqrt(1000/(2*tau_syn_ms)) nA; nA s^1/2; default 0.05; 0 … 10^6",
    },
    "BackgroundChange": {
        "group": "whose background it is: of populations, or parts of them; required; a group, or a list of groups",
        "mean_nA": "mean current; with sigma_wn_nA_sqrt_s 0 and this 0 there is no background; nA; required; -10^6 … 10^6",
        "sigma_wn_nA_sqrt_s": "amplitude of the white noise; nA s^1/2; required; 0 … 10^6",
        "start_s": "start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; null: to the end of the run; s; default null; > 0, <= 10^10 *(steps)*",
    },
    "Neuron": {
        "V_init_mV": "membrane potential at the start of a spiking phase; mV; default -65; -10^6 … 10^6, < V_th_mV",
        "V_rev_mV": "leak reversal potential; mV; default -65; -10^6 … 10^6",
        "V_reset_mV": "potential during the refractory period; mV; default -70; -10^6 … 10^6, < V_th_mV",
        "V_th_mV": "spike threshold; mV; default -55; -10^6 … 10^6",
        "R_leak_MOhm": "leak resistance; MOhm; default 10; 10^-3 … 10^6",
        "C_mem_nF": "membrane capacitance; the time constant is R_leak*C_mem ms, 10^-3 … 10^6; nF; default 1; 10^-6 … 10^6",
        "t_ref_ms": "absolute refractory period; ms; default 2; > 0, <= 10^5, >= dt_ms *(steps)*",
        "morphology": "neurons as cables of soma and two dendrites; null: points. morphology: {} is one with all defaults; default null; any keys of neuron.morphology, or null",
        "protein_diffusivity_um2_per_s": "diffusivity of proteins along the cell, from the soma to the synapses; .inf: they are the same everywhere at once. Needs a morphology, and, if it is finite, synapses.z_max 1 and no rate thresholds; um^2/s; default .inf; 0 … 10^12, or .inf",
    },
    "Morphology": {
        "soma_radius_um": "radius of the whole cylinder; the soma is twice as long, and the zone of synthesis; um; default 6; 0.01 … 1000",
        "basal_dendrite_um": "length of the dendrite that carries the plastic synapses at its tip; um; default 10; 0 … 10^4",
        "apical_dendrite_um": "length of the other one; um; default 25; 0 … 10^4",
        "compartment_um": "length of the zone of synthesis in the middle of the soma, which is longer by it: another value is another cell, not only a finer one. It is cut into as few equal compartments as are no longer; um; default 1; 10^-3 … 1000; at most 10000 compartments",
        "axial_resistivity_Ohm_cm": "of the cytoplasm; 0: the potential is the same everywhere; Ohm cm; default 35.4; 0 … 10^6; potential must spread along the cell ten times as fast as the membrane and synaptic currents decay",
        "capacitance": "cell: C_mem_nF is that of the whole cell. published: it is that of the cell without the zone of synthesis, as in the published program, whose cells are 2 to 7 % too large for it; default cell; cell, published",
        "synaptic_gain": "factor of the currents of synapses at the tip; with the published capacitance 1.02 makes up for it. Weights are left alone; default 1; 0 … 100",
        "reset": "soma: the threshold is that of the soma. any_compartment: a basal tip that is above threshold while the soma is not resets the cell too, without a spike, as in the published program; summary.json counts how often; default soma; soma, any_compartment",
    },
    "Synapses": {
        "tau_syn_ms": "decay of the synaptic current, and of stimulus and background currents; ms; default 5; 10^-3 … 10^6",
        "t_ax_delay_ms": "axonal delay; ms; default 3; > 0, <= 10^5, >= dt_ms, <= 65535 steps *(steps)*",
        "h_0_mV": "initial early-phase weight; unit of the fixed weights; mV; default 4.20075; 10^-6 … 10^5, less with many inputs",
        "t_Ca_delay_ms": "delay of presynaptic calcium influx; ms; default 18.8; 0 … 10^5, >= t_ax_delay_ms *(steps)*",
        "Ca_pre": "calcium jump per presynaptic spike (1.0 in single-synapse studies); default 0.6; 0 … 10^6",
        "Ca_post": "calcium jump per postsynaptic spike (0.2758 in single-synapse studies); default 0.1655; 0 … 10^6",
        "tau_Ca_ms": "decay of calcium; ms; default 48.8; 10^-3 … 10^6",
        "tau_h_s": "early-phase time constant; s; default 688.4; 10^-3 … 10^9, >= t_ax_delay_ms",
        "gamma_p": "potentiation rate; default 1645.6; 0 … 10^9",
        "gamma_d": "depression rate; default 313.1; 0 … 10^9",
        "theta_p": "calcium threshold of potentiation; default 3; 10^-6 … 10^9, >= theta_d",
        "theta_d": "calcium threshold of depression; default 1.2; 10^-6 … 10^9",
        "sigma_pl_mV": "noise of the early phase; 0 makes it deterministic; mV; default 2.90436; 0 … 10^6, less with many inputs",
        "theta_pro_mV": "summed early-phase change that starts protein synthesis; where there is neuromodulation, that gives it instead; mV; default 2.10037; 10^-6 … 10^9",
        "theta_tag_mV": "early-phase change that sets a tag; mV; default 0.840149; 10^-6 … 10^9",
        "p_max_umol_per_l": "protein amount that synthesis tends to; umol/l; default 10; 0 … 10^9",
        "tau_p_s": "protein time constant; synthesis is switched every 15 ms (or 192 steps if that is less), which is exact enough for time constants far longer than that; s; default 3600; 10^-3 … 10^9",
        "tau_z_s": "late-phase time constant; likewise for the end of tags; s; default 3600; 10^-3 … 10^9",
        "f_int_l_per_umol": "late-phase integration rate; l/umol; default 0.1; 0 … 10^6",
        "z_max": "late-phase weight that potentiation tends to, at an initial speed that does not depend on it: tau_z dz/dt = f_int p (1 - z/z_max). Depression tends to -0.5; default 1; 10^-6 … 1000, less with many inputs",
        "protein_pools": "the plasticity-related proteins of a neuron, below; C where neurons have a morphology; default C; C, P/D, P/C/D",
        "rate_threshold_p_Hz": "rate threshold of potentiation; 0: none; Hz; default 0; 0 … 10^6",
        "rate_threshold_d_Hz": "rate threshold of depression; 0: none; Hz; default 0; 0 … 10^6",
        "rate_window_s": "time over which rates are counted for them; s; default 0.5; 0.05 … 100; with rate thresholds >= t_ax_delay_ms and >= 192 time steps",
    },
    "Neuromodulation": {
        "amplitude": "nm: the threshold is h_0/(nm + 0.001) within the interval. Published levels are 0 (none), 0.06 (low), 0.12 (moderate) and 0.18 (high); required; 0 … 1000",
        "start_s": "start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; null: to the end of the run. What lasts longer than the run is cut off; s; default null; > 0, <= 10^10 *(steps)*",
    },
    "PlasticityOff": {
        "start_s": "start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; null: to the end of the run; s; default null; > 0, <= 10^10 *(steps)*",
    },
    "SpikingWindow": {
        "start_s": "start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; null: to the end of the run; s; default null; > 0, <= 10^10 *(steps)*",
    },
    "Record": {
        "neurons": "neurons to trace: a list of ids and names, or one name; none twice, 10^6 at most; default []; ids, names of groups",
        "synapses": "plastic synapses to trace: both ends excitatory, different, none twice. They must exist in the network, which engram check draws or reads to find out; default []; pairs [pre, post]",
        "synapses_if_present": "the same, but those that the network does not have are left out; default []; pairs [pre, post]",
        "synapses_between": "plastic synapses to trace that need not be known by id: each {from: GROUP, to: GROUP, count: N} (count 1 if left out) stands for the first N synapses from one group to the other, by target, then source, that exist and are not listed yet. The resolved configuration names them under synapses; default []; list of maps",
        "every_steps": "sampling interval of traces in spiking phases; steps; default 10; >= 1",
        "recordings": "further recordings by name, each with neurons, synapses, variables, an interval and times of its own: see named recordings; default {}; maps",
        "export_blocks": "in which order engram-export writes traces: a block of columns for each pair, as often as it is listed; pre is -1 where no synapse is meant. It records nothing, and a synapse that does not exist is written as zeros. From engram import; default []; pairs [pre, neuron]",
        "protein_at_um": "where proteins are traced beside the tip of the basal dendrite, from which this is counted, and the middle of the soma; none twice. Needs a finite neuron.protein_diffusivity_um2_per_s; um; default []; 0 … 10^5, within the cells",
        "from_s": "traces are sampled from here; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*",
        "to_s": "to here; null: to the end of the run; s; default null; 0 … 10^10, >= from_s *(steps)*",
        "spikes": "whose spikes are recorded: one name, or a list, of which [] is nobody; null: those of all neurons. Simulated are all, and counted in summary.json. Tools that need spikes that were not recorded say so. In ensembles only with trial_results: none, where measures are taken of all spikes; default null; names of groups",
        "snapshots_s": "times of snapshots of h and z of all plastic synapses, and of the proteins: a list, or a map; s; default []; 0 … 10^10, <= simulation.duration_s *(steps)*",
    },
    "Recording": {
        "neurons": "neurons to trace, as in record; default []; ids, names of groups",
        "synapses": "plastic synapses to trace; default []; pairs [pre, post]",
        "synapses_if_present": "those of them that the network has; default []; pairs [pre, post]",
        "synapses_between": "synapses that need not be known by id; default []; list of maps",
        "variables": "variables that are kept: one, or a list; null: all; default null; names",
        "every_steps": "in spiking phases; consolidation is sampled every simulation.dt_fast_forward_s; steps; default 10; >= 1",
        "from_s": "from here; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*",
        "to_s": "to here; null: to the end of the run; s; default null; 0 … 10^10, >= from_s *(steps)*",
    },
    "RegularSnapshots": {
        "every_s": "from one to the next; s; required; > 0, <= 10^10 *(steps)*",
        "from_s": "the first; s; default 0; 0 … 10^10 *(steps)*",
        "to_s": "none after it; null: the end of the run as it begins; a run that is extended has no more of them; s; default null; 0 … 10^10",
    },
    "Measures": {
        "groups": "the memories of which rates, Q, MI and mean weights are told one by one, and weights between them, at most 100; their excitatory neurons count. null: all groups that learn, if there are at least two and at most 100. An overlap is measured if it has a name: groups: [A, B, both]; default null; a group, or a list of groups",
        "recall_begin_s": "when spikes of a recall are counted, from its onset; by default as published, 0.5 s around 0.1 s after it; s; default -0.15; -10^10 … 10^10",
        "recall_end_s": "until then; s; default 0.35; -10^10 … 10^10, > recall_begin_s",
        "from_onset": "no spikes before the onset count, though rates are per the whole length: published runs of 8 h are at rest until recall; default false; false, true",
        "recorded_synapses": "the largest change and the class of plasticity of each synapse of record.synapses and record.synapses_between, told from its samples; default false; false, true",
    },
    "Checkpoint": {
        "every_wall_min": "wall-clock interval; 0: none by wall clock; min; default 10; 0 … 10^9",
        "every_simulated_s": "simulated interval within phases; 0: none by simulated time; s; default 0; 0 … 10^10; 0, or >= dt_ms",
        "phase_ends": "at the end of every phase; of the last one up to 15 ms before its end, or before it if it is consolidation: so that the complete run can be extended; default true; false, true",
        "keep": "newest checkpoints that are kept; older ones are removed; default 2; >= 1",
    },
    "Output": {
        "directory": "where the results go, relative to the working directory. --force replaces results of Engram only: neither other files, nor files of the same names in a directory that no run has made; default results/ and the name of the configuration file without its extension; text",
        "network": "whether network.h5 is written, with all synapses (8 bytes each, or 12) and the weights of plastic ones at the end and in snapshots (16 bytes each, 8 while all have the same z). Must be true where there are record.snapshots_s; trials of ensembles without these write it only if asked. All else works without it, but for what reads synapses: analyses of weights and connections, and connectivity.file of another run. Measures of ensembles need none; default true; false, true",
        "index_by_source": "whether network.h5 has an index from each source to its edges too, of up to 16 bytes per synapse. Only SONATA readers that ask for edges by their source need it, e.g. efferent_edges and connecting_edges of libsonata; default false; false, true",
    },
    "Rect": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*",
        "n_inputs": "number of input neurons that the current stands for; required; 0 … 10^9; the current is at most 10^9 nA",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; required; 0 … 10^9",
    },
    "Onepulse": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "n_inputs": "number of input neurons that the current stands for; required; 0 … 10^9; the current is at most 10^9 nA",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; required; 0 … 10^9",
    },
    "Triplet": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "n_inputs": "number of input neurons that the current stands for; required; 0 … 10^9; the current is at most 10^9 nA",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; required; 0 … 10^9",
    },
    "Stet": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; for STET from the first to the last start; s; default 1200; > 0, <= 10^10 *(steps)*",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; required; 0 … 10^9",
    },
    "Wtet": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; required; 0 … 10^9",
    },
    "Slfs": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; default 20; 0 … 10^9",
    },
    "Wlfs": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; default 1; 0 … 10^9",
    },
    "Poisson": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; required; 0 … 10^9",
        "train_s": "length of each train of Poisson spikes, or of current; s; required; > 0, <= 10^10 *(steps)*",
        "period_s": "from the start of a train to that of the next; s; default 0; 0 … 10^10, >= train_s of several trains *(steps)*",
        "repeats": "number of trains; default 1; 1 … 10^5",
    },
    "Full": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; default 0; 0 … 10^10, < simulation.duration_s *(steps)*",
        "n_inputs": "number of input neurons that the current stands for; required; 0 … 10^9; the current is at most 10^9 nA",
        "rate_Hz": "firing rate of each of them; of schemes of Poisson spikes that of each receiver, at most one spike per step; Hz; required; 0 … 10^9",
    },
    "Explicit": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "spike_times_ms": "times of forced spikes; ms; required; 0 … 10^13, < simulation.duration_s, ascending *(steps)*",
    },
    "Current": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "train_s": "length of each train of Poisson spikes, or of current; s; required; > 0, <= 10^10 *(steps)*",
        "period_s": "from the start of a train to that of the next; s; default 0; 0 … 10^10, >= train_s of several trains *(steps)*",
        "repeats": "number of trains; default 1; 1 … 10^5",
        "mean_nA": "mean of the current; nA; required; -10^6 … 10^6",
        "sigma_wn_nA_sqrt_s": "amplitude of its white noise, as of the background; 0: no noise; nA s^1/2; default 0; 0 … 10^6",
    },
    "Sine": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*",
        "mean_nA": "mean of the current; nA; default 0; -10^6 … 10^6",
        "amplitude_nA": "of a sine; nA; required; -10^6 … 10^6",
        "frequency_Hz": "of a sine; Hz; required; > 0, <= 10^7, <= 500/dt_ms",
        "phase_deg": "of a sine at its start; degrees; default 0; -360 … 360",
    },
    "Waveform": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*",
        "file": "what a file gives; relative to the directory of the configuration file; required; path",
        "file_checksum": "checksum of what the file holds: empty, or as the resolved configuration notes it; then another content is refused; text",
        "dataset": "of a waveform in HDF5: the dataset; text",
        "interval_ms": "from one value of a waveform to the next; 0: the file has times; ms; default 0; 0 … 10^9; 0, or >= dt_ms *(steps)*",
        "interpolation": "between the values of a waveform: each holds until the next, or straight lines lead from one to the next; held, linear",
    },
    "Spikes": {
        "group": "who receives it; of several groups, group: [A, B], each of their neurons once; a group, or a list of groups",
        "role": "part in the schedule; default recall for names that begin with recall, else learn; learn, recall",
        "margin_before_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "margin_after_s": "where these differ from simulation; any scheme takes them; s; 0 … 10^10 *(steps)*",
        "start_s": "start; s; required; 0 … 10^10, < simulation.duration_s *(steps)*",
        "duration_s": "length; for STET from the first to the last start; s; required; > 0, <= 10^10 *(steps)*",
        "file": "what a file gives; relative to the directory of the configuration file; required; path",
        "file_checksum": "checksum of what the file holds: empty, or as the resolved configuration notes it; then another content is refused; text",
        "population": "of spikes in HDF5: the group /spikes/POPULATION; empty: the only one; text",
        "weight_h_0": "input by each spike, as by that of a synapse of this weight; null: the spikes are forced; h_0; -10^6 … 10^6, less with many spikes at once",
    },
    "Configuration": {
        "trials": "runs at each point, at most 10^7 at all points together; each with a seed of its own, and so with a wiring and noise of its own, unless trials_vary says otherwise; default 1; 1 … 10^7",
        "trials_vary": "which seed differs between the trials: that of everything, or that of the noise alone, so that all trials of a point have the same network, groups and initial weights; default seed; seed, noise_seed",
        "sweep": "values for any keys, see below; default none; maps of lists",
        "ranks_per_trial": "MPI ranks that share a run. More than 1 only where a run needs the memory of several nodes, or there are more ranks than runs. Ranks that fill no group stay idle; default 1; 1 … 16777216",
        "trials_per_batch": "besides the statistics over trials, those over the means of batches of so many consecutive trials, as published; must divide trials; 0: none; default 0; >= 0",
        "trial_results": "all: each run leaves a results directory, trials/<point>/<trial> (with network.h5, the largest of its files, only if there are record.snapshots_s or output.network is true); none: only what ensemble.h5 holds; default all; all, none",
        "trial_traces": "whether recorded traces are averaged over the trials. none: they serve the measures of recorded synapses, and the results of trials, alone; as for maps of many points; default averaged; averaged, none",
    },
}

__all__ = [
    "Background",
    "BackgroundChange",
    "Checkpoint",
    "Configuration",
    "Connectivity",
    "Current",
    "Explicit",
    "Full",
    "InitialState",
    "InitialWeights",
    "Measures",
    "Morphology",
    "Neuromodulation",
    "Neuron",
    "Onepulse",
    "Output",
    "Part",
    "PlasticityOff",
    "Poisson",
    "Population",
    "Populations",
    "Projection",
    "Record",
    "Recording",
    "Rect",
    "RegularSnapshots",
    "Simulation",
    "Sine",
    "Slfs",
    "Spikes",
    "SpikingWindow",
    "Stet",
    "Synapses",
    "Triplet",
    "Waveform",
    "Wlfs",
    "Wtet",
]
