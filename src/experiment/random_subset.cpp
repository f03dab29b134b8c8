// SPDX-License-Identifier: Apache-2.0
#include "experiment/random_subset.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <utility>

namespace engram {
namespace {

// std::hash differs between libraries.
std::uint64_t fnv1a(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

// Random integers without state: value = f(seed, group name, index of the draw).
class GroupDraws {
  public:
    GroupDraws(std::uint64_t seed, const std::string& name)
        : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}},
          hash_(fnv1a(name)) {}

    // Uniform in [0, bound): Lemire's multiplication, redrawn where some values would be favoured.
    std::uint32_t below(std::uint32_t bound, std::uint32_t draw) const {
        const std::uint32_t favoured = -bound % bound;
        for (std::uint32_t attempt = 0;; ++attempt) {
            const r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(hash_),
                                                         static_cast<std::uint32_t>(hash_ >> 32),
                                                         draw, attempt}};
            for (const std::uint32_t random : r123::Philox4x32{}(counter, key_)) {
                const std::uint64_t product = std::uint64_t{random} * bound;
                if (static_cast<std::uint32_t>(product) >= favoured)
                    return static_cast<std::uint32_t>(product >> 32);
            }
        }
    }

  private:
    r123::Philox4x32::key_type key_;
    std::uint64_t hash_;
};

}  // namespace

std::vector<NeuronId> random_subset(std::vector<NeuronId> ids, std::size_t count,
                                    std::uint64_t seed, const std::string& group_name) {
    const GroupDraws draws(seed, group_name);
    for (std::size_t i = 0; i < count; ++i) {
        const auto left = static_cast<std::uint32_t>(ids.size() - i);
        std::swap(ids[i], ids[i + draws.below(left, static_cast<std::uint32_t>(i))]);
    }
    ids.resize(count);
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace engram
