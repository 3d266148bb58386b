"""The studio from the command line: upload a clip, track in it, take the masks away."""
