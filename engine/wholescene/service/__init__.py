"""The engine process: socket loop, jobs, journal, writer thread, worker launcher, client.

The engine itself stays small: no torch, and no raster library until a job needs it. One
warm worker process computes; the engine alone writes results and talks to clients.
"""
