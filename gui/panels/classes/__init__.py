"""The Classes tab: precision, recall and F1 of each class."""
