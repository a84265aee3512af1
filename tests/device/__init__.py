"""What can only be seen on a GPU: `python -m tests.device` measures it, and compares it with the CPU."""
