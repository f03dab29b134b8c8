# SPDX-License-Identifier: Apache-2.0
"""The programs engram-plot, engram-recall, engram-compare, engram-convert, engram-export, engram-watch."""
