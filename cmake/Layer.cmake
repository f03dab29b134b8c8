# SPDX-License-Identifier: Apache-2.0
# One directory of src/ is one library, and sees no directory but those below it.
#
# Headers are included as "model/neuron.hpp". With src/ as include directory every file could
# include every other. So each layer has an include directory of its own in the build directory,
# which holds one thing: a link of the layer's name to its sources. A target is given those of the
# layers that it uses, and of what they use; any other include is "No such file or directory".
set(ENGRAM_LAYERS_DIR "${CMAKE_BINARY_DIR}/layers")

# engram_layer(NAME [USES layer...] [PUBLIC library...] [PRIVATE library...] [WITHOUT file...]
#              [NO_HOT_LOOPS] [PRECOMPILE header... | PRECOMPILED_BY layer])
# Makes the library engram_NAME of the sources in the current directory.
#   USES            layers that it may include and call
#   PUBLIC          other libraries that its headers need, PRIVATE those that its sources need
#   WITHOUT         sources that are left out
#   NO_HOT_LOOPS    optimising it takes longer than it ever runs: done a little only
#   PRECOMPILED_BY  layer with whose precompiled headers this one does
function(engram_layer name)
  cmake_parse_arguments(arg "NO_HOT_LOOPS" "PRECOMPILED_BY" "USES;PUBLIC;PRIVATE;WITHOUT;PRECOMPILE" ${ARGN})
  set(uses ${arg_USES})
  list(TRANSFORM uses PREPEND engram_)
  foreach(below IN LISTS uses)
    # A static library may be linked before it is made: this is what keeps arrows pointing down.
    if(NOT TARGET ${below})
      message(FATAL_ERROR "The layer '${name}' cannot use ${below}, which is not below it")
    endif()
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  foreach(file IN LISTS arg_WITHOUT)
    list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  endforeach()
  # A header that only layers above include would see what they see. So each layer reads all of its
  # own.
  file(GLOB headers RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" CONFIGURE_DEPENDS *.hpp)
  list(TRANSFORM headers REPLACE "(.+)" "#include \"${name}/\\1\"\n")
  string(CONCAT headers ${headers})
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/headers.cpp" CONTENT "${headers}" @ONLY)

  set(target engram_${name})
  add_library(${target} STATIC ${sources} "${CMAKE_CURRENT_BINARY_DIR}/headers.cpp")
  file(MAKE_DIRECTORY "${ENGRAM_LAYERS_DIR}/${name}")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${ENGRAM_LAYERS_DIR}/${name}/${name}" SYMBOLIC)
  target_include_directories(${target} PUBLIC "${ENGRAM_LAYERS_DIR}/${name}")
  target_link_libraries(${target}
    PUBLIC engram_options ${uses} ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(arg_NO_HOT_LOOPS)
    # With so little, g++ 12 sees an optional that is not initialised, and is.
    target_compile_options(${target} PRIVATE
      $<$<NOT:$<CONFIG:Debug>>:-O1> -Wno-maybe-uninitialized)
  endif()
  if(arg_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${arg_PRECOMPILE})
  elseif(arg_PRECOMPILED_BY)
    target_precompile_headers(${target} REUSE_FROM engram_${arg_PRECOMPILED_BY})
  endif()
endfunction()
