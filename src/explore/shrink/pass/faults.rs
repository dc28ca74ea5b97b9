//! Drops faults, and what goes wrong in record processors: halves of them first, so that forty go quickly.

use super::super::cut::{Cut, Pass};

pub(super) const PASS: Pass =
    Pass { name: "faults", about: "faults go, halves of them first, and mishaps of record processors", go };

fn go(cut: &mut Cut<'_>) {
    cut.drop_parts(|file| file.fault.len(), |file, part| drop(file.fault.drain(part)));
    let names: Vec<String> = cut.file().consumer.keys().cloned().collect();
    for name in names {
        cut.drop_parts(
            |file| file.consumer.get(&name).map_or(0, |consumer| consumer.mishap.len()),
            |file, part| file.consumer.get_mut(&name).into_iter().for_each(|of| drop(of.mishap.drain(part.clone()))),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn of_many_the_two_are_left_that_it_takes() {
        let faults = (1..=20).map(|n| format!("[[fault]]\nat = \"{n}m\"\nfor = \"5s\"\npause = \"billing-1\"\n"));
        let mishaps = "mishap = [{ throw = true, every_records = 7 }, { hang = \"1s\", every_records = 9 }]\n";
        let source = format!("{SOURCE}{mishaps}{}", faults.collect::<String>());
        let needed = ["at = \"7m\"", "at = \"18m\"", "hang"];
        let text = cut_text(&PASS, &source, |text| needed.iter().all(|needed| text.contains(needed)));
        assert_eq!(text.matches("[[fault]]").count(), 2, "{text}");
        assert!(!text.contains("throw"), "{text}");
    }
}
