// SPDX-License-Identifier: Apache-2.0
// The cylinder that a morphological neuron is: basal dendrite, basal half of the soma, synthesis
// zone of one compartment, apical half of the soma, apical dendrite, both ends sealed; cut into
// compartments of equal length. Lengths in um, places from the free tip of the basal dendrite.
//
// What relaxes along it is a sum over modes k = 0 ... n-1, c_k(i) = cos(k pi (i + 1/2) / n) in
// compartment i, each of which relaxes by itself: they diagonalise the second difference with
// sealed ends.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "model/elementary.hpp"

namespace engram::model {

class Cable {
  public:
    //! A point: one compartment.
    Cable() = default;
    Cable(double basal_um, double soma_radius_um, double apical_um, double compartment_um)
        : zone_begin_um_(basal_um + soma_radius_um),
          zone_um_(compartment_um),
          length_um_(basal_um + 2.0 * soma_radius_um + compartment_um + apical_um),
          n_(static_cast<int>(std::ceil(length_um_ / compartment_um * (1.0 - rounding)))) {}

    double length_um() const { return length_um_; }
    //! Length of the zone in which protein is synthesised.
    double zone_um() const { return zone_um_; }
    int n_compartments() const { return n_; }
    //! Length of a compartment: at most that which was asked for.
    double dx_um() const { return length_um_ / n_; }
    double centre_um(int compartment) const { return (compartment + 0.5) * dx_um(); }
    //! The middle of the synthesis zone.
    double soma_um() const { return zone_begin_um_ + 0.5 * zone_um_; }
    //! The compartment of a place within the cell; of a border that behind it.
    int compartment_at(double place_um) const {
        return std::clamp(static_cast<int>(std::floor(place_um / dx_um() * (1.0 + rounding))), 0,
                          n_ - 1);
    }
    //! Share of the synthesis zone that lies in a compartment.
    double share_of_zone(int compartment) const {
        const double begin = std::max(zone_begin_um_, compartment * dx_um());
        const double end = std::min(zone_begin_um_ + zone_um_, (compartment + 1) * dx_um());
        return std::max(0.0, end - begin) / zone_um_;
    }

    //! c_k at a compartment.
    double mode(int k, int compartment) const {
        // As a fraction of a turn, in whole numbers, so that modes are as orthogonal as they can.
        const std::int64_t turn = std::int64_t{4} * n_;
        const std::int64_t angle = std::int64_t{k} * (2 * compartment + 1) % turn;
        return sin_of_turns(0.25 + static_cast<double>(angle) / static_cast<double>(turn));
    }
    //! Mean of c_k over the synthesis zone.
    double mean_over_zone(int k) const {
        double mean = 0.0;
        const int last = compartment_at(zone_begin_um_ + zone_um_);
        for (int i = compartment_at(zone_begin_um_); i <= last; ++i)
            mean += share_of_zone(i) * mode(k, i);
        return mean;
    }
    //! Rate at which mode k relaxes, per diffusivity [1/um2].
    double relaxation_per_um2(int k) const {
        const double sine = sin_of_turns(static_cast<double>(k) / (4.0 * n_));
        return 4.0 * sine * sine / (dx_um() * dx_um());
    }

    bool operator==(const Cable&) const = default;

  private:
    static constexpr double rounding = 1e-12;  //!< of lengths that are multiples of a compartment

    double zone_begin_um_ = 0;
    double zone_um_ = 1;
    double length_um_ = 1;
    int n_ = 1;
};

}  // namespace engram::model
