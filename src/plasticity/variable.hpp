// SPDX-License-Identifier: Apache-2.0
// The description of a mechanism's state: each variable once, as a member of the view that loops
// and kernels take. How it is allocated on the host and on a device, the memory that it takes, its
// copies between both, and what a checkpoint holds of it follow from this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace engram::plasticity {

//! What there is one value for: each local neuron, each source of plastic synapses (on all ranks
//! alike), each local plastic synapse; each mode of the protein of each local neuron; each kind of
//! cell, and each constant of the modes of one (both on all ranks alike, and never saved).
enum class By { neuron, source, synapse, neuron_and_mode, cell, constant_of_modes };

enum class InCheckpoint { yes, no };

//! What values a variable can have; checkpoints from elsewhere are held to it.
enum class Domain {
    real,          //!< any finite number
    not_negative,  //!< of these
    share,         //!< above 0, at most 1
    protein,       //!< an amount, 0 to p_max
    protein_mode,  //!< an amplitude, up to sqrt(2) p_max of either sign
    tag            //!< a model::Tag
};

// How many values there are.
struct StateSizes {
    std::uint64_t neurons = 0;
    std::uint64_t sources = 0;
    std::uint64_t synapses = 0;
    std::uint64_t modes = 0;  //!< of a neuron
    std::uint64_t cells = 0;
    std::uint64_t constants = 0;  //!< of a mode of a cell

    constexpr std::uint64_t of(By by) const {
        switch (by) {
            case By::neuron:
                return neurons;
            case By::source:
                return sources;
            case By::synapse:
                return synapses;
            case By::neuron_and_mode:
                return neurons * modes;
            case By::cell:
                return cells;
            case By::constant_of_modes:
                return cells * constants * modes;
        }
        return 0;
    }
};

template <class View, class T>
struct Variable {
    using Value = T;

    T* View::*place;
    const char* name;  //!< in checkpoints
    const char* unit;
    By by;
    T at_rest;
    InCheckpoint in_checkpoint;  //!< no: it follows from others, or does not outlive a window
    const char* meaning;
    Domain domain = Domain::real;

    constexpr std::uint64_t count(const StateSizes& sizes) const { return sizes.of(by); }
};

//! Whether checkpoints can hold values of a type.
template <class T>
inline constexpr bool is_saveable = std::is_same_v<T, double> || std::is_same_v<T, std::uint8_t>;

//! Calls visit(variable) for each in the order of the description.
template <class View, class Visit>
constexpr void for_each_variable(Visit visit) {
    std::apply([&](const auto&... variable) { (visit(variable), ...); }, View::variables());
}

//! Whether checkpoints can hold all that they shall: else it would be missing without a word. Bytes
//! they hold of synapses alone.
template <class View>
constexpr bool can_save_all() {
    bool all = true;
    for_each_variable<View>([&]<class V, class T>(const Variable<V, T>& variable) {
        const bool can =
            is_saveable<T> && (std::is_same_v<T, double> || variable.by == By::synapse);
        all = all && (variable.in_checkpoint == InCheckpoint::no || can);
    });
    return all;
}

//! Bytes that a state takes.
template <class View>
constexpr std::uint64_t state_bytes(const StateSizes& sizes) {
    std::uint64_t bytes = 0;
    for_each_variable<View>([&]<class V, class T>(const Variable<V, T>& variable) {
        bytes += variable.count(sizes) * sizeof(T);
    });
    return bytes;
}

// The memory of a state. Array<T> owns values and tells data().
template <class View, template <class> class Array>
class Storage {
    static_assert(can_save_all<View>(), "checkpoints have no place for a variable");

    template <class... Variables>
    static std::tuple<Array<typename Variables::Value>...> arrays_of(std::tuple<Variables...>);

  public:
    //! \param make  called for each variable; returns its array
    template <class Make>
    explicit Storage(Make make)
        : arrays_(std::apply([&](const auto&... variable) { return Arrays{make(variable)...}; },
                             View::variables())) {}

    //! Calls visit(variable, array) for each in the order of the description.
    template <class Visit>
    void for_each(Visit visit) {
        visit_all(*this, visit);
    }
    template <class Visit>
    void for_each(Visit visit) const {
        visit_all(*this, visit);
    }
    //! Calls visit(variable, array) for each that checkpoints hold.
    template <class Visit>
    void for_each_saved(Visit visit) {
        for_each([&](const auto& variable, auto& array) {
            using Value = typename std::remove_cvref_t<decltype(variable)>::Value;
            if constexpr (is_saveable<Value>)
                if (variable.in_checkpoint == InCheckpoint::yes) visit(variable, array);
        });
    }
    //! The array of a variable, which is named by its place in the view.
    template <class V, class T>
    Array<T>& of(T* V::*place) {
        Array<T>* found = nullptr;
        for_each([&]<class W, class U>(const Variable<W, U>& variable, Array<U>& array) {
            if constexpr (std::is_same_v<U * W::*, T * V::*>)
                if (variable.place == place) found = &array;
        });
        return *found;
    }
    //! Tells a view where the state lies, which stays there for as long as this lives.
    void describe(View& view) const {
        for_each([&]<class V, class T>(const Variable<V, T>& variable, const Array<T>& array) {
            view.*variable.place = const_cast<T*>(array.data());
        });
    }

  private:
    using Arrays = decltype(arrays_of(View::variables()));

    template <class Self, class Visit>
    static void visit_all(Self& self, Visit& visit) {
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            [[maybe_unused]] constexpr auto variables = View::variables();
            (visit(std::get<i>(variables), std::get<i>(self.arrays_)), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<Arrays>>{});
    }

    Arrays arrays_;
};

}  // namespace engram::plasticity
