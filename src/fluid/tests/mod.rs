//! The fluid against runs at record level, and against itself.

mod agreement;
mod autoscaling;
mod behaviour;
mod closed_forms;
mod fan_out;
mod leases;
mod scenarios;
