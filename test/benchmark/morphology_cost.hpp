// SPDX-License-Identifier: Apache-2.0
// What neurons with a morphology cost, beside points in the same run.
#pragma once

namespace engram::benchmark {

//! Prints processor time of both kinds: of blocks, of single steps, and of learning and recall.
void measure_morphology();

}  // namespace engram::benchmark
