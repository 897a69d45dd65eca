"""Which page to ask for next, which rows are new, and listings as iterators."""
