"""What ``make bench`` and ``make stress`` run: figures for maintainers, measured as ratios within one run."""
