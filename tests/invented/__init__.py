"""Pages of themes that nobody made: what is read of a theme that no table knows."""
