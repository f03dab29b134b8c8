// SPDX-License-Identifier: Apache-2.0
#include "job/input_files.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "experiment/keys.hpp"
#include "experiment/network_keys.hpp"
#include "io/file_checksum.hpp"
#include "job/state_source.hpp"

namespace engram::job {
namespace {

using nlohmann::json;

//! \param noted  empty: not yet
void note_checksum(std::string& noted, const std::string& key, const std::string& path,
                   const std::string& checksum) {
    if (!noted.empty() && noted != checksum)
        throw FileError(path, "does not hold what it held when " + key + " was noted (is " +
                                  checksum + ", was " + noted +
                                  "); restore the file, or for a new run leave the key out");
    noted = checksum;
}

void note_state_checksum(Experiment& experiment, const std::string& path,
                         const std::string& checksum) {
    note_checksum(experiment.initial_state.file_checksum,
                  keys::path_of<&InitialState::file_checksum>(), path, checksum);
}

// Of files, each read once.
class Checksums {
  public:
    explicit Checksums(MPI_Comm communicator) : communicator_(communicator) {}

    //! Collective.
    void note(std::string& noted, const std::string& key, const std::string& path) {
        auto known = known_.find(path);
        if (known == known_.end())
            known = known_.emplace(path, file_checksum(path, communicator_)).first;
        collectively(communicator_, [&] { note_checksum(noted, key, path, known->second); });
    }
    void note_wiring(Experiment& experiment) {
        for_each_wiring(experiment, [&](auto& given, const std::string& path) {
            if (given.file)
                note(given.file_checksum,
                     path + "." + keys::name_of<&Connectivity::file_checksum>(), *given.file);
        });
    }

  private:
    MPI_Comm communicator_;
    std::map<std::string, std::string> known_;
};

}  // namespace

std::vector<InputFile> input_files(const Experiment& experiment) {
    std::vector<InputFile> files;
    const auto add = [&](const std::string& path, const std::string& key) {
        if (std::ranges::find(files, path, &InputFile::path) == files.end())
            files.push_back({path, key, ""});
    };
    if (experiment.initial_state.from) add(find_state(experiment.initial_state).path, from_key());
    for (const auto& [path, key] : wiring_files(experiment)) add(path, key);
    for (const Stimulus& stimulus : experiment.stimuli)
        if (stimulus.file)
            add(*stimulus.file,
                "stimuli." + stimulus.name + "." + keys::name_of<&Stimulus::file>());
    return files;
}

InputFiles::InputFiles(const Ensemble& ensemble) {
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point)
        for (InputFile& file : input_files(with_source(ensemble.experiment({point, 0})))) {
            if (find(file.path) != nullptr) continue;
            file.checksum = file_checksum(file.path, alone);
            files_.insert(std::ranges::upper_bound(files_, file.path, {}, &InputFile::path),
                          std::move(file));
        }
}

InputFiles InputFiles::parse(const std::string& text, const std::string& path) {
    InputFiles result;
    try {
        const json files = json::parse(text);
        for (const auto& [name, entry] : files.items())
            result.files_.push_back({name, entry.at("key"), entry.at("checksum")});
    } catch (const json::exception&) {
        throw FileError(path,
                        "is damaged; restore it from a copy. Without it, the files that the "
                        "ensemble reads are taken to be what they were");
    }
    return result;
}

std::string InputFiles::text() const {
    return summary().dump(2) + "\n";
}

json InputFiles::summary() const {
    json files = json::object();
    for (const InputFile& file : files_)
        files[file.path] = {{"key", file.key}, {"checksum", file.checksum}};
    return files;
}

void InputFiles::require_same(const InputFiles& now) const {
    for (const InputFile& file : now.files_) require_same(file);
}

void InputFiles::require_same(Experiment& experiment, MPI_Comm communicator) const {
    std::vector<InputFile> files;
    collectively(communicator, [&] { files = input_files(experiment); });
    for (InputFile& file : files) {
        file.checksum = file_checksum(file.path, communicator);
        collectively(communicator, [&] {
            require_same(file);
            if (file.key == from_key()) note_state_checksum(experiment, file.path, file.checksum);
        });
    }
}

void InputFiles::require_same(const InputFile& now) const {
    constexpr const char* consequence =
        ", so that its trials would be of different experiments; restore what there was, or start "
        "another ensemble";
    const InputFile* before = find(now.path);
    if (before == nullptr)
        throw FileError(now.path, "is not among the files that the ensemble began with (" +
                                      now.key + ")" + consequence);
    if (before->checksum != now.checksum)
        throw FileError(now.path,
                        "has changed since the ensemble began (" + now.key + ")" + consequence);
}

const InputFile* InputFiles::find(const std::string& path) const {
    const auto found = std::ranges::lower_bound(files_, path, {}, &InputFile::path);
    return found != files_.end() && found->path == path ? &*found : nullptr;
}

void note_checksums(Experiment& experiment, MPI_Comm communicator) {
    Checksums checksums(communicator);
    checksums.note_wiring(experiment);
    if (!experiment.initial_state.from) return;
    std::string path;
    on_root(communicator, [&] { path = find_state(experiment.initial_state).path; });
    path = broadcast_text(std::move(path), communicator);
    checksums.note(experiment.initial_state.file_checksum,
                   keys::path_of<&InitialState::file_checksum>(), path);
}

void note_wiring_checksums(Experiment& experiment, MPI_Comm communicator) {
    Checksums(communicator).note_wiring(experiment);
}

}  // namespace engram::job
