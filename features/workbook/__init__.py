"""Workbooks of townships: read as they come, checked, answered with a report and rows to correct."""
