// SPDX-License-Identifier: Apache-2.0
// The late phase of the published model with protein that diffuses along the neuron; see
// model/protein_diffusion.hpp for the equations. It has the state of the common pool, whose protein
// is the mean over the cell, and the amplitudes of the other modes beside it. With the mean alone
// it gives the bits of CommonPool.
//
// Populations may have different cells, and so different numbers of modes; where a cell has fewer
// than others, or none, the amplitudes left over stay 0.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "model/consolidation.hpp"
#include "model/macros.hpp"
#include "model/protein_diffusion.hpp"
#include "plasticity/common_pool.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

struct DiffusingPool : CommonPool {
    struct Parameters : model::LatePhase {
        std::uint32_t most_modes = 0;  //!< of any cell
        std::uint32_t n_places = 2;    //!< where protein is told: tip, soma, others

        Parameters() = default;
        Parameters(const SynapseParameters& synapses, const model::ProteinDiffusion& diffusion)
            : model::LatePhase(synapses),
              most_modes(diffusion.most_modes()),
              n_places(2 + static_cast<std::uint32_t>(diffusion.places.size())) {}
    };
    using Consolidation = model::Consolidation<Parameters>;

    std::uint32_t most_modes = 0;
    std::uint32_t n_places = 0;

    // What the neurons of a population have in common.
    struct Cell {
        std::uint64_t n_modes;
        double usual_s;  //!< length of most windows, for which steps of modes are at hand
    };

    double* amplitude = nullptr;    //!< [neuron][mode], from mode 1 on
    std::uint32_t* cell = nullptr;  //!< by neuron
    Cell* cells = nullptr;
    double* constants = nullptr;  //!< [cell][constant][mode]

    static constexpr auto variables() {
        using enum InCheckpoint;
        using Pool = DiffusingPool;
        return std::tuple_cat(
            CommonPool::variables(),
            std::tuple{Variable{&Pool::amplitude, "protein_modes_umol_per_l", "umol/l",
                                By::neuron_and_mode, 0.0, yes,
                                "amplitudes of the modes of the protein from the first one on",
                                Domain::protein_mode},
                       Variable{&Pool::cell, "cell", "", By::neuron, std::uint32_t{0}, no,
                                "kind of the cell: its population"},
                       Variable{&Pool::cells, "cells", "", By::cell, Cell{}, no,
                                "what is common to the neurons of a population"},
                       Variable{&Pool::constants, "constants", "", By::constant_of_modes, 0.0, no,
                                "constants of the modes of each cell"}});
    }

    DiffusingPool() = default;
    explicit DiffusingPool(const Parameters& late)
        : most_modes(late.most_modes), n_places(late.n_places) {}

    //! What the state is made with, and does not change.
    struct Setup {
        std::vector<std::uint32_t> cell;
        std::vector<Cell> cells;
        std::vector<double> constants;

        //! \param cell_of_neuron  by local neuron: index among the cells
        //! \param usual_window_s  length of most windows
        Setup(const model::ProteinDiffusion& diffusion, const model::LatePhase& late,
              std::vector<std::uint32_t> cell_of_neuron, double usual_window_s)
            : cell(std::move(cell_of_neuron)) {
            const std::size_t most = diffusion.most_modes();
            const std::size_t n_constants = constants_of_modes(diffusion);
            constants.resize(diffusion.cells.size() * n_constants * most);
            double* next = constants.data();
            for (const model::ProteinCell& one : diffusion.cells) {
                cells.push_back({one.n_modes(), usual_window_s});
                for (std::size_t m = 0; m < one.n_modes(); ++m) {
                    const int k = static_cast<int>(m) + 1;
                    const double rate = model::protein_mode_rate_per_s(one, k, late.tau_p_s);
                    const model::ProteinModeStep usual(rate, usual_window_s);
                    next[rate_per_s * most + m] = rate;
                    next[target * most + m] = model::protein_mode_target(one, k, late);
                    next[usual_decay * most + m] = usual.decay;
                    next[usual_gain_s * most + m] = usual.gain_s;
                    std::size_t place = first_place;
                    const auto tell = [&](int compartment) {
                        next[place++ * most + m] = one.cable.mode(k, compartment);
                    };
                    tell(model::Cable::basal_tip());
                    tell(one.cable.soma());
                    for (const auto& there : diffusion.places) tell(one.cable.at(there.um));
                }
                next += n_constants * most;
            }
        }
        //! Calls visit(place in the view, values) for each.
        template <class Visit>
        void for_each(Visit visit) const {
            visit(&DiffusingPool::cell, cell);
            visit(&DiffusingPool::cells, cells);
            visit(&DiffusingPool::constants, constants);
        }
    };
    static void add_sizes(const model::ProteinDiffusion& diffusion, StateSizes& sizes) {
        sizes.modes = diffusion.most_modes();
        sizes.cells = diffusion.cells.size();
        sizes.constants = constants_of_modes(diffusion);
    }

    static std::vector<std::string> amounts(const SynapseParameters&,
                                            const model::ProteinDiffusion& diffusion) {
        std::vector<std::string> names{"p"};
        for (std::uint32_t k = 1; k <= diffusion.most_modes(); ++k)
            names.push_back("p_mode_" + std::to_string(k));
        return names;
    }
    template <class Put>
    ENGRAM_HD_INLINE void tell_amounts(const Parameters& late, std::uint32_t j, Synthesis synthesis,
                                       double time_s, Put put) const {
        put(0, late.protein(protein[j], synthesis != 0, time_s).amount);
        const Modes modes = modes_of(j);
        for (std::uint32_t m = 0; m < most_modes; ++m)
            put(m + 1, m < modes.n ? modes.step(m, time_s).amount(modes.amplitude[m],
                                                                  modes.target_of(m, synthesis))
                                   : 0.0);
    }
    template <class Put>
    ENGRAM_HD_INLINE void tell_amounts_after(const Consolidation& c, std::uint32_t j, double time_s,
                                             Put put) const {
        put(0, c.protein_after(protein[j], synthesis_end_s[j], time_s).amount);
        const Modes modes = modes_of(j);
        const Pieces pieces(synthesis_end_s[j], time_s);
        for (std::uint32_t m = 0; m < most_modes; ++m)
            put(m + 1, m < modes.n ? modes.after(m, pieces).amount : 0.0);
    }

    //! Protein after a time of constant synthesis.
    ENGRAM_HD_INLINE void advance_protein(const Parameters& late, std::uint64_t j,
                                          Synthesis synthesis, double time_s) const {
        if (synthesis == 0 && !any_protein(static_cast<std::uint32_t>(j))) return;
        const model::ProteinState mean = late.protein(protein[j], synthesis != 0, time_s);
        protein[j] = mean.amount;
        const Modes modes = modes_of(j);
        const bool is_usual = time_s == modes.usual_s;
        const double tip_integral = sum_over(modes.n, [&](std::uint32_t m) {
            const model::ProteinModeStep step =
                is_usual ? modes.usual_step(m) : modes.step(m, time_s);
            const double toward = modes.target_of(m, synthesis);
            const double from = modes.amplitude[m];
            modes.amplitude[m] = step.amount(from, toward);
            return modes.at(first_place, m) * step.integral(from, toward, time_s);
        });
        shrinkage[j] = model::LazyLatePhase::shrunk(
            shrinkage[j], late.shrinkage(not_negative(mean.integral + tip_integral)));
    }

    static std::vector<Column> columns(const SynapseParameters& synapses,
                                       const model::ProteinDiffusion& diffusion) {
        std::vector<Column> columns = CommonPool::columns(synapses, diffusion);
        columns.push_back({"p_tip", "umol/l", "protein at the tip of the basal dendrite"});
        columns.push_back({"p_soma", "umol/l", "protein in the middle of the soma"});
        for (const auto& place : diffusion.places)
            columns.push_back({place.name, "umol/l",
                               "protein at that distance from the tip of the basal dendrite"});
        return columns;
    }
    ENGRAM_HD_INLINE void sample(const Parameters& late, std::uint32_t j, const Sums& sums,
                                 double relaxation, Synthesis synthesis, double time_s,
                                 double* values) const {
        values[0] = relaxation * model::from_fixed_point(sums.of[0]);
        const Modes modes = modes_of(j);
        put_protein(
            late.protein(protein[j], synthesis != 0, time_s).amount, modes,
            [&](std::uint32_t m) {
                return modes.step(m, time_s).amount(modes.amplitude[m],
                                                    modes.target_of(m, synthesis));
            },
            values + 1);
    }

    // Fast-forward from a state that has been folded.
    ENGRAM_HD_INLINE void find_synthesis_end(const Consolidation& c, std::uint32_t j) const {
        synthesis_end_s[j] =
            c.time_until_below(model::from_fixed_point(change_sum[j]), c.theta_pro_mV);
    }
    //! z of a synapse onto j that has been tagged for a time from the beginning.
    ENGRAM_HD_INLINE double z_after(const Consolidation& c, double z, model::Tag tag,
                                    std::uint32_t j, double tagged_s) const {
        const double mean = c.protein_after(protein[j], synthesis_end_s[j], tagged_s).integral;
        const Modes modes = modes_of(j);
        const Pieces pieces(synthesis_end_s[j], tagged_s);
        const double tip = sum_over(modes.n, [&](std::uint32_t m) {
            return modes.at(first_place, m) * modes.after(m, pieces).integral;
        });
        return c.late.advance(z, tag, c.late.shrinkage(not_negative(mean + tip)));
    }
    ENGRAM_HD_INLINE void sample_after(const Consolidation& c, std::uint32_t j, double time_s,
                                       double* values) const {
        values[0] = c.relaxation(time_s) * model::from_fixed_point(change_sum[j]);
        const Modes modes = modes_of(j);
        const Pieces pieces(synthesis_end_s[j], time_s);
        put_protein(
            c.protein_after(protein[j], synthesis_end_s[j], time_s).amount, modes,
            [&](std::uint32_t m) { return modes.after(m, pieces).amount; }, values + 1);
    }
    ENGRAM_HD_INLINE void consolidate_protein(const Consolidation& c, std::uint32_t j,
                                              double time_s) const {
        tell_amounts_after(c, j, time_s, [&](std::uint32_t i, double amount) {
            (i == 0 ? protein[j] : amplitude[std::uint64_t{j} * most_modes + i - 1]) = amount;
        });
    }

  private:
    enum Constant { rate_per_s, target, usual_decay, usual_gain_s, first_place };
    static std::size_t constants_of_modes(const model::ProteinDiffusion& diffusion) {
        return first_place + 2 + diffusion.places.size();
    }

    // A time of a consolidation, and how long of it protein is synthesised.
    struct Pieces {
        double synthesis_s;
        double rest_s;

        ENGRAM_HD_INLINE Pieces(double synthesis_end_s, double time_s)
            : synthesis_s(synthesis_end_s < time_s ? synthesis_end_s : time_s),
              rest_s(time_s - synthesis_s) {}
    };
    // Those of a neuron, and the constants of its cell.
    struct Modes {
        std::uint32_t n;
        std::uint32_t stride;
        double usual_s;
        double* amplitude;
        const double* constants;

        ENGRAM_HD_INLINE double at(std::uint32_t constant, std::uint32_t m) const {
            return constants[std::uint64_t{constant} * stride + m];
        }
        ENGRAM_HD_INLINE double target_of(std::uint32_t m, Synthesis synthesis) const {
            return synthesis != 0 ? at(target, m) : 0.0;
        }
        ENGRAM_HD_INLINE model::ProteinModeStep step(std::uint32_t m, double time_s) const {
            return {at(rate_per_s, m), time_s};
        }
        ENGRAM_HD_INLINE model::ProteinModeStep usual_step(std::uint32_t m) const {
            model::ProteinModeStep step;
            step.decay = at(usual_decay, m);
            step.gain_s = at(usual_gain_s, m);
            return step;
        }
        //! Some time after the beginning of a consolidation, and the integral until then.
        ENGRAM_HD_INLINE model::ProteinState after(std::uint32_t m, const Pieces& pieces) const {
            const model::ProteinModeStep during = step(m, pieces.synthesis_s);
            const model::ProteinModeStep behind = step(m, pieces.rest_s);
            const double toward = at(target, m);
            const double at_end = during.amount(amplitude[m], toward);
            return {behind.amount(at_end, 0.0),
                    during.integral(amplitude[m], toward, pieces.synthesis_s) +
                        behind.integral(at_end, 0.0, pieces.rest_s)};
        }
    };
    ENGRAM_HD_INLINE Modes modes_of(std::uint64_t j) const {
        const Cell& here = cells[cell[j]];
        return {static_cast<std::uint32_t>(here.n_modes), most_modes, here.usual_s,
                amplitude + j * most_modes,
                constants + std::uint64_t{cell[j]} * (first_place + n_places) * most_modes};
    }

    //! In as many partial sums as vectors have lanes, so that the order of the sum is one wherever
    //! it is computed.
    template <class Term>
    ENGRAM_HD_INLINE static double sum_over(std::uint32_t n, Term term) {
        constexpr int lanes = 8;
        double sum[lanes] = {};
        std::uint32_t m = 0;
        for (; m + lanes <= n; m += lanes)
            for (int lane = 0; lane < lanes; ++lane)
                sum[lane] += term(m + static_cast<std::uint32_t>(lane));
        for (int lane = 0; lane < lanes; ++lane)
            if (m + static_cast<std::uint32_t>(lane) < n)
                sum[lane] += term(m + static_cast<std::uint32_t>(lane));
        return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
    }
    //! Of what rounding leaves of a sum of modes where there is no protein.
    ENGRAM_HD_INLINE static double not_negative(double value) { return value > 0.0 ? value : 0.0; }

    //! The mean, then p at each place.
    template <class Amplitude>
    ENGRAM_HD_INLINE void put_protein(double mean, const Modes& modes, Amplitude amplitude_of,
                                      double* values) const {
        *values++ = mean;
        for (std::uint32_t q = 0; q < n_places; ++q)
            values[q] = not_negative(mean + sum_over(modes.n, [&](std::uint32_t m) {
                                         return modes.at(first_place + q, m) * amplitude_of(m);
                                     }));
    }
};

}  // namespace engram::plasticity
