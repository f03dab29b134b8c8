"""The programs engram-plot, engram-recall, engram-compare, engram-export, engram-watch."""
