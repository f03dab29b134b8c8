#include "device/device_state.hpp"

#include <algorithm>
#include <string>

#include "base/errors.hpp"

namespace engram::device {

namespace {
constexpr std::uint64_t steps_per_block = model::max_block_steps;
}

DeviceState::DeviceState(Device& device, const Network& network, std::uint64_t n_spikes)
    : device_(device) {
    const std::uint64_t n = network.n_local();
    const std::uint64_t n_sources = network.plastic().n_sources();
    const std::uint64_t n_synapses = network.plastic().size();
    for (auto* array : {&v_mV, &i_syn_nA, &i_bg_nA, &refractory}) *array = {device, n};
    for (auto* array :
         {&protein, &shrinkage, &synthesis_end_s_, &post_highest_, &post_start[0], &post_start[1]})
        *array = {device, n};
    for (auto* array : {&pre_start[0], &pre_start[1], &tag_watch_}) *array = {device, n_sources};
    for (auto* array : {&pre_jumps_[0], &pre_jumps_[1], &arrivals_[0], &arrivals_[1]})
        *array = {device, n_sources};
    for (auto* array : {&g, &stored_z}) *array = {device, n_synapses};
    tag = {device, n_synapses};
    change_sum_ = {device, n};
    post_jumps_ = {device, n};
    input_ = {device, steps_per_block * n};
    arrival_list_ = {device, steps_per_block * n};
    row_tasks_ = {device, n_sources};
    counters_ = {device, 1};
    output = {device, first_spike_word + n_spikes};
    n_draws = {device, n_draw_counters};

    input_.fill_bytes(0);
    arrival_list_.fill_bytes(0xff);  // end_of_list
    n_draws.fill_bytes(0);
    for (auto* array : {&g, &stored_z, &protein}) array->fill_bytes(0);
    // Kernels leave them alone where a neuron is inhibitory.
    post_highest_.fill_bytes(0);
    post_jumps_.fill_bytes(0);
    tag.fill_bytes(0);  // Tag::none
    clear_calcium();
}

void DeviceState::describe(Arrays& arrays) const {
    arrays.v_mV = v_mV.data();
    arrays.i_syn_nA = i_syn_nA.data();
    arrays.i_bg_nA = i_bg_nA.data();
    arrays.refractory = refractory.data();
    arrays.input = input_.data();
    arrays.arrival_list = arrival_list_.data();
    arrays.active_arrivals = active_arrivals_.data();
    arrays.g = g.data();
    arrays.stored_z = stored_z.data();
    arrays.tag = tag.data();
    arrays.change_sum = change_sum_.data();
    arrays.protein = protein.data();
    arrays.shrinkage = shrinkage.data();
    arrays.synthesis_end_s = synthesis_end_s_.data();
    arrays.post_jumps = post_jumps_.data();
    arrays.post_highest = post_highest_.data();
    for (int parity = 0; parity < 2; ++parity) {
        arrays.pre_start[parity] = pre_start[parity].data();
        arrays.pre_jumps[parity] = pre_jumps_[parity].data();
        arrays.arrivals[parity] = arrivals_[parity].data();
        arrays.post_start[parity] = post_start[parity].data();
    }
    arrays.tag_watch = tag_watch_.data();
    arrays.row_tasks = row_tasks_.data();
    arrays.counters = counters_.data();
    arrays.output = output.data();
    arrays.n_draws = n_draws.data();
}

void DeviceState::clear_calcium() {
    for (int parity = 0; parity < 2; ++parity) {
        pre_start[parity].fill_bytes(0);
        post_start[parity].fill_bytes(0);
        pre_jumps_[parity].fill_bytes(0);
        arrivals_[parity].fill_bytes(0);
    }
}

void DeviceState::reserve_arrivals(std::uint64_t n) {
    if (n <= active_arrivals_.size()) return;
    if (n >= end_of_list)
        throw DeviceError(std::to_string(n) +
                          " synapses receive a spike within one epoch, more than one GPU can note "
                          "down; use more ranks");
    // Released first, so that both need not fit; nothing of it is needed between epochs.
    active_arrivals_ = {};
    active_arrivals_ = {device_, std::max<std::uint64_t>(n + n / 2, 1u << 16)};
}

std::uint64_t DeviceState::bytes(const RankSizes& sizes, std::uint64_t n_spikes) {
    const std::uint64_t per_neuron =
        4 * sizeof(double) + steps_per_block * (sizeof(model::FixedPoint) + sizeof(std::uint32_t));
    const std::uint64_t per_target = 7 * sizeof(double) + sizeof(model::BlockMask);
    const std::uint64_t per_source =
        3 * sizeof(double) + 4 * sizeof(model::BlockMask) + sizeof(RowTask);
    const std::uint64_t per_synapse = 2 * sizeof(double) + 1;
    return per_neuron * sizes.n_local + per_target * sizes.n_local + per_source * sizes.n_sources +
           per_synapse * sizes.n_plastic + n_spikes * sizeof(std::uint64_t);
}

}  // namespace engram::device
