// SPDX-License-Identifier: Apache-2.0
// One thread of a launch: its place, its parameters, and its accesses to memory, all of which are
// checked.
#pragma once

#include <array>
#include <bitset>
#include <cstring>
#include <span>

#include "device/ptx/memory.hpp"
#include "device/ptx/words.hpp"

namespace engram::test::ptx {

// Of a known parameter, the translator has seen that it is read within its bounds.
enum class Space { generic, global, local, param, known_param };
enum class Access { plain, atomic };

template <class T>
inline b64 address_of(const T& object) {
    return reinterpret_cast<b64>(&object);
}

class Thread {
  public:
    b32 tid_x = 0;
    b32 ntid_x = 1;
    b32 ctaid_x = 0;
    b32 ctaid_y = 0;
    b32 nctaid_x = 1;
    b32 nctaid_y = 1;
    //! Bytes of each parameter; see address_of.
    std::span<const std::span<const std::byte>> parameters;
    bool atomics_are_plain = false;  //!< as if they were an ordinary load and store

    Thread(Memory& memory, b32 number) : memory_(memory), number_(number) {}

    b64 aligned(b64 address, b64 bytes) const {
        if (address % bytes != 0) throw Violation("misaligned access");
        return address;
    }

    //! \param used  by byte of T: whether the program uses it
    template <class T, Space space, Access access, class Register>
    void ld(Register& result, b64 address, b32 used) {
        constexpr b32 all = (1u << sizeof(T)) - 1;
        if constexpr (space == Space::param) {
            check_parameter(address, sizeof(T));
        } else if constexpr (space == Space::known_param) {
        } else if (is_local(address) && space != Space::global) {
            check_local(address, sizeof(T));
        } else if ((used & all) == all) {
            global<T>(access == Access::atomic ? Kind::atomic : Kind::read, address);
        } else {
            for (std::size_t i = 0; i < sizeof(T); ++i)
                if ((used >> i & 1) != 0) global<b8>(Kind::read, address + i);
        }
        T value;
        std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
        // Signed integers fill wider registers with their sign.
        if constexpr (std::is_floating_point_v<T>)
            result = to_word(value);
        else
            result = static_cast<Register>(value);
    }

    template <class T, Space space, Access access>
    void st(b64 address, b64 word) {
        static_assert(space != Space::param, "parameters are constant");
        if (is_local(address) && space != Space::global)
            for (std::size_t i = 0; i < sizeof(T); ++i)
                local_written_[address - local_begin_ + i] = true;
        else
            global<T>(access == Access::atomic ? Kind::atomic : Kind::write, address);
        const auto value = static_cast<Word<T>>(word);
        std::memcpy(reinterpret_cast<void*>(address), &value, sizeof(T));
    }

    template <class T>
    Word<T> atom_add(b64 address, b64 operand) {
        return atom<T>(address, [&](b64 old) { return old + operand; });
    }
    template <class T>
    Word<T> atom_min(b64 address, b64 operand) {
        return atom<T>(address, [&](b64 old) {
            return from_word<T>(operand) < from_word<T>(old) ? operand : old;
        });
    }
    template <class T>
    Word<T> atom_max(b64 address, b64 operand) {
        return atom<T>(address, [&](b64 old) {
            return from_word<T>(operand) > from_word<T>(old) ? operand : old;
        });
    }
    template <class T>
    Word<T> atom_or(b64 address, b64 operand) {
        return atom<T>(address, [&](b64 old) { return old | operand; });
    }
    template <class T>
    Word<T> atom_and(b64 address, b64 operand) {
        return atom<T>(address, [&](b64 old) { return old & operand; });
    }
    template <class T>
    Word<T> atom_exch(b64 address, b64 operand) {
        return atom<T>(address, [&](b64) { return operand; });
    }

    //! Memory of this thread alone.
    void set_local(void* begin, std::size_t bytes) {
        local_begin_ = reinterpret_cast<b64>(begin);
        local_written_.assign(bytes, false);
    }

  private:
    template <class T, class Change>
    Word<T> atom(b64 address, const Change& change) {
        static_assert(std::is_integral_v<T>);
        if (atomics_are_plain) {
            global<T>(Kind::read, address);
            global<T>(Kind::write, address);
        } else {
            global<T>(Kind::atomic, address);
        }
        Word<T> old;
        std::memcpy(&old, reinterpret_cast<const void*>(address), sizeof(T));
        const auto changed = static_cast<Word<T>>(change(old));
        std::memcpy(reinterpret_cast<void*>(address), &changed, sizeof(T));
        return old;
    }

    template <class T>
    void global(Kind kind, b64 address) {
        memory_.access<sizeof(T)>(kind, address, number_);
    }
    bool is_local(b64 address) const {
        return address >= local_begin_ && address < local_begin_ + local_written_.size();
    }
    void check_local(b64 address, std::size_t bytes) const {
        for (std::size_t i = 0; i < bytes; ++i)
            if (!local_written_.at(address - local_begin_ + i))
                throw Violation("reads memory of the thread that was never written");
    }
    void check_parameter(b64 address, std::size_t bytes) const {
        for (const auto parameter : parameters) {
            const auto begin = reinterpret_cast<b64>(parameter.data());
            if (address >= begin && address + bytes <= begin + parameter.size()) return;
        }
        throw Violation("reads beyond its parameters");
    }

    Memory& memory_;
    b32 number_;
    b64 local_begin_ = 0;
    std::vector<bool> local_written_;
};

template <>
inline b64 address_of(const std::span<const std::byte>& bytes) {
    return reinterpret_cast<b64>(bytes.data());
}

template <std::size_t bytes>
struct LocalMemory {
    explicit LocalMemory(Thread& thread) { thread.set_local(memory.data(), bytes); }
    alignas(16) std::array<std::byte, bytes> memory;
};

}  // namespace engram::test::ptx
