"""What people do on GitHub's pages and with Git, as tests and the demo do it in their place."""
