"""The main job of Keyferry on real parts: server, phone browser, offline wizard. Run as `python -m demo`."""
