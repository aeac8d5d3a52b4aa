"""What Headgate has to survive: each fault is brought about with the real component."""
