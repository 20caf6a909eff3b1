"""Figures, and ratios against a peer or a physical limit measured in the same run.

`python -m bench` runs all, `python -m bench snapshot load` some. Nothing here passes or fails.
"""
