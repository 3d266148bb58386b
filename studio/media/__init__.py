"""Video and pictures in and out, exact to the frame. Knows numpy, PyAV, cv2 and Pillow; no network, no web."""
