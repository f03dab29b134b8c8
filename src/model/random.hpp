// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: value = f(seed, purpose, id, counter).
// There is no generator state, so nothing depends on ranks, threads or order, and nothing needs to
// be checkpointed. Philox4x32-10: Salmon et al., SC'11, doi 10.1145/2063384.2063405.
#pragma once

#include <Random123/philox.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "model/elementary.hpp"
#include "model/macros.hpp"

namespace engram::model {

// What a stream of random numbers is for. Different purposes never share a number.
// The values are part of the definition of a result: never renumber.
enum class Purpose : std::uint32_t {
    background = 1,        //!< id = neuron, counter = step / 4
    stimulus = 2,          //!< id = neuron, sub = stimulus, counter = step / 4
    forced_spikes = 3,     //!< id = neuron, sub = stimulus, counter = step / 4
    early_phase = 4,       //!< id = (pre, post), counter = closing step of the interval
    recording_bridge = 5,  //!< id = (pre, post), counter = sampled step
    wiring = 6,            //!< id = target neuron, counter = index of the draw
    trial = 7,             //!< counter = trial; gives the seed of a run of an ensemble
    background_block = 8,  //!< id = neuron / 2, counter = first step of the block
    initial_weight = 9,    //!< id = (pre, post)
};

// Four independent words, each uniform over 32 bits.
struct RandomWords {
    std::uint32_t word[4];
};

// Streams of one seed. Counter layout: {id, sub, low counter, high counter | purpose}.
struct RandomStreams {
    std::uint64_t seed = 0;

    //! counter < 2^56
    ENGRAM_HD_INLINE RandomWords operator()(Purpose purpose, std::uint32_t id, std::uint32_t sub,
                                            std::uint64_t counter) const {
        const philox4x32_ctr_t in = {{id, sub, static_cast<std::uint32_t>(counter),
                                      (static_cast<std::uint32_t>(counter >> 32) << 8) |
                                          static_cast<std::uint32_t>(purpose)}};
        const philox4x32_key_t key = {
            {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
        const philox4x32_ctr_t out = philox4x32(in, key);
        return {{out[0], out[1], out[2], out[3]}};
    }
};

// Uniform in (0, 1), never 0 or 1.
ENGRAM_HD_INLINE double uniform(std::uint32_t word) {
    return (static_cast<double>(word) + 0.5) * 0x1p-32;
}

// Uniform in (0, 1) from 52 bits: one more, and the largest value would round to 1.
ENGRAM_HD_INLINE double uniform52(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 21) ^ (low >> 11);
    return (exact_double(bits >> 1) + 0.5) * 0x1p-52;
}

struct NormalPair {
    float first;
    float second;
};

// Two independent standard normal numbers (Box-Muller, single precision; |x| < 6.8).
ENGRAM_HD_INLINE NormalPair normal_pair(std::uint32_t a, std::uint32_t b) {
    const float u = std::fma(static_cast<float>(a), 0x1p-32f, 0x1p-33f);
    const float radius = std::sqrt(-2.0f * log_single(u));
    // The two top bits of b choose the quadrant, the rest an angle in [-pi/4, pi/4).
    const float t = static_cast<float>(static_cast<std::int32_t>(b << 2)) * 3.6572951e-10f;
    const float t2 = t * t;
    float s = 2.7183114939898219e-6f;
    s = std::fma(s, t2, -1.9839334836096632e-4f);
    s = std::fma(s, t2, 8.3333293858894632e-3f);
    s = std::fma(s, t2, -1.6666666641626524e-1f);
    s = std::fma(s * t2, t, t);
    float c = -2.7236370439787708e-7f;
    c = std::fma(c, t2, 2.4799852696610628e-5f);
    c = std::fma(c, t2, -1.3888885054799695e-3f);
    c = std::fma(c, t2, 4.1666666363926345e-2f);
    c = std::fma(c, t2, -0.5f);
    c = std::fma(c, t2, 1.0f);
    // Rotation by the quadrant: odd quadrants exchange sine and cosine; signs come from the bits.
    const bool odd = (b & 0x40000000u) != 0;
    const float x = odd ? s : c;
    const float y = odd ? c : s;
    const std::uint32_t sign_x = ((b >> 31) ^ ((b >> 30) & 1u)) << 31;
    const std::uint32_t sign_y = (b >> 31) << 31;
    return {std::bit_cast<float>(std::bit_cast<std::uint32_t>(radius * x) ^ sign_x),
            std::bit_cast<float>(std::bit_cast<std::uint32_t>(radius * y) ^ sign_y)};
}

// Standard normal number of a neuron's process at a step: four consecutive steps share one call.
ENGRAM_HD_INLINE float normal_at_step(const RandomStreams& streams, Purpose purpose,
                                      std::uint32_t id, std::uint32_t sub, std::int64_t step) {
    const RandomWords r = streams(purpose, id, sub, static_cast<std::uint64_t>(step) >> 2);
    const unsigned lane = static_cast<unsigned>(step & 3);
    const NormalPair pair =
        lane < 2 ? normal_pair(r.word[0], r.word[1]) : normal_pair(r.word[2], r.word[3]);
    return (lane & 1) ? pair.second : pair.first;
}

//! The two normal numbers of a neuron's background over a block; two neurons share one call.
//! \param begin  first step of the whole block
ENGRAM_HD_INLINE NormalPair normals_of_block(const RandomStreams& streams, std::uint32_t id,
                                             std::int64_t begin) {
    const RandomWords r =
        streams(Purpose::background_block, id / 2, 0, static_cast<std::uint64_t>(begin));
    return (id & 1) != 0 ? normal_pair(r.word[2], r.word[3]) : normal_pair(r.word[0], r.word[1]);
}

}  // namespace engram::model
