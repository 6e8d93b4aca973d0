"""Tests against a cloud of their own: see the README beside this package."""

from .cleat import Cleat, Refused
from .server import Server

__all__ = ["Cleat", "Refused", "Server"]
