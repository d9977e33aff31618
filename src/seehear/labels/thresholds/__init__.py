"""Rules that set segment labels by one threshold a class: VALOR."""
