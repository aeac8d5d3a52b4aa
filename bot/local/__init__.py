"""A clone without GitHub: one branch or event judged, all merges replayed, a first policy or skeleton written."""
