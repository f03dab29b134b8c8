// SPDX-License-Identifier: Apache-2.0
// How a neuromodulator sets the threshold of protein synthesis (Lehr, Luboeinski & Tetzlaff 2022,
// after Clopath et al. 2008):
//     theta_pro = h_0 / (nm + 0.001)
#pragma once

namespace engram::model {

inline constexpr double neuromodulation_floor = 0.001;  //!< so that the threshold stays finite

//! \param amplitude  of the neuromodulator, at least 0; at 0 hardly anything reaches the threshold
constexpr double modulated_theta_pro_mV(double h_0_mV, double amplitude) {
    return h_0_mV / (amplitude + neuromodulation_floor);
}

}  // namespace engram::model
