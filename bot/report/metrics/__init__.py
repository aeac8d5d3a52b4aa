"""What people read about metrics: in a check, in the comment on a pull request, in a terminal; and for programs."""
