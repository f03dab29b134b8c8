// SPDX-License-Identifier: Apache-2.0
// Statistics of samples, for tests of random numbers and stochastic processes.
// Seeds are fixed, so a bound of 4 or 5 sigmas is not there to be missed now and then: it says how
// far a correct distribution would stray for hardly any seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace engram::test {

struct Moments {
    double mean = 0;
    double variance = 0;
    double skewness = 0;
    double kurtosis = 0;  //!< 3 for a normal distribution
};

inline Moments moments_of(const std::vector<double>& x) {
    const auto n = static_cast<double>(x.size());
    Moments m;
    for (const double value : x) m.mean += value / n;
    double third = 0;
    double fourth = 0;
    for (const double value : x) {
        const double d = value - m.mean;
        m.variance += d * d / n;
        third += d * d * d / n;
        fourth += d * d * d * d / n;
    }
    m.skewness = third / std::pow(m.variance, 1.5);
    m.kurtosis = fourth / (m.variance * m.variance);
    return m;
}

inline double correlation_of(const std::vector<double>& x, const std::vector<double>& y) {
    const Moments mx = moments_of(x);
    const Moments my = moments_of(y);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mx.mean) * (y[i] - my.mean);
    return sum / static_cast<double>(x.size()) / std::sqrt(mx.variance * my.variance);
}

inline double normal_cdf(double x) {
    return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

// Kolmogorov-Smirnov statistic sqrt(n) * D against the standard normal distribution; above 1.95
// with probability 0.001.
inline double ks_statistic(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    const auto n = static_cast<double>(x.size());
    double d = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double p = normal_cdf(x[i]);
        d = std::max({d, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
    }
    return std::sqrt(n) * d;
}

}  // namespace engram::test
