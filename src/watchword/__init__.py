"""Watchword: rules over camera footage."""
