//! The whole program, in process, on a real SQLite file.
