//! Ordered maps over chunks: content-defined Merkle search trees.
