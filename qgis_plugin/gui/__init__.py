"""The widgets. They show state and tell what the user asked for; ``controller`` joins them to ``core``."""
