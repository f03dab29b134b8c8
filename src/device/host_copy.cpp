#include "device/host_copy.hpp"

namespace engram::device {

void HostCopy::select(DeviceState& state, int parity,
                      const std::vector<DeviceStimuli::Process>& processes, bool within_phase) {
    clear();
    if (within_phase) {
        by_neuron_ = {{"v_mV", &state.v_mV, {}},
                      {"i_syn_nA", &state.i_syn_nA, {}},
                      {"i_bg_nA", &state.i_bg_nA, {}},
                      {"refractory_steps", &state.refractory, {}}};
        for (const auto& process : processes)
            by_neuron_.push_back({process.name, process.deviation_nA, {}});
        by_neuron_.push_back({"calcium_post", &state.post_start[parity], {}});
    }
    by_neuron_.push_back({"protein_umol_per_l", &state.protein, {}});
    by_neuron_.push_back({"shrinkage", &state.shrinkage, {}});
    by_synapse_ = {{"g_mV", &state.g, {}}, {"stored_z", &state.stored_z, {}}};
    for (auto* list : {&by_neuron_, &by_synapse_})
        for (Entry& entry : *list) entry.values.resize(entry.on_device->size());
    tags_on_device_ = &state.tag;
    tags_.resize(state.tag.size());
}

void HostCopy::download() {
    for (auto* list : {&by_neuron_, &by_synapse_})
        for (Entry& entry : *list) entry.on_device->copy_to(entry.values);
    tags_on_device_->copy_to(tags_);
}

void HostCopy::upload() {
    for (auto* list : {&by_neuron_, &by_synapse_})
        for (Entry& entry : *list) entry.on_device->copy_from(entry.values);
    tags_on_device_->copy_from(tags_);
}

LocalState HostCopy::views() {
    LocalState local;
    for (Entry& entry : by_neuron_) local.by_neuron.push_back({entry.name, entry.values});
    for (Entry& entry : by_synapse_) local.by_synapse.push_back({entry.name, entry.values});
    local.tags = tags_;
    return local;
}

void HostCopy::clear() {
    for (auto* list : {&by_neuron_, &by_synapse_}) *list = {};
    tags_ = {};
}

}  // namespace engram::device
