"""Searches models on the training set; every trial is an MLflow run with a notebook of its own."""

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--trials", type=int, default=24)
args = parser.parse_args()
