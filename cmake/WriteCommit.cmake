# SPDX-License-Identifier: Apache-2.0
# Writes the commit that the sources are of into a header; run by every build (see src/base).
#
# cmake -DSOURCE_DIR=... -DOUTPUT=... -P WriteCommit.cmake
# The text is the abbreviated hash, with "-dirty" behind it where tracked files have changed (which
# without git nobody knows), and "unknown" outside of a clone. The file is only touched if the text
# changes.
set(commit "unknown")

# Sets `result` to the first line of a file of the clone, or to an empty text.
function(read_line result path)
  set(line "")
  if(EXISTS "${path}")
    file(STRINGS "${path}" line LIMIT_COUNT 1)
  endif()
  set(${result} "${line}" PARENT_SCOPE)
endfunction()

# In images of containers there is no git: HEAD names a branch, whose hash is in a file of its own or
# among the packed ones.
function(read_commit result git_directory)
  read_line(hash "${git_directory}/HEAD")
  if(hash MATCHES "^ref: (.+)$")
    set(branch "${CMAKE_MATCH_1}")
    read_line(hash "${git_directory}/${branch}")
    if(NOT hash AND EXISTS "${git_directory}/packed-refs")
      file(STRINGS "${git_directory}/packed-refs" packed REGEX "^[0-9a-f]+ ${branch}$")
      string(REGEX MATCH "^[0-9a-f]+" hash "${packed}")
    endif()
  endif()
  string(REGEX MATCH "^[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+$" hash "${hash}")
  string(SUBSTRING "${hash}" 0 12 hash)
  set(${result} "${hash}" PARENT_SCOPE)
endfunction()

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
else()
  read_commit(hash "${SOURCE_DIR}/.git")
  if(hash)
    set(commit "${hash}")
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#define ENGRAM_COMMIT \"${commit}\"\n" @ONLY)
