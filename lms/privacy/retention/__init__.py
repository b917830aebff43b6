"""Remove statements after the retention time: the plan, obstacles, and records."""
