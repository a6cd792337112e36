//! The Trello sandbox: a strict imitation written from the vendor's documents.
