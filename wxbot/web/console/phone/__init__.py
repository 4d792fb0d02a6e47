"""The frames in which the console shows what a member sees on a phone."""
