"""Training of the small networks of the zoo: data, augmentation, loss, loop."""
