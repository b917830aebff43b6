"""Study an activity, and measure the time of presence."""
