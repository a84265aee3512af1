"""How long a run will take on this machine: measured on a few of its images and a few of its steps."""
