"""Text for people: codes and numbers in, translated words out."""
