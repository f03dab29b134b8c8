// SPDX-License-Identifier: Apache-2.0
// Mean and standard deviation of values that come one sample after the other.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/nothing.hpp"

namespace engram {

// Of many quantities at once; samples that are NaN are left out of their quantity.
// Welford's method: stable, and of the samples in the order in which they come.
class RunningStatistics {
  public:
    explicit RunningStatistics(std::size_t n_quantities)
        : count_(n_quantities), mean_(n_quantities), squares_(n_quantities) {}

    //! \param sample one value per quantity
    void add(std::span<const double> sample) {
        for (std::size_t i = 0; i < sample.size(); ++i) {
            if (std::isnan(sample[i])) continue;
            const double difference = sample[i] - mean_[i];
            mean_[i] += difference / static_cast<double>(++count_[i]);
            squares_[i] += difference * (sample[i] - mean_[i]);
        }
    }

    std::size_t size() const { return mean_.size(); }
    //! NaN without samples.
    double mean(std::size_t i) const { return count_[i] == 0 ? nothing : mean_[i]; }
    //! Standard deviation of the population that the samples are of; NaN below two samples.
    double sd(std::size_t i) const {
        return count_[i] < 2 ? nothing
                             : std::sqrt(squares_[i] / static_cast<double>(count_[i] - 1));
    }
    //! Standard error of the mean; NaN below two samples.
    double sem(std::size_t i) const { return sd(i) / std::sqrt(static_cast<double>(count_[i])); }
    std::vector<double> means() const {
        std::vector<double> values(size());
        for (std::size_t i = 0; i < size(); ++i) values[i] = mean(i);
        return values;
    }

  private:
    std::vector<std::uint64_t> count_;
    std::vector<double> mean_;
    std::vector<double> squares_;  // sum of squared differences from the mean
};

// The same over all samples, and over the means of consecutive batches of them.
class BatchStatistics {
  public:
    //! \param per_batch  samples of a batch; 0: no batches. What does not fill a batch is left out.
    BatchStatistics(std::size_t n_quantities, std::uint32_t per_batch)
        : samples_(n_quantities),
          batches_(per_batch > 0 ? n_quantities : 0),
          batch_(per_batch > 0 ? n_quantities : 0),
          per_batch_(per_batch) {}

    void add(std::span<const double> sample) {
        samples_.add(sample);
        if (per_batch_ == 0) return;
        batch_.add(sample);
        if (++in_batch_ < per_batch_) return;
        batches_.add(batch_.means());
        batch_ = RunningStatistics(samples_.size());
        in_batch_ = 0;
    }

    const RunningStatistics& samples() const { return samples_; }
    const RunningStatistics& batches() const { return batches_; }
    bool has_batches() const { return per_batch_ > 0; }

  private:
    RunningStatistics samples_;
    RunningStatistics batches_;
    RunningStatistics batch_;  // the one that is being filled
    std::uint32_t per_batch_;
    std::uint32_t in_batch_ = 0;
};

}  // namespace engram
