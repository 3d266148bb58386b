"""SiamMask Studio: follow objects through video in the browser."""
