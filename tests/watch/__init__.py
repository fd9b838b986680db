"""Tests of the doctor and of readiness."""
