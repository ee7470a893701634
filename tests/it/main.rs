//! The whole program: in process on a real SQLite file with servers on 127.0.0.1, and as a child
//! process where signals and exit codes matter.

mod architecture;
mod cli;
mod crash;
mod crowd;
mod delivery;
mod desk;
mod docs;
mod finding;
mod pipeline;
mod reload;
mod servers;
mod service;
mod traps;
mod updates;
mod world;
