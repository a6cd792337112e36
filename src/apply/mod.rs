//! Carries a plan out: journalled, resumable, verified.
