#include "device/task_turns.hpp"

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cassert>
#include <exception>
#include <utility>
#include <vector>

namespace engram::device {

namespace {
// Taken from the system as it is touched.
constexpr std::size_t stack_bytes = std::size_t{8} << 20;
}  // namespace

namespace bc = boost::context;

struct TaskTurns::Stacks {
    bc::fiber scheduler;  // while a task runs: where it gives way to
};

TaskTurns::TaskTurns() : stacks_(std::make_unique<Stacks>()) {}
TaskTurns::~TaskTurns() = default;

void TaskTurns::run(std::size_t n, const std::function<void(std::size_t)>& task,
                    const std::function<void()>& all_wait) {
    std::exception_ptr problem;
    const auto attempt = [&](const auto& work) {
        try {
            work();
        } catch (const bc::detail::forced_unwind&) {
            throw;
        } catch (...) {
            if (!problem) problem = std::current_exception();
        }
    };
    std::vector<bc::fiber> tasks;
    for (std::size_t i = 0; i < n; ++i)
        tasks.emplace_back(std::allocator_arg, bc::protected_fixedsize_stack(stack_bytes),
                           [&, i](bc::fiber&& scheduler) {
                               stacks_->scheduler = std::move(scheduler);
                               attempt([&] { task(i); });
                               return std::move(stacks_->scheduler);
                           });
    while (!tasks.empty() && !problem) {
        for (bc::fiber& stack : tasks) {
            stack = std::move(stack).resume();
            if (problem) break;
        }
        std::erase_if(tasks, [](const bc::fiber& stack) { return !stack; });
        if (!tasks.empty() && !problem) attempt(all_wait);
    }
    // Unwinds the tasks that still wait, while no exception is under way here.
    tasks.clear();
    if (problem) std::rethrow_exception(problem);
}

void TaskTurns::wait() {
    assert(stacks_->scheduler);
    stacks_->scheduler = std::move(stacks_->scheduler).resume();
}

}  // namespace engram::device
