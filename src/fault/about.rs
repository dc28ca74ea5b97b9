//! What a kind of fault is: what is said of it, and what it must be able to do.

use std::any::Any;
use std::sync::Arc;

use super::cast::{Cast, Problems};
use super::stage::Effect;
use crate::base::SimDuration;

/// What is said of a kind of fault wherever it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its key in a `[[fault]]`.
    pub key: &'static str,
    /// What breaks, in a sentence.
    pub breaks: &'static str,
    /// Through what it acts.
    pub(crate) acts_through: &'static str,
    /// What must still hold while it is in force, and after.
    pub(crate) still_holds: &'static str,
    /// What ends it.
    pub ends: Ends,
    /// A fault of this kind as it stands in a file; it speaks of a consumer `billing` that reads a stream `orders`.
    pub(crate) example: &'static str,
}

/// What ends a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Its time is over (`for`).
    InTime,
    /// A restart (`restart_after`, or `for`), or nothing.
    ByRestart,
}

/// A fault that was found right.
#[derive(Clone, Debug)]
pub struct Made {
    /// What it does.
    pub effect: Arc<dyn Effect>,
    /// How reports and events tell it.
    pub text: String,
}

impl Made {
    /// A fault with this effect.
    pub fn new(effect: impl Effect + 'static, text: impl Into<String>) -> Self {
        Self { effect: Arc::new(effect), text: text.into() }
    }
}

/// A kind of fault, as it is written in a scenario: the value of its key.
pub trait Kind: Any {
    /// What is said of it.
    const ABOUT: About;

    /// Checks what was written against who takes part, and says what it does. `lasts` is how long; `None`: for good.
    fn make(&self, lasts: Option<SimDuration>, cast: &Cast, problems: &mut Problems) -> Made;
}
