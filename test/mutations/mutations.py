"""Small faults that the C++ tests must notice, one at a time.

Each replaces a piece of text that occurs exactly once in a file of src/. Files are given by name
alone, which is unique, so that moving one to another directory changes nothing here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    name: str
    what: str
    file: str
    text: str
    replacement: str


MUTATIONS = [
    Mutation(
        "m01", "late phase sees half of the protein",
        "spiking_engine.cpp",
        "late.shrinkage(next.integral)",
        "late.shrinkage(0.5 * next.integral)",
    ),
    Mutation(
        "m02", "presynaptic calcium comes a step late",
        "calcium_influx.cpp",
        "step_in_epoch(spike) + delay_steps_,",
        "step_in_epoch(spike) + delay_steps_ + 1,",
    ),
    Mutation(
        "m03", "active synapses are drawn twice after an arrival",
        "active_synapses.cpp",
        "profile(source, plasticity::last_cut(arrivals[source], block.steps), block.steps)",
        "profile(source, 0 * plasticity::last_cut(arrivals[source], block.steps), block.steps)",
    ),
    Mutation(
        "m04", "watched tags of a row are forgotten when one of them ends",
        "plastic_state.cpp",
        "watch = std::min(watch, view.expire_tag(k, table.targets()[k], relaxation, late_phase));",
        "view.expire_tag(k, table.targets()[k], relaxation, late_phase);",
    ),
    Mutation(
        "m05", "spikes beyond the first message are not exchanged",
        "spike_exchange.cpp",
        "if (n_overflow > 0) {",
        "if (n_overflow < 0) {",
    ),
    Mutation(
        "m06", "tags are not restored",
        "cpu_executor.cpp",
        "    state_.finish_restore(reference);\n",
        "    for (auto& tag : state_.tag) tag = 0;\n    state_.finish_restore(reference);\n",
    ),
    Mutation(
        "m07", "deviations of stimulus currents are left out of a checkpoint",
        "stimuli.hpp",
        """            result.push_back({pulse.name() + "_deviation_nA", &pulse.deviation_nA});\n""",
        "",
    ),
    Mutation(
        "m08", "threshold of protein synthesis is 10 % low in consolidation",
        "plasticity/consolidation.hpp",
        "consolidation.late.theta_pro_mV);",
        "0.9 * consolidation.late.theta_pro_mV);",
    ),
    Mutation(
        "m09", "a recorded bridge draws the same number at every step",
        "weight_within.hpp",
        "static_cast<std::uint64_t>(block.begin + s));",
        "static_cast<std::uint64_t>(block.begin));",
    ),
    Mutation(
        "m10", "calcium on its way is not restored",
        "calcium_influx.cpp",
        "due_.assign(due.begin(), due.end());",
        "due_.assign(due.end(), due.end());",
    ),
    Mutation(
        "m11", "the last sample of a fast-forward is dropped",
        "simulation.cpp",
        "if (phase.end == experiment_.duration_steps()) samples.last = phase.end;",
        "",
    ),
    Mutation(
        "m12", "the reference of the lazy state is not saved",
        "simulation.cpp",
        "position_.reference = executor_->reference();",
        "",
    ),
    Mutation(
        "m15", "the rate of Poisson trains is 5 % high",
        "stimulation.cpp",
        "stimulus.rate_Hz * experiment.dt_ms / 1000.0}",
        "1.05 * stimulus.rate_Hz * experiment.dt_ms / 1000.0}",
    ),
    Mutation(
        "m17", "all segments of a target draw the same random numbers",
        "random_wiring.cpp",
        "streams(model::Purpose::wiring, target, number, draw++)",
        "streams(model::Purpose::wiring, target, 0 * number, draw++)",
    ),
    Mutation(
        "m18", "snapshots of several projections are not told apart by source",
        "plastic_order.cpp",
        "std::pair(a.first_target, a.first_source)",
        "std::pair(a.first_target, b.first_source)",
    ),
    # A header of kernels: rebuilds more than the others.
    Mutation(
        "m16", "kernels: tags of passive rows never end",
        "row_kernels.hpp",
        "        const bool expiring =\n"
        "            arrays.tag_watch[i] * t.relaxation[t.steps] < physics.late.theta_tag_mV;\n",
        "        const bool expiring = false;\n",
    ),
]
