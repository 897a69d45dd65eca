"""What stands between the client and engines of others: each takes slices of a listing, and reads them on its own."""
