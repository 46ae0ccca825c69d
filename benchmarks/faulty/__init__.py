"""What the workers of script/bench faults run with: their settings, their clock, and the mail server they meet."""
