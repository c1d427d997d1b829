"""An engine on another machine, over the system's ssh: the way there, and the files that come and go."""
