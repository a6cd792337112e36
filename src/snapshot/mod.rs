//! What a backup is: a tree of records, a manifest, blobs.
