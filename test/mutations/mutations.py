# SPDX-License-Identifier: Apache-2.0
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
        "m01",
        "late phase sees half of the protein",
        "common_pool.hpp",
        "late.shrinkage(next.integral)",
        "late.shrinkage(0.5 * next.integral)",
    ),
    Mutation(
        "m02",
        "presynaptic calcium comes a step late",
        "calcium_influx.hpp",
        "step_in_epoch(spike) + delay_steps_,",
        "step_in_epoch(spike) + delay_steps_ + 1,",
    ),
    Mutation(
        "m03",
        "active synapses are drawn twice after an arrival",
        "active_synapses.hpp",
        "plasticity::last_cut(calcium_.arrivals(source), window.steps)",
        "0 * plasticity::last_cut(calcium_.arrivals(source), window.steps)",
    ),
    Mutation(
        "m04",
        "watched tags of a row are forgotten when one of them ends",
        "plastic_state.hpp",
        "return view.expire_tag(k, target, relaxation, late);",
        "return view.expire_tag(k, target, relaxation, late), plasticity::no_watch;",
    ),
    Mutation(
        "m05",
        "spikes beyond the first message are not exchanged",
        "spike_exchange.cpp",
        "gathered.insert(gathered.end(), overflow.begin(), overflow.end());",
        "gathered.insert(gathered.end(), overflow.begin(), overflow.begin());",
    ),
    Mutation(
        "m06",
        "tags are not restored",
        "cpu_executor_impl.hpp",
        "{ calcium_.restore(); }",
        "{\n"
        "        calcium_.restore();\n"
        "        std::fill_n(view().tag, network_.plastic().size(), std::uint8_t{0});\n"
        "    }",
    ),
    Mutation(
        "m07",
        "deviations of stimulus currents are left out of a checkpoint",
        "stimuli.hpp",
        """            result.push_back({pulse.name() + "_deviation_nA", &pulse.deviation_nA});\n""",
        "",
    ),
    Mutation(
        "m08",
        "threshold of protein synthesis is 10 % low in consolidation",
        "common_pool.hpp",
        "c.theta_pro_mV);",
        "0.9 * c.theta_pro_mV);",
    ),
    Mutation(
        "m09",
        "a recorded bridge draws the same number at every step",
        "weight_within.hpp",
        "static_cast<std::uint64_t>(window.begin + s));",
        "static_cast<std::uint64_t>(window.begin));",
    ),
    Mutation(
        "m10",
        "calcium on its way is not restored",
        "calcium_influx.hpp",
        "due_.assign(due.begin(), due.end());",
        "due_.assign(due.end(), due.end());",
    ),
    Mutation(
        "m11",
        "the last sample of a fast-forward is dropped",
        "simulation.cpp",
        "if (end == experiment_.duration_steps()) samples.last = end;",
        "",
    ),
    Mutation(
        "m12",
        "the reference of the lazy state is not saved",
        "simulation.cpp",
        "position_.reference = executor_.reference();",
        "",
    ),
    Mutation(
        "m15",
        "the rate of Poisson trains is 5 % high",
        "stimulation.cpp",
        "stimulus.rate_Hz * experiment.dt_ms / 1000.0}",
        "1.05 * stimulus.rate_Hz * experiment.dt_ms / 1000.0}",
    ),
    Mutation(
        "m17",
        "all segments of a target draw the same random numbers",
        "random_wiring.cpp",
        "model::Purpose::wiring, target, number, first_draw",
        "model::Purpose::wiring, target, 0 * number, first_draw",
    ),
    Mutation(
        "m18",
        "snapshots of several projections are not told apart by source",
        "plastic_order.cpp",
        "std::pair(a.first_target, a.first_source)",
        "std::pair(a.first_target, b.first_source)",
    ),
    Mutation(
        "m19",
        "the plastic clock does not stand still",
        "experiment/conditions.hpp",
        "(here.conditions.plasticity ? step - here.begin : 0)",
        "(step - here.begin)",
    ),
    Mutation(
        "m20",
        "blocks are not cut where conditions change",
        "cut_epoch.hpp",
        "conditions.next_change(first, begin + block_end) - first",
        "begin + block_end - first + 0 * conditions.next_change(first, begin + block_end)",
    ),
    Mutation(
        "m21",
        "the bound of z does not slow potentiation down",
        "protein_pools.hpp",
        "rate_up(rate / s.z_max)",
        "rate_up(rate)",
    ),
    Mutation(
        "m22",
        "depression takes from the pool of potentiation in consolidation",
        "several_pools.hpp",
        "const double own = down ? protein_d[j] : protein_p[j];",
        "const double own = protein_p[j];",
    ),
    Mutation(
        "m23",
        "protein of depression is not saved",
        "several_pools.hpp",
        '"umol/l", By::neuron, 0.0, yes,\n                     "protein of depression"',
        '"umol/l", By::neuron, 0.0, no,\n                     "protein of depression"',
    ),
    Mutation(
        "m24",
        "links are written through",
        "file_descriptor.cpp",
        "(writes(flags) ? O_NOFOLLOW : 0)",
        "(writes(flags) ? 0 : 0)",
    ),
    Mutation(
        "m25",
        "a checkpoint may lie between two decisions",
        "checkpoint_validation.cpp",
        "(step - phase().begin) % decision_grid(experiment_).every() == 0",
        "(step - phase().begin) % decision_grid(experiment_).every() >= 0",
    ),
    Mutation(
        "m26",
        "a launcher's number of tasks is taken from the job",
        "launch.cpp",
        'if (environment("SLURM_STEP_ID") == nullptr || !rank || !size) return std::nullopt;',
        "if (!rank || !size) return std::nullopt;",
    ),
    Mutation(
        "m27",
        "the PMIx server of the shell is taken for that of the step",
        "launch.cpp",
        "if (pmix_rank && !is_served_as_other_step(environment))",
        "if (pmix_rank)",
    ),
    Mutation(
        "m28",
        "processes that MPI does not connect are taken for ranks",
        "launch.cpp",
        "if (n_ranks != 1 || launch.size <= 1) return;",
        "if (n_ranks == 1 || launch.size <= 1) return;",
    ),
    Mutation(
        "m29",
        "standard output that is full is taken for one that was interrupted",
        "output.cpp",
        "else if (errno != EINTR)\n            fail(errno, remedy);",
        "else if (errno == EPIPE)\n            fail(errno, remedy);\n        else\n            return;",
    ),
    Mutation(
        "m30",
        "a directory that cannot be listed is empty",
        "list_directory.cpp",
        "if (error)\n        fail_with_error",
        "if (error && paths.size() > 1)\n        fail_with_error",
    ),
    Mutation(
        "m31",
        "a read that the system refuses is damage",
        "hdf5.cpp",
        "const Reason reason = last_reason;",
        "const Reason reason{last_reason.text};",
    ),
    Mutation(
        "m32",
        "damaged pieces of a recording are kept",
        "record_salvage.cpp",
        "by_missing.try_emplace(missing, i, i)",
        "by_missing.try_emplace(missing - missing, i, i)",
    ),
    Mutation(
        "m33",
        "gaps end a checkpoint too early",
        "record_salvage.cpp",
        "const RecordAnchor& behind = all[sound[i].first];",
        "const RecordAnchor& behind = all[sound[i].first - 1];",
    ),
    Mutation(
        "m34",
        "sources that were found by the second draw of several are those of the first",
        "random_wiring.cpp",
        "        first_draw += n_draws;\n",
        "",
    ),
    Mutation(
        "m35",
        "of a long distance between two sources of a target only the low bits are kept",
        "synapse_table_builder.cpp",
        "if (widest <= longest_step) return words + n;",
        "if (widest <= longest_step || n > 0) return words + n;",
    ),
    Mutation(
        "m36",
        "neurons are taken to be below threshold by half a standard deviation",
        "block_solution.hpp",
        "inline constexpr double noise_bound = 7.0;",
        "inline constexpr double noise_bound = 0.5;",
    ),
    Mutation(
        "m37",
        "a neuron that was only looked at keeps the potential of its steps",
        "neuron_loops.hpp",
        "end_.store(i, neuron.refined_end(end_.load(i), state, was_held));",
        "end_.store(i, neuron.refined_end(end_.load(i), state, true));",
    ),
    Mutation(
        "m38",
        "the neurons of a pair share their normal numbers of a block",
        "background.hpp",
        "2 * (ids.size() - 1) + (id & 1)",
        "2 * (ids.size() - 1)",
    ),
    Mutation(
        "m39",
        "the steps of a block know nothing of the numbers of the block",
        "block_solution.hpp",
        "std::fma(second[k], left.second, std::fma(first[k], left.first, xi))",
        "xi + 0.0 * left.first",
    ),
    Mutation(
        "m40",
        "input at a step acts on the end of the block as if it came a step later",
        "block_solution.hpp",
        "b.input_drive[k] = drive[n - k];",
        "b.input_drive[k] = drive[n - k - 1];",
    ),
    Mutation(
        "m41",
        "of ranks that are no power of two some spikes are left out",
        "spike_exchange.cpp",
        "gathered.size() - header_words + message[1];",
        "gathered.size() - header_words;",
    ),
    Mutation(
        "m42",
        "requests of ranks that are far away are lost",
        "spike_exchange.cpp",
        "flags_ |= static_cast<std::uint32_t>(message[0] >> 32);",
        "if (round == 0) flags_ |= static_cast<std::uint32_t>(message[0] >> 32);",
    ),
    Mutation(
        "m43",
        "time on a part stays on it when another begins within",
        "run_clock.hpp",
        "~Within() { clock_.enter(before_); }",
        "~Within() = default;",
    ),
    Mutation(
        "m44",
        "synapses that have been active in the window are not brought to an arrival",
        "active_synapses.hpp",
        "return arrival.highest_pre + calcium_.post_highest()[target] >= early_.theta_d;",
        "return arrival.highest_pre + calcium_.post_highest()[target] < 0.0;",
    ),
    Mutation(
        "m45",
        "plasticity is decided an epoch early",
        "decision_grid.hpp",
        "n_epochs_ = static_cast<int>(most) / epoch_steps_;",
        "n_epochs_ = static_cast<int>(most) / epoch_steps_ - 1;",
    ),
    Mutation(
        "m46",
        "only sources with presynaptic calcium are looked at, however fast their targets fire",
        "active_synapses.hpp",
        "if (highest_post < early_.theta_d) {",
        "if (highest_post < 1e9) {",
    ),
    Mutation(
        "m47",
        "the bound of a source's trace leaves out what was there when the window began",
        "hot_sources.hpp",
        "            events_.push_back({{}, {}, start_[slot]});",
        "            events_.push_back({{}, {}, 0.0});",
    ),
    Mutation(
        "m48",
        "an interval ends where calcium jumps within a zone",
        "intervals.hpp",
        "if (stop < end && zone_at(stop) != interval.zone) break;",
        "break;",
    ),
    Mutation(
        "m49",
        "what is one value on each rank is taken for one value of all",
        "common_bits.cpp",
        "highest_over_ranks(comm, bounds);",
        "if (comm == alone) highest_over_ranks(comm, bounds);",
    ),
    Mutation(
        "m50",
        "a file may declare any number of constants",
        "hdf5_dataset.cpp",
        "is_constant(dataset) ? file_bytes :",
        "is_constant(dataset) ? hsize_t{1} << 62 :",
    ),
    Mutation(
        "m51",
        "all variables of a checkpoint's synapses may be constants",
        "checkpoint_file.cpp",
        "widest.front().reset();",
        "(void)widest.front();",
    ),
    Mutation(
        "m52",
        "of a snapshot that is made again, z is stored value by value",
        "snapshot_file.cpp",
        "z = StoredSnapshot(file, *order, part.time_s).constant_z();",
        "StoredSnapshot(file, *order, part.time_s);",
    ),
    # A header of kernels: rebuilds more than the others.
    Mutation(
        "m16",
        "kernels: tags of passive rows never end",
        "row_kernels.hpp",
        "        const bool expiring =\n"
        "            arrays.tag_watch[i] * t.window.relaxation[steps] < physics->late.theta_tag_mV;\n",
        "        const bool expiring = false;\n",
    ),
    Mutation(
        "m53",
        "an amplitude holds on when its neuromodulator has gone",
        "experiment/conditions.cpp",
        "changes[steps_of(experiment, interval).end].theta_pro_mV = unmodulated_mV",
        "changes[steps_of(experiment, interval).end]",
    ),
    Mutation(
        "m54",
        "margins of stimuli are those of the run",
        "experiment/schedule.cpp",
        "stimulus.margin_before_s.value_or(experiment.margin_before_s)",
        "experiment.margin_before_s",
    ),
    Mutation(
        "m55",
        "the early phase has the seed of the network",
        "plastic_executor.hpp",
        "experiment.dt_ms, experiment.seed_of_noise()",
        "experiment.dt_ms, experiment.seed",
    ),
    Mutation(
        "m56",
        "of excepted groups the first one counts alone",
        "group_reader.cpp",
        "for (std::size_t i = 1; i < others.size(); ++i) {",
        "for (std::size_t i = 1; i < 2; ++i) {",
    ),
]
