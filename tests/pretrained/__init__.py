"""Tests of trainer.pretrained."""
