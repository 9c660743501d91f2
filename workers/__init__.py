"""The worker side: broker, actors, sweeps. The only package that imports dramatiq."""
