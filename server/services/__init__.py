"""What a person can have done, for every face."""
