// SIGINT, SIGTERM and SIGUSR1 ask a run to stop after a complete checkpoint.
#pragma once

namespace engram::cli {

// Handles the signals while it lives. A second SIGINT, no echo of the first, ends the program at
// once; files are replaced atomically, so this harms none.
class StopSignal {
  public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    //! Whether any of the signals has come to this process.
    static bool requested();
};

}  // namespace engram::cli
