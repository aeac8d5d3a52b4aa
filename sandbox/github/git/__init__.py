"""Git for the sandbox: bare repositories, asked and changed with Git's own plumbing. No work tree, no network."""
