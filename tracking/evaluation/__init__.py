"""Scores of a tracker on folders of annotated frames: DAVIS, VOT and OTB, by each benchmark's own definition."""
