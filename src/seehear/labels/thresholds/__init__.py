"""Rules that set segment labels by a threshold of each class, a file each."""
