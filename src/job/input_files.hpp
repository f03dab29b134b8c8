// SPDX-License-Identifier: Apache-2.0
// The files that runs of an ensemble read: waveforms and spikes of stimuli, the wiring, and the
// state that they begin with. All trials must find the same in them, also those that are run when
// the ensemble is resumed.
#pragma once

#include <mpi.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "experiment/ensemble.hpp"

namespace engram::job {

struct InputFile {
    std::string path;
    std::string key;       //!< that names it, or what it belongs to
    std::string checksum;  //!< empty: not yet read
};

//! Each once, unread.
//! \throw as with_source
std::vector<InputFile> input_files(const Experiment& experiment);

class InputFiles {
  public:
    InputFiles() = default;
    //! Reads the files of all points.
    explicit InputFiles(const Ensemble& ensemble);
    //! What text() gave.
    //! \throw FileError
    static InputFiles parse(const std::string& text, const std::string& path);

    std::string text() const;
    //! By path, with `key` and `checksum`.
    nlohmann::json summary() const;

    //! \param now  of the same ensemble, as it is resumed
    //! \throw FileError if a file is another one, or holds something else
    void require_same(const InputFiles& now) const;
    //! Collective. Notes in the experiment what its state comes from.
    //! \param experiment  of a trial, with its source
    //! \throw FileError likewise, on every rank
    void require_same(Experiment& experiment, MPI_Comm communicator) const;

  private:
    void require_same(const InputFile& now) const;
    const InputFile* find(const std::string& path) const;

    std::vector<InputFile> files_;  //!< ascending by path
};

//! Collective. Notes in an experiment the checksums of the file that its state comes from and of
//! those of its wiring.
//! \throw FileError on every rank if one is not that which the configuration names
void note_checksums(Experiment& experiment, MPI_Comm communicator);
//! Collective. Of the wiring alone, when a run goes on.
void note_wiring_checksums(Experiment& experiment, MPI_Comm communicator);

}  // namespace engram::job
