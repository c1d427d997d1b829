"""What the plugin knows and does without a widget: the engine's wire, its layers, its bands."""
