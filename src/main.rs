//! The `fivebells` program.

fn main() {}
