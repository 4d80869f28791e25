"""Runs tasks for the Millrace server; standard library only, so it works in every environment."""
