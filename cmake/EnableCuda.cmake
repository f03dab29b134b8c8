# SPDX-License-Identifier: Apache-2.0
# Enables CUDA where the toolkit is, also if nvcc is not on PATH.
if(NOT CMAKE_CUDA_ARCHITECTURES)
  # A100 and H100.
  set(CMAKE_CUDA_ARCHITECTURES "80;90" CACHE STRING "GPU generations to build for, e.g. 80;90")
endif()
find_program(CMAKE_CUDA_COMPILER nvcc HINTS "$ENV{CUDA_HOME}/bin" "$ENV{CUDA_PATH}/bin"
  /usr/local/cuda/bin /opt/cuda/bin)
if(NOT CMAKE_CUDA_COMPILER)
  message(FATAL_ERROR "ENGRAM_CUDA needs the CUDA toolkit, and there is no nvcc. "
    "Give its path, -DCMAKE_CUDA_COMPILER=/path/to/nvcc, or build without it, -DENGRAM_CUDA=OFF")
endif()
set(CMAKE_CUDA_HOST_COMPILER "${CMAKE_CXX_COMPILER}" CACHE FILEPATH "Host compiler of nvcc")
enable_language(CUDA)
# CMake before 3.25.2 does not know how to ask nvcc for C++20.
set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
find_package(CUDAToolkit REQUIRED)
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
