"""Every plot of ours, read by the real Mermaid, as GitHub reads it."""
