// SPDX-License-Identifier: Apache-2.0
// What the file of a stimulus holds, once it has been read.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace engram {

// Of a waveform: values and their times; of spikes: times and who fires. Times are relative to the
// start of the stimulus; those of a waveform ascend.
struct StimulusContent {
    std::vector<double> times_ms;
    std::vector<double> values_nA;     //!< of a waveform
    std::vector<std::uint32_t> nodes;  //!< of spikes: number within the receivers, ascending by id
};

// The content of the file that a stimulus names; none until it is read. It adds nothing to what
// the configuration says: file and checksum determine it.
struct LoadedContent {
    std::shared_ptr<const StimulusContent> content;

    const StimulusContent* operator->() const { return content.get(); }
    explicit operator bool() const { return content != nullptr; }
    bool operator==(const LoadedContent&) const { return true; }
};

}  // namespace engram
