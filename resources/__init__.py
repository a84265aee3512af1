"""Recipes, icons, translations: data only, found through `trainer.resources`."""
