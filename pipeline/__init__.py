"""Jucuo (举措): Chinese government work plans at the level of the single measure."""
