pub(super) fn fill(_build: &mut super::builder::Builder) {}
