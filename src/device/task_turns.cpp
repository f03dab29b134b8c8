// SPDX-License-Identifier: Apache-2.0
#include "device/task_turns.hpp"

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <exception>
#include <utility>
#include <vector>

#include "base/contracts.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace engram::device {

namespace {

namespace bc = boost::context;

// Taken from the system as it is touched.
constexpr std::size_t bytes_of_stack = std::size_t{8} << 20;

// A stack as the address sanitizer has to know it; without it, nothing. Call leave() on it before
// another one is switched to, and arrive() on it at once when it is in use again, or for the first
// time.
class StackBounds {
  public:
    //! The stack in use now; its bounds are known once another one has arrived from it.
    StackBounds() = default;
    StackBounds(const void* bottom, std::size_t bytes) : bottom_(bottom), bytes_(bytes) {}

    //! \param for_good  the stack is not used any more
    void leave([[maybe_unused]] const StackBounds& to, [[maybe_unused]] bool for_good = false) {
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, to.bottom_, to.bytes_);
#endif
    }
    //! \param from  receives its bounds
    void arrive([[maybe_unused]] StackBounds& from) {
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_finish_switch_fiber(fake_stack_, &from.bottom_, &from.bytes_);
#endif
    }

  private:
    [[maybe_unused]] const void* bottom_ = nullptr;
    [[maybe_unused]] std::size_t bytes_ = 0;
    [[maybe_unused]] void* fake_stack_ = nullptr;
};

// Thrown where a task waits, to unwind its stack.
struct TaskEnded {};

}  // namespace

struct TaskTurns::Stacks {
    bc::fiber scheduler;  // while a task runs: where it gives way to
    StackBounds scheduler_bounds;
    StackBounds* task_bounds = nullptr;  // of the task that runs
    bool ending = false;                 // tasks that wait are to end
    std::exception_ptr problem;

    // Runs work to its end, and keeps the first problem.
    void attempt(const std::function<void()>& work) {
        try {
            work();
            // NOLINTNEXTLINE(bugprone-empty-catch): the stack is unwound, as was wanted.
        } catch (const TaskEnded&) {
        } catch (...) {
            if (!problem) problem = std::current_exception();
        }
    }

    // Lets a task run until it waits or has ended.
    void resume(bc::fiber& task, StackBounds& bounds) {
        task_bounds = &bounds;
        scheduler_bounds.leave(bounds);
        task = std::move(task).resume();
        scheduler_bounds.arrive(bounds);
    }
};

TaskTurns::TaskTurns() : stacks_(std::make_unique<Stacks>()) {}
TaskTurns::~TaskTurns() = default;

void TaskTurns::run(std::size_t n, const std::function<void(std::size_t)>& task,
                    const std::function<void()>& all_wait) {
    struct Task {
        bc::fiber stack;
        StackBounds bounds;
    };
    Stacks& s = *stacks_;
    s.ending = false;
    s.problem = nullptr;
    std::vector<Task> tasks(n);
    bc::protected_fixedsize_stack allocator(bytes_of_stack);
    for (std::size_t i = 0; i < n; ++i) {
        const bc::stack_context memory = allocator.allocate();
        tasks[i].bounds = {static_cast<const std::byte*>(memory.sp) - memory.size, memory.size};
        tasks[i].stack =
            bc::fiber(std::allocator_arg, bc::preallocated(memory.sp, memory.size, memory),
                      allocator, [&s, &task, i](bc::fiber&& scheduler) {
                          s.scheduler = std::move(scheduler);
                          s.task_bounds->arrive(s.scheduler_bounds);
                          if (!s.ending) s.attempt([&] { task(i); });
                          s.task_bounds->leave(s.scheduler_bounds, true);
                          return std::move(s.scheduler);
                      });
    }
    while (!tasks.empty()) {
        for (Task& one : tasks) {
            s.resume(one.stack, one.bounds);
            s.ending = s.problem != nullptr;
        }
        std::erase_if(tasks, [](const Task& one) { return !one.stack; });
        if (!tasks.empty() && !s.ending) s.attempt(all_wait);
        s.ending = s.problem != nullptr;
    }
    if (s.problem) std::rethrow_exception(std::exchange(s.problem, nullptr));
}

void TaskTurns::wait() {
    Stacks& s = *stacks_;
    ENGRAM_EXPECT(s.scheduler);
    s.task_bounds->leave(s.scheduler_bounds);
    s.scheduler = std::move(s.scheduler).resume();
    s.task_bounds->arrive(s.scheduler_bounds);
    if (s.ending) throw TaskEnded{};
}

}  // namespace engram::device
