// The published late phase, but for what drives the synthesis of the protein: potentiation alone,
// S_j = sum of max(h - h_0, 0).
#pragma once

#include <cmath>

#include "plasticity/common_pool.hpp"

namespace engram::plasticity {

struct PoolByPotentiation : CommonPool {
    using CommonPool::CommonPool;
    ENGRAM_HD_INLINE static double part_of_sum(int, double g) { return std::fmax(g, 0.0); }
};

}  // namespace engram::plasticity
