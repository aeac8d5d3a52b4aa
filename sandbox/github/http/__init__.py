"""What GitHub does with every request before and after it is answered: who asks, limits, ETags, pages, faults."""
