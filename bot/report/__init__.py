"""Reports, for each kind of reader: a person at a terminal, a program, a workflow run, a page in Markdown."""
