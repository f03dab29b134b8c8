// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM, SIGUSR1 and SIGHUP ask a run to stop after a complete checkpoint.
#pragma once

namespace engram::job {

//! From now on until the process ends these signals are taken note of. A second SIGINT, no echo of
//! the first, ends the program at once; files are replaced atomically, so this harms none. A reader
//! of the log that goes away does not end the program.
void handle_stop_signals();

//! Whether any of the signals has come to this process.
bool stop_is_requested();

}  // namespace engram::job
