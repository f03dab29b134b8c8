// SPDX-License-Identifier: Apache-2.0
// Shadow of the device's memory: which bytes have been written, and by whom they were accessed in
// the present launch. Finds what a GPU would do without a word: accesses out of bounds, of memory
// never written, and races between threads of a launch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <vector>

namespace engram::test::ptx {

struct Violation : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Kind : std::uint64_t { read, write, atomic };

class Memory {
  public:
    void take(const void* memory, std::size_t bytes);
    void release(const void* memory);
    //! By the host.
    void mark_written(const void* memory, std::size_t bytes);

    //! Accesses that follow are of another launch: whatever was done before is done.
    //! \throw Violation if there are more threads than can be told apart
    void begin_launch(std::uint64_t threads);
    //! An access by a thread of the present launch.
    //! \throw Violation
    template <std::size_t bytes>
    void access(Kind kind, std::uint64_t address, std::uint32_t thread) {
        Cell* const cells = cells_of(address, bytes);
        const Cell first = cells[0];
        Cell differences = 0;
        for (std::size_t i = 1; i < bytes; ++i) differences |= cells[i] ^ first;
        if (differences != 0) {
            for (std::size_t i = 0; i < bytes; ++i)
                cells[i] = next(cells[i], kind, thread, address + i);
        } else if (const Cell changed = next(first, kind, thread, address); changed != first) {
            for (std::size_t i = 0; i < bytes; ++i) cells[i] = changed;
        }
    }

  private:
    // Of one byte, from the low bit: written, kinds of access (3 bits), several threads, the
    // thread (27 bits), the launch (32 bits). Thread and kinds are those of the launch.
    using Cell = std::uint64_t;
    struct Block {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::vector<Cell> cells;
    };

    static constexpr Cell is_written = 1;
    static constexpr Cell several_threads = 1 << 4;
    static constexpr Cell all_kinds = 7 << 1;
    static constexpr int thread_shift = 5;
    static constexpr Cell most_threads = 1 << 27;
    static constexpr int launch_shift = 32;
    static constexpr Cell bit_of(Kind kind) { return Cell{2} << static_cast<int>(kind); }

    Block* find(std::uint64_t address, std::size_t bytes);
    // Of neighbouring bytes.
    Cell* cells_of(std::uint64_t address, std::size_t bytes) {
        Block*& lately = lately_[(address >> 12) % lately_.size()];
        if (lately == nullptr || address < lately->begin || address + bytes > lately->end)
            lately = find(address, bytes);
        return lately->cells.data() + (address - lately->begin);
    }
    Cell next(Cell cell, Kind kind, std::uint32_t thread, std::uint64_t address) const {
        if (kind != Kind::write && (cell & is_written) == 0) fail_unwritten();
        const Cell written = is_written & (cell | (kind == Kind::read ? 0 : 1));
        if (cell >> launch_shift != launch_)
            return launch_ << launch_shift | Cell{thread} << thread_shift | bit_of(kind) | written;
        const Cell other = cell >> thread_shift & (most_threads - 1);
        if (other == thread && (cell & several_threads) == 0) return cell | bit_of(kind) | written;
        // All have read it, or all accesses were atomic.
        if ((cell & all_kinds) == bit_of(kind) && kind != Kind::write)
            return cell | several_threads | written;
        fail_race(thread, other, address);
    }
    [[noreturn]] static void fail_unwritten();
    [[noreturn]] static void fail_race(std::uint64_t thread, std::uint64_t other,
                                       std::uint64_t address);

    std::map<std::uint64_t, Block> blocks_;  // by begin
    std::array<Block*, 256> lately_{};       // by a hash of the address
    std::uint64_t launch_ = 0;
};

}  // namespace engram::test::ptx
