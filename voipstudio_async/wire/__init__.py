"""What goes over the wire: requests and replies, filters, and JSON to values and back. Pure."""
