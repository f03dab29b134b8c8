// A stack as the address sanitizer has to know it; without it, nothing.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace engram::device {

// Of one stack. Call leave() on it before another one is switched to, and arrive() on it at once
// when it is in use again, or for the first time.
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
    const void* bottom_ = nullptr;
    std::size_t bytes_ = 0;
    void* fake_stack_ = nullptr;
};

}  // namespace engram::device
