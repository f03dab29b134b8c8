# SPDX-License-Identifier: Apache-2.0
# What is installed: the program, and all that its users need. Within a Python package
# (pyproject.toml) the tools are installed by pip, and the program goes to the scripts.
include(GNUInstallDirs)

set(ENGRAM_BIN "${CMAKE_INSTALL_BINDIR}")
set(ENGRAM_DATA "${CMAKE_INSTALL_DATADIR}/engram")
if(DEFINED SKBUILD)
  set(ENGRAM_BIN "${SKBUILD_SCRIPTS_DIR}")
  set(ENGRAM_DATA "${SKBUILD_DATA_DIR}/share/engram")
endif()
install(TARGETS engram RUNTIME DESTINATION "${ENGRAM_BIN}" COMPONENT program)
install(DIRECTORY configs slurm DESTINATION "${ENGRAM_DATA}" COMPONENT program
  USE_SOURCE_PERMISSIONS)

# The tools run where they lie, with the Python of the system.
set(ENGRAM_TOOLS engram-compare engram-convert engram-export engram-plot engram-recall engram-report engram-watch)
foreach(tool IN LISTS ENGRAM_TOOLS)
  install(PROGRAMS "tools/${tool}" DESTINATION "${ENGRAM_DATA}/tools" COMPONENT tools)
  install(CODE "
    set(bin \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
    file(MAKE_DIRECTORY \"\${bin}\")
    file(RELATIVE_PATH target \"/${CMAKE_INSTALL_BINDIR}\" \"/${ENGRAM_DATA}/tools/${tool}\")
    file(CREATE_LINK \"\${target}\" \"\${bin}/${tool}\" SYMBOLIC)
    " COMPONENT tools)
endforeach()
install(FILES tools/launcher.py DESTINATION "${ENGRAM_DATA}/tools" COMPONENT tools)
install(DIRECTORY tools/engram tools/engram_analysis DESTINATION "${ENGRAM_DATA}/tools"
  COMPONENT tools PATTERN __pycache__ EXCLUDE)
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs" COMPONENT documentation)
install(FILES README.md CHANGELOG.md CITATION.cff LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  COMPONENT documentation)
