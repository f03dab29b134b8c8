// SPDX-License-Identifier: Apache-2.0
// A neuron with a morphology as a row of equal compartments from the tip of the basal dendrite to
// that of the apical one, and the modes of whatever spreads along it: potential or protein. Both
// ends are sealed, so these are
//     phi_k(i) = cos(k pi (i + 1/2) / n)  times 1 for k = 0, else sqrt(2)
// with sum_i phi_k(i) phi_l(i) = n if k = l, else 0.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "model/elementary.hpp"
#include "model/parameters.hpp"

namespace engram::model {

struct Cable {
    int n = 1;  //!< compartments
    double length_um = 0;
    double dx_um = 0;  //!< length of a compartment
    double radius_um = 0;
    double zone_begin_um = 0;  //!< of the zone of synthesis, from the basal tip
    double zone_end_um = 0;

    //! A point.
    Cable() = default;
    explicit Cable(const Morphology& m)
        : n(n_compartments(m)),
          length_um(m.length_um()),
          dx_um(length_um / n),
          radius_um(m.soma_radius_um),
          zone_begin_um(m.basal_dendrite_um + m.soma_radius_um),
          zone_end_um(zone_begin_um + m.compartment_um) {}

    //! Compartments that are no longer than compartment_um. A length that is a whole number of them
    //! up to rounding has that number.
    static int n_compartments(const Morphology& m) {
        return static_cast<int>(std::ceil(m.length_um() / m.compartment_um * (1.0 - 1e-12)));
    }

    //! What the places of protein follow from: compartments, and from the basal tip [um] the end of
    //! the cell, and begin and end of the zone of synthesis.
    std::vector<double> shape() const {
        return {static_cast<double>(n), length_um, zone_begin_um, zone_end_um};
    }

    //! Compartment that holds a place.
    int at(double place_um) const {
        const int i = static_cast<int>(std::floor(place_um / dx_um));
        return i < n ? i : n - 1;
    }
    static constexpr int basal_tip() { return 0; }
    int apical_tip() const { return n - 1; }
    //! The middle of the zone of synthesis.
    int soma() const { return at(0.5 * (zone_begin_um + zone_end_um)); }

    //! phi_k(i).
    double mode(int k, int i) const {
        if (k == 0) return 1.0;
        // In whole parts of a turn, so that nothing is lost by going round many times.
        const std::int64_t parts = 4 * std::int64_t{n};
        const std::int64_t part = (std::int64_t{k} * (2 * i + 1) + n) % parts;
        return std::sqrt(2.0) *
               sin_of_turns(static_cast<double>(part) / static_cast<double>(parts));
    }
    //! Share of the zone of synthesis that lies in a compartment.
    double share_of_zone(int i) const {
        const double begin = std::max(zone_begin_um, i * dx_um);
        const double end = std::min(zone_end_um, (i + 1) * dx_um);
        return std::max(0.0, end - begin) / (zone_end_um - zone_begin_um);
    }
    //! Mean of phi_k over the zone.
    double mode_in_zone(int k) const {
        double mean = 0.0;
        for (int i = at(zone_begin_um); i <= at(zone_end_um); ++i)
            mean += share_of_zone(i) * mode(k, i);
        return mean;
    }
    //! Minus the eigenvalue of the second difference quotient [1/um^2]: with a diffusivity D a mode
    //! decays at D times this.
    double eigenvalue(int k) const {
        const double sine =
            sin_of_turns(static_cast<double>(k) / static_cast<double>(4 * std::int64_t{n}));
        return 4.0 * sine * sine / (dx_um * dx_um);
    }
};

}  // namespace engram::model
