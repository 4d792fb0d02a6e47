"""Understand a message: fixed commands, small talk, subscriptions."""
