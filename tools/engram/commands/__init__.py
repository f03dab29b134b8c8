# SPDX-License-Identifier: Apache-2.0
"""The programs engram-plot, engram-recall, engram-compare, engram-export, engram-watch."""
