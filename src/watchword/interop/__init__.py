"""What other programs write and read: files of boxes, other systems' messages."""
