//! Generic operations over the tables: paths, fingerprints, differences, references.
