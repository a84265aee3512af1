"""The training loop and everything that runs inside an attempt: events, commands, checkpoints, resuming."""
