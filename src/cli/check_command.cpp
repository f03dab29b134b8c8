// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/step_time.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "experiment/conditions.hpp"
#include "experiment/configuration.hpp"
#include "experiment/keys.hpp"
#include "experiment/schedule.hpp"
#include "job/effect_notes.hpp"
#include "job/read_experiment.hpp"
#include "model/cable_resistances.hpp"
#include "model/neuromodulation.hpp"

namespace engram::cli {
namespace {

using Lines = std::vector<std::string>;

std::string stretch(const std::string& label, StepRange range, double dt_ms,
                    const std::string& what) {
    return message_text("  {:<12} {:12.10g} s to {:12.10g} s  ({})", label,
                        step_time_ms(range.begin, dt_ms) / 1000.0,
                        step_time_ms(range.end, dt_ms) / 1000.0, what);
}

double theta_pro_mV(const Experiment& experiment, double amplitude) {
    return model::modulated_theta_pro_mV(experiment.synapses.h_0_mV, amplitude);
}

// What intervals of a kind are told under, and what of each.
std::string heading(const Experiment& experiment, std::span<const Neuromodulation>) {
    return fmt::format("Neuromodulation: theta_pro is {:.6g} mV, but for",
                       theta_pro_mV(experiment, 0.0));
}
std::string text_of(const Experiment& experiment, const Neuromodulation& interval) {
    return fmt::format("amplitude {:.6g}, theta_pro {:.6g} mV", interval.amplitude,
                       theta_pro_mV(experiment, interval.amplitude));
}
std::string heading(const Experiment&, std::span<const BackgroundChange>) {
    return "The background is the usual one, but for";
}
std::string text_of(const Experiment&, const BackgroundChange& change) {
    return fmt::format("mean {:.6g} nA, sigma_wn {:.6g} nA s^1/2", change.mean_nA,
                       change.sigma_wn_nA_sqrt_s);
}
std::string heading(const Experiment&, std::span<const PlasticityPause>) {
    return "Plasticity is off:";
}
std::string text_of(const Experiment&, const PlasticityPause&) {
    return "off";
}

// The phases, then what holds in intervals of its own.
void add_course(Lines& lines, const Experiment& experiment, const Schedule& schedule) {
    const double dt_ms = experiment.dt_ms;
    for (const Phase& phase : schedule.phases)
        lines.push_back(stretch(phase.label, {phase.begin, phase.end}, dt_ms,
                                phase.kind == PhaseKind::spiking ? "spiking" : "fast-forward"));
    keys::for_each_interval_section([&](const auto& section) {
        using Entry = typename std::remove_cvref_t<decltype(section)>::Entry;
        if constexpr (!std::is_same_v<Entry, SpikingWindow>) {  // which are phases
            if (!section.is_given(experiment)) return;
            const auto entries = section.of(experiment);
            lines.push_back(message_text("{}", heading(experiment, entries)));
            for (const Entry& entry : entries)
                lines.push_back(stretch(entry.name, steps_of(experiment, entry), dt_ms,
                                        text_of(experiment, entry)));
        }
    });
}

// What the geometry of a neuron amounts to; once for populations that share it.
void add_morphologies(Lines& lines, const Experiment& experiment) {
    std::vector<std::pair<NeuronParameters, std::string>> different;
    for (const Population& population : experiment.populations) {
        const NeuronParameters& neuron = experiment.neuron_of(population);
        if (!neuron.morphology) continue;
        const auto same = std::ranges::find(
            different, neuron, [](const auto& one) -> const auto& { return one.first; });
        if (same == different.end())
            different.emplace_back(neuron, population.name);
        else
            same->second += ", " + population.name;
    }
    for (const auto& [neuron, names] : different) {
        const model::Cable cable(*neuron.morphology);
        const auto resistances =
            model::CableResistances::make(neuron, experiment.synapses.tau_syn_ms);
        const model::CableResistances::Of& r = resistances.decaying;
        lines.push_back(message_text(
            "Morphology of {}: {} of {:.6g} um, length {:.6g} um, C_tot/C_mem {:.7f}, slowest "
            "mode {:.4g} us",
            names, counted(static_cast<unsigned>(cable.n), "compartment"), cable.dx_um,
            cable.length_um, resistances.capacitance_ratio, 1000.0 * resistances.slowest_mode_ms));
        lines.push_back(message_text(
            "  of synaptic currents R_ss {:.7f}, R_sd {:.7f}, R_dd {:.7f} MOhm (s soma, d tip "
            "of the basal dendrite)",
            r.soma_soma, r.soma_tip, r.tip_tip));
        if (neuron.diffuses() && cable.n > 1 && neuron.protein_diffusivity_um2_per_s > 0)
            lines.push_back(message_text(
                "  of proteins {} modes beside the mean, which spread along the cell within {:.4g} "
                "s",
                cable.n - 1, 1.0 / (neuron.protein_diffusivity_um2_per_s * cable.eigenvalue(1))));
    }
}

ExitCode check_ensemble(const CommandLine& line, job::GivenConfiguration given) {
    const Ensemble ensemble = job::read_ensemble(std::move(given), alone);
    print(ensemble.configuration());
    notice("{} is valid. {} at each of {}", line.argument, counted(ensemble.trials(), "trial"),
           counted(ensemble.points().size(), "point"));
    constexpr std::uint32_t most_points_shown = 50;
    std::map<std::pair<Lines, Lines>, std::uint32_t> seen;  // with the first point of each
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        if (point == most_points_shown) {
            notice("and {} more", counted(ensemble.points().size() - point, "point"));
            break;
        }
        const Experiment experiment = ensemble.experiment({point, 0});
        const Schedule schedule = make_schedule(experiment);
        Lines lines;
        add_course(lines, experiment, schedule);
        add_morphologies(lines, experiment);
        const Lines notes = job::effect_notes(experiment);
        const auto [as, is_new] = seen.try_emplace({lines, notes}, point);
        const std::string& name = ensemble.points()[point].name;
        if (is_new) {
            notice("point {}: {}. Schedule: {}", point, name, schedule.name);
            for (const std::string& text : lines) notice("{}", text);
            for (const std::string& text : notes) note("{}", text);
        } else {
            notice("point {}: {}. Schedule: {}, as at point {}", point, name, schedule.name,
                   as->second);
        }
    }
    return ExitCode::done;
}

}  // namespace

ExitCode check_command(const CommandLine& line) {
    job::GivenConfiguration given = job::read_given(line.source(), alone);
    if (given.is_of_ensemble) return check_ensemble(line, std::move(given));
    const Experiment experiment = job::read_experiment(given, alone).experiment;
    const Schedule schedule = make_schedule(experiment);
    print(resolved_configuration(experiment));
    notice("{} is valid. Schedule: {}", line.argument, schedule.name);
    Lines lines;
    add_course(lines, experiment, schedule);
    add_morphologies(lines, experiment);
    for (const std::string& text : lines) notice("{}", text);
    for (const std::string& text : job::effect_notes(experiment)) note("{}", text);
    return ExitCode::done;
}

}  // namespace engram::cli
