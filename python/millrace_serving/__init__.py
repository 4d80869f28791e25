"""Runs inside a model's own environment: converts it to ONNX, or predicts with it."""
