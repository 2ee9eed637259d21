"""The edges, HTTP and HTML."""
