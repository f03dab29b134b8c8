# SPDX-License-Identifier: Apache-2.0
"""The version, which is that of the program in CMakeLists.txt."""

__version__ = "0.3.0"
