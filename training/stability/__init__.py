"""How firm a list is: intervals, seeds, a month less of data, households and recently served children."""
