//! The library's behaviour: vectors restated from its public tests, and workers on real services in a world.

mod behaviour;
mod fan_out;
mod table;
mod vectors;
