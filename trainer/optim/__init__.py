"""Optimizers, learning-rate schedules and the loss, made from the settings."""
