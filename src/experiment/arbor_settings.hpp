// SPDX-License-Identifier: Apache-2.0
// What settings of the command line do to an imported configuration beyond replacing its values.
#pragma once

#include <string>
#include <vector>

#include "experiment/config_tree.hpp"

namespace engram {

//! Takes out the imported list of samples if settings are about to name neurons or synapses to
//! record: it is replaced as a whole, as by the published options.
void take_out_replaced_samples(ConfigNode& root, const std::vector<std::string>& overrides);

//! Takes out what the imported file has behind the end of the run, which settings may have moved:
//! the published program never reaches it. A run that waits for learning is spiking to its end.
//! \param file     whose values may be taken out
//! \param notices  is told
void take_out_what_is_late(ConfigNode& root, const std::string& file,
                           std::vector<std::string>& notices);

}  // namespace engram
