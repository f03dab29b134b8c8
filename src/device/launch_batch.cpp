// SPDX-License-Identifier: Apache-2.0
#include "device/launch_batch.hpp"

#include <algorithm>
#include <utility>

#include "device/kernel.hpp"

namespace engram::device {

// Everything but launches and copies to the host is done at once, after what was put aside: it is
// rare within an epoch, but for the upload that begins it, before which nothing has been put aside.
class LaunchBatch::Member : public Device {
  public:
    explicit Member(LaunchBatch& batch) : batch_(batch) { batch_.queues_.push_back(&queue_); }
    ~Member() override { std::erase(batch_.queues_, &queue_); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    std::string name() const override { return device().name(); }
    std::uint64_t free_bytes() const override { return device().free_bytes(); }
    std::uint64_t total_bytes() const override { return device().total_bytes(); }
    std::uint64_t stack_bytes() const override { return device().stack_bytes(); }
    double peak_bandwidth() const override { return device().peak_bandwidth(); }

    void* allocate(std::size_t bytes) override { return device().allocate(bytes); }
    void release(void* memory) noexcept override {
        // A member that is ended by an error has no use for what it has put aside.
        try {
            launch_own();
        } catch (...) {
            queue_.clear();
        }
        device().release(memory);
    }
    void* allocate_host(std::size_t bytes) override { return device().allocate_host(bytes); }
    void release_host(void* memory) noexcept override { device().release_host(memory); }

    void fill(void* to, int byte, std::size_t bytes) override {
        launch_own();
        device().fill(to, byte, bytes);
    }
    void copy_in(void* to, const void* from, std::size_t bytes) override {
        launch_own();
        device().copy_in(to, from, bytes);
    }
    void copy_out(std::span<const CopyOut> copies) override {
        batch_.copies_.insert(batch_.copies_.end(), copies.begin(), copies.end());
        batch_.wait_();
    }

    void launch(const Kernel& kernel, std::uint64_t items) override {
        queue_.push_back({kernel, items});
    }
    void launch_as_one(std::span<const Launch> launches) override {
        queue_.insert(queue_.end(), launches.begin(), launches.end());
    }
    void launch_together(const SequenceKey&, const std::function<void()>& record) override {
        record();
    }

    void measure_kernels(bool on) override { device().measure_kernels(on); }
    Profile profile() override { return device().profile(); }

  private:
    Device& device() const { return *batch_.device_; }
    void launch_own() {
        for (const Launch& launch : std::exchange(queue_, {})) {
            device().launch(launch.kernel, launch.items);
            ++batch_.n_kernels_;
            ++batch_.n_launches_;
        }
    }

    LaunchBatch& batch_;
    Queue queue_;
};

LaunchBatch::LaunchBatch(std::unique_ptr<Device> device, std::function<void()> wait)
    : device_(std::move(device)), wait_(wait ? std::move(wait) : [this] { run(); }) {}

LaunchBatch::~LaunchBatch() = default;

std::unique_ptr<Device> LaunchBatch::make_member() {
    return std::make_unique<Member>(*this);
}

void LaunchBatch::run() {
    launch_all();
    device_->copy_out(std::exchange(copies_, {}));
}

// In most epochs all members launch the same kernels. Where one has more, to take a sample for
// instance, its queue is the longest: what it has more of comes first, and then it is level with
// the others again.
void LaunchBatch::launch_all() {
    std::vector<Launch> alike;
    for (;;) {
        const auto longest =
            std::ranges::max_element(queues_, {}, [](const Queue* queue) { return queue->size(); });
        if (longest == queues_.end() || (*longest)->empty()) return;
        const std::size_t type = (*longest)->front().kernel.index();
        alike.clear();
        for (Queue* queue : queues_) {
            if (queue->empty() || queue->front().kernel.index() != type) continue;
            alike.push_back(queue->front());
            queue->pop_front();
        }
        device_->launch_as_one(alike);
        n_kernels_ += alike.size();
        ++n_launches_;
    }
}

}  // namespace engram::device
