"""One operation on many inputs."""
