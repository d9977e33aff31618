"""Pictures and pages of runs, labels and timelines."""
