//! What workers say that they have done, as a recording has it.

use super::Work;
use crate::run::Told;

impl From<&Told> for Work {
    fn from(told: &Told) -> Self {
        match told {
            Told::Processed(number) => Self::Processed(number.to_string()),
            Told::Effect(id, of) => {
                Self::Effect { id: id.to_string(), of: of.iter().map(ToString::to_string).collect() }
            }
            Told::Ended => Self::Ended {},
        }
    }
}

impl TryFrom<Work> for Told {
    type Error = String;

    fn try_from(work: Work) -> Result<Self, String> {
        let number = |text: &String| text.parse().map_err(|_| format!("{text} is no sequence number"));
        Ok(match work {
            Work::Processed(text) => Self::Processed(number(&text)?),
            Work::Effect { id, of } => Self::Effect(id.into(), of.iter().map(number).collect::<Result<_, _>>()?),
            Work::Ended {} => Self::Ended,
        })
    }
}
