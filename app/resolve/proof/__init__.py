"""Doors for the hosts that an organisation's links lead to, and for whether its links answer."""
