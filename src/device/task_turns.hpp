// SPDX-License-Identifier: Apache-2.0
// Runs tasks on one thread that take turns, so that all of them can wait for the same thing.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace engram::device {

class TaskTurns {
  public:
    TaskTurns();
    ~TaskTurns();
    TaskTurns(const TaskTurns&) = delete;
    TaskTurns& operator=(const TaskTurns&) = delete;

    //! Runs n tasks to their ends. Whenever all that have not ended wait, calls `all_wait` and lets
    //! them go on, in order.
    //! \param task  is given 0 ... n-1
    //! \throw what a task or `all_wait` throws first; the other tasks are unwound where they wait
    void run(std::size_t n, const std::function<void(std::size_t)>& task,
             const std::function<void()>& all_wait);

    //! Within a task, and in no catch block: returns once `all_wait` was called. Throws what only
    //! run() catches if another task has failed.
    void wait();

  private:
    struct Stacks;
    std::unique_ptr<Stacks> stacks_;
};

}  // namespace engram::device
