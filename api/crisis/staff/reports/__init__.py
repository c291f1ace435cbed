"""What the staff hand on on paper: the situation report (Lagebericht) and the hand-over of a shift (Übergabe)."""
