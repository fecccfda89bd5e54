"""The list as a workbook: written for a spreadsheet program, and read back from it."""
