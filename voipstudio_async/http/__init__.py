"""The way to the API and back: credentials, retries, limits, deadlines, and the one module that speaks HTTP."""
