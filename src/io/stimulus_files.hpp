// SPDX-License-Identifier: Apache-2.0
// Files that stimuli are given by: waveforms and spikes, as text or in HDF5.
#pragma once

#include "experiment/experiment.hpp"

namespace engram {

//! Reads the files of all stimuli into their content, and notes the checksums of what they hold.
//! Every process reads for itself.
//! \throw FileError if a file cannot be read, is not what it should be, or does not hold what the
//!        checksum says, with its lines
void load_stimulus_files(Experiment& experiment);

}  // namespace engram
