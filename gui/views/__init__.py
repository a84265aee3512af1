"""Widgets: thin views of the models beside this folder."""
