// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint_header.hpp"

#include <nlohmann/json.hpp>

#include "base/errors.hpp"
#include "base/version.hpp"

namespace engram {

using nlohmann::json;

namespace {

const std::string spikes_suffix = "_spikes";  // behind the name of a population

json as_json(const RecordMark& mark) {
    return {{"count", mark.n_records}, {"checksum", mark.checksum}};
}

RecordMark record_mark(const json& entry) {
    return {entry.at("count"), entry.at("checksum")};
}

}  // namespace

std::string header_text(const CheckpointHeader& header) {
    json reports = json::array();
    for (const PhaseReport& report : header.position.reports) {
        json entry = {
            {"kind", report.phase.kind == PhaseKind::spiking ? "spiking" : "consolidation"},
            {"label", report.phase.label},
            {"begin", report.phase.begin},
            {"end", report.phase.end},
            {"wall_s", report.wall_s}};
        for (const auto& [population, count] : report.spikes)
            entry[population + spikes_suffix] = count;
        reports.push_back(std::move(entry));
    }
    json snapshots = json::array();
    for (const SnapshotMark& mark : header.recordings.snapshots)
        snapshots.push_back(
            {{"file", mark.file}, {"step", mark.step}, {"checksum", mark.checksum}});
    const json text = {{"engram_version", version()},
                       {"engram_commit", commit()},
                       {"phase_index", header.position.phase_index},
                       {"step", header.position.step},
                       {"within_phase", header.position.within_phase},
                       {"reference_step", header.position.reference},
                       {"phases", reports},
                       {"recorded_spikes", as_json(header.recordings.spikes)},
                       {"recorded_trace_rows", as_json(header.recordings.traces)},
                       {"snapshots", snapshots},
                       {"checksums", header.checksums},
                       {"configuration", header.configuration}};
    return text.dump(1);
}

CheckpointHeader parse_header(const std::string& text, const std::string& path) {
    try {
        const json parsed = json::parse(text);
        CheckpointHeader header;
        header.position.phase_index = parsed.at("phase_index");
        header.position.step = parsed.at("step");
        header.position.within_phase = parsed.at("within_phase");
        header.position.reference = parsed.at("reference_step");
        for (const json& entry : parsed.at("phases")) {
            PhaseReport report;
            report.phase.kind =
                entry.at("kind") == "spiking" ? PhaseKind::spiking : PhaseKind::consolidation;
            report.phase.label = entry.at("label");
            report.phase.begin = entry.at("begin");
            report.phase.end = entry.at("end");
            report.wall_s = entry.at("wall_s");
            for (const auto& [key, value] : entry.items())
                if (key.ends_with(spikes_suffix))
                    report.spikes[key.substr(0, key.size() - spikes_suffix.size())] = value;
            header.position.reports.push_back(report);
        }
        header.recordings.spikes = record_mark(parsed.at("recorded_spikes"));
        header.recordings.traces = record_mark(parsed.at("recorded_trace_rows"));
        for (const json& entry : parsed.at("snapshots"))
            header.recordings.snapshots.push_back(
                {entry.at("file"), entry.at("step"), entry.at("checksum")});
        header.checksums = parsed.at("checksums").get<Checksums>();
        header.configuration = parsed.at("configuration");
        return header;
    } catch (const json::exception& error) {
        throw FileError(path, std::string("the header is damaged (") + error.what() +
                                  "); use another checkpoint");
    }
}

}  // namespace engram
