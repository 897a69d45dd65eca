"""A listing as columns: what they are called and hold, and the Arrow record batches that are made of its pages."""
