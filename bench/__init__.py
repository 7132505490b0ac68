"""What is costly, measured in one run and told as ratios. Run as `python -m bench`."""
