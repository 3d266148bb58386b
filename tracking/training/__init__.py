"""Training SiamMask: from folders of images with masks to weights that track. Needs torch, numpy and cv2 only."""
