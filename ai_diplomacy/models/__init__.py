"""Asking a language model. Knows no Diplomacy."""
