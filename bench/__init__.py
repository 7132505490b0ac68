"""What is costly, measured in one run and reported as ratios. Run as `python -m bench`."""
