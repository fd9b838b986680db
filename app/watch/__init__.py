"""Health, versions and the doctor of an installation."""
