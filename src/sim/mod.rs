//! The engine of the sandboxes: worlds, faults, limits.
