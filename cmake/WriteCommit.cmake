# SPDX-License-Identifier: Apache-2.0
# Writes the commit that the sources are of into a header; run by every build (see src/base).
#
# cmake -DSOURCE_DIR=... -DOUTPUT=... -P WriteCommit.cmake
# The text is the abbreviated hash, with "-dirty" behind it where tracked files have changed, and
# "unknown" outside of a clone. The file is only touched if the text changes.
set(commit "unknown")
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" rev-parse --show-toplevel
    WORKING_DIRECTORY "${SOURCE_DIR}" OUTPUT_VARIABLE top RESULT_VARIABLE failure
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  file(REAL_PATH "${SOURCE_DIR}" source)
  # A release that was unpacked within another clone is not a part of it.
  if(NOT failure AND top STREQUAL source)
    execute_process(COMMAND "${GIT_EXECUTABLE}" --no-optional-locks
        describe --always --dirty --abbrev=12 --exclude *
      WORKING_DIRECTORY "${SOURCE_DIR}" OUTPUT_VARIABLE described RESULT_VARIABLE failure
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failure AND described)
      set(commit "${described}")
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#define ENGRAM_COMMIT \"${commit}\"\n" @ONLY)
