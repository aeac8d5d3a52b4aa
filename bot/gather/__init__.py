"""Facts, from wherever they can be had: today a local clone, or its history."""
