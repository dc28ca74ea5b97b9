//! The fluid against runs at record level, and against itself.

mod agreement;
mod closed_forms;
mod scenarios;
