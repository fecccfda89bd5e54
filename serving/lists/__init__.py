"""Visit lists for people: drawn, recorded, then shown in the terminal, as a workbook, as a page or as CSV."""
