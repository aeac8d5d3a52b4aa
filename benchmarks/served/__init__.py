"""A GitHub that answers as fast as it can, a load generator, and the servers that are measured against them."""
