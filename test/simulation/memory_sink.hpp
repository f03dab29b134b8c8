// SPDX-License-Identifier: Apache-2.0
// A sink that keeps all results in memory.
#pragma once

#include <vector>

#include "plasticity/recorded.hpp"
#include "simulation/result_sink.hpp"

namespace engram::test {

// Widths in a row of traces, of the published model.
inline const std::size_t neuron_columns = engram::neuron_columns({}, {}).size();
inline const std::size_t synapse_columns = engram::synapse_columns({}).size();

class MemorySink : public ResultSink {
  public:
    void write_spikes(std::span<const SpikeEvent> events) override {
        spikes.insert(spikes.end(), events.begin(), events.end());
    }
    void write_traces(std::size_t recording, std::span<const double> values,
                      std::size_t n) override {
        if (recording > 0) {
            if (named.size() < recording) named.resize(recording);
            Rows& own = named[recording - 1];
            own.values.insert(own.values.end(), values.begin(), values.end());
            own.n += n;
            return;
        }
        rows.insert(rows.end(), values.begin(), values.end());
        n_rows += n;
    }
    void write_snapshot(const SnapshotView& view) override {
        Snapshot snapshot{view.step, {}, {}, view.protein};
        view.for_each([&](SynapseIndex, const PlasticWeights& weights) {
            snapshot.h_mV.push_back(weights.h_mV);
            snapshot.z.push_back(weights.z);
        });
        snapshots.push_back(std::move(snapshot));
    }

    //! Value of a column in a row.
    double at(std::size_t row, std::size_t column) const {
        return rows.at(row * (rows.size() / n_rows) + column);
    }

    struct Rows {
        std::vector<double> values;
        std::size_t n = 0;
    };

    std::vector<SpikeEvent> spikes;
    std::vector<double> rows;
    std::vector<Rows> named;  //!< of named recordings
    std::size_t n_rows = 0;
    std::vector<Snapshot> snapshots;
};

}  // namespace engram::test
