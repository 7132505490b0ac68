"""The faces: one folder for each way in; a face never imports another."""
