"""What many games tell: scores, order quality, honesty, ratings and bills, with intervals, read from run folders."""
