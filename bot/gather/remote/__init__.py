"""Facts from GitHub's REST API. GitHub's budget is scarce, so what never changes is asked for once."""
