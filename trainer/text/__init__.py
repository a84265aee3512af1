"""Text for people, in any language: its width, its order, numbers, times, and the files they open and write. No torch."""
