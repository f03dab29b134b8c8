// SPDX-License-Identifier: Apache-2.0
// What a run has induced in each recorded synapse, from the samples of its traces as they come.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/recall_measures.hpp"

namespace engram {

// Classes are those of the published induction studies (Luboeinski & Tetzlaff 2021): LTP or LTD by
// the sign of the largest deviation of h from h_0; early, tagged if |h - h_0| exceeds theta_tag in
// any sample, late if it is tagged and protein is synthesised as well: if its amount rises between
// two samples, or, where the postsynaptic neuron is not recorded, if z changes.
class Induction {
  public:
    //! \param experiment  whose recorded synapses are resolved
    explicit Induction(const Experiment& experiment);

    //! \param rows  as ResultSink::write_traces
    void add(std::span<const double> rows);
    //! In the order of induction_names; NaN without samples.
    std::vector<double> values() const;

  private:
    // Of one synapse.
    struct Course {
        std::size_t h_column = 0;
        std::size_t z_column = 0;
        std::vector<std::size_t> protein_columns;  //!< none: the neuron is not recorded
        double largest_mV = 0;  //!< h - h_0, with its sign; of equal ones the first
        double largest_at_s = 0;
        double h_mV = 0;  //!< in the last sample, as are those below
        double z = 0;
        std::vector<double> protein;
        double highest_protein = 0;
        double highest_at_s = 0;
        bool is_tagged = false;
        bool has_protein = false;
    };

    void add_sample(Course& course, std::span<const double> row);

    double h_0_mV_;
    double theta_tag_mV_;
    double p_max_;
    std::size_t width_;
    std::uint64_t n_samples_ = 0;
    std::vector<Course> courses_;
};

//! Of all synapses that an experiment records, resolved or not.
std::vector<MeasureName> induction_names(const Experiment& experiment);

}  // namespace engram
