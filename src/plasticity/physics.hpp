// SPDX-License-Identifier: Apache-2.0
// Constants of plasticity.
#pragma once

#include <cstdint>
#include <type_traits>

#include "model/calcium.hpp"
#include "model/parameters.hpp"
#include "model/protein_diffusion.hpp"
#include "model/random.hpp"

namespace engram::plasticity {

template <class M>
struct Physics {
    typename M::Early early;
    typename M::Late::Parameters late;
    model::CalciumDecay calcium_decay;
    model::RandomStreams streams;
    double ca_pre = 0;
    double ca_post = 0;
    double dt_s = 0;
    bool noisy_early_phase = false;

    Physics() = default;
    Physics(const SynapseParameters& s, const model::ProteinDiffusion& diffusion, double dt_ms,
            std::uint64_t seed)
        : early(s, dt_ms),
          late(late_phase(s, diffusion)),
          calcium_decay(s.tau_ca_ms, dt_ms),
          streams{seed},
          ca_pre(s.ca_pre),
          ca_post(s.ca_post),
          dt_s(dt_ms / 1000.0),
          noisy_early_phase(s.sigma_pl_mV > 0.0) {}

  private:
    using Late = typename M::Late::Parameters;

    static Late late_phase(const SynapseParameters& s,
                           [[maybe_unused]] const model::ProteinDiffusion& diffusion) {
        if constexpr (std::is_constructible_v<Late, const SynapseParameters&,
                                              const model::ProteinDiffusion&>)
            return Late(s, diffusion);
        else
            return Late(s);
    }
};

}  // namespace engram::plasticity
