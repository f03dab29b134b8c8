#include "device/epoch_plan.hpp"

namespace engram::device {

namespace {

template <class T>
std::span<const T> view(const std::vector<T>& values) {
    return values;
}

std::size_t bytes_of(const EpochPlan& plan) {
    std::size_t bytes = 0;
    const auto count = [&](const auto& list) { bytes += EpochUpload::size_of(view(list)); };
    for (const BlockPlan& block : plan) {
        count(block.arriving);
        count(block.first_arrival);
        count(block.influx);
        count(block.pulses);
        count(block.trains);
        count(block.forced);
    }
    return bytes + EpochUpload::size_of(std::span<const BlockTask>(
                       static_cast<const BlockTask*>(nullptr), plan.size()));
}

}  // namespace

const BlockTask* upload(EpochUpload& upload, EpochPlan& plan) {
    upload.begin(bytes_of(plan));
    // First, so that they are at the same place in every epoch: launches that use them can be kept.
    std::vector<BlockTask> tasks(plan.size());
    const List<BlockTask> on_device = upload.add(view(tasks));
    for (std::size_t b = 0; b < plan.size(); ++b) {
        BlockPlan& block = plan[b];
        BlockTask& task = block.task;
        task.arriving = upload.add(view(block.arriving));
        task.first_arrival = upload.add(view(block.first_arrival)).items;
        task.influx = upload.add(view(block.influx));
        task.pulses = upload.add(view(block.pulses));
        task.trains = upload.add(view(block.trains));
        task.forced = upload.add(view(block.forced));
        tasks[b] = task;
    }
    upload.replace(on_device, view(tasks));
    upload.send();
    return on_device.items;
}

}  // namespace engram::device
