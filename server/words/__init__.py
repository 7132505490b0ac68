"""Words that several faces say."""
