"""Text for people, in any language: its width, its order, numbers, times, and the files it is read from. No torch."""
