"""A province that never was: households, visits and findings calibrated to published margins, to try the product on."""
